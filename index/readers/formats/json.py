"""JSON files: one article, or an array of articles, alone or inside an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

import ijson

from index.errors import SourceUnreadable
from index.readers.charset import opened_text
from index.readers.formats.jsonl import is_test_question, parse_object, read_jsonl
from index.readers.source_file import MAX_TEXT_BYTES, PendingArticles, SourceFile, too_large
from index.readers.tables.columns import choose_columns
from index.readers.tables.records import Record, flat_values, read_records
from index.schemas import Skipped
from index.text.messages.phrase import Phrase

MAX_DEPTH = 64
# Arrays of objects that are looked at for articles.
_MAX_ARRAYS = 20


@dataclass(slots=True)
class _Outline:
    """Where a document has objects: `""` if it is one itself, `arrays` by ijson's prefixes such as
    `data.articles.item`, and whether the values of the outermost object are objects.
    """

    is_object: bool = False
    arrays: list[str] = field(default_factory=list)
    has_object_values: bool = False


def read_json(file: SourceFile) -> PendingArticles:
    """The articles of a .json file, with a bounded number of them in memory: of the array that it is, or of
    the first array of articles inside it; of an object by id; or the one that it is. `read_records` says
    which keys are read. A file with an object a line is read as .jsonl. Raises SourceUnreadable.
    """
    if _has_object_lines(file):
        yield from read_jsonl(file)
        return
    outline = _outline(file)
    prefix = _array_of_articles(file, outline)
    if prefix:
        yield from read_records(_elements(file, prefix), file)
    elif outline.is_object and _is_article(values := _whole(file), file):
        yield from read_records([Record(place=file.name, values=values)], file)
    elif outline.arrays:
        yield from read_records(_elements(file, outline.arrays[0]), file)
    elif outline.has_object_values and _holds_articles(_values(file), file):
        yield from read_records(_values(file), file)
    elif outline.is_object:
        yield from read_records([Record(place=file.name, values=_whole(file))], file)
    else:
        raise SourceUnreadable(Phrase("no objects in it, and so no articles"))


def _has_object_lines(file: SourceFile) -> bool:
    """Whether there are several lines, and the first one is an object."""
    with opened_text(file, newline="\n") as text:
        lines = (line for line in iter(lambda: text.readline(MAX_TEXT_BYTES), "") if not line.isspace())
        first, second = next(lines, ""), next(lines, "")
        try:
            return bool(second and parse_object(first))
        except SourceUnreadable:
            return False


def _outline(file: SourceFile) -> _Outline:
    """Raises SourceUnreadable if the file is not JSON, or nested more deeply than MAX_DEPTH."""
    outline, path = _Outline(), list[str]()
    with opened_text(file, newline="\n") as text:
        try:
            for event, value in ijson.basic_parse(_Bytes(text), use_float=True):
                if event == "map_key":
                    path[-1] = value
                elif event in {"start_map", "start_array"}:
                    if event == "start_map":
                        _note(outline, path)
                    path.append("item" if event == "start_array" else "")
                    if len(path) > MAX_DEPTH:
                        raise SourceUnreadable(Phrase("nested more than {limit} deep", limit=MAX_DEPTH))
                elif event in {"end_map", "end_array"}:
                    path.pop()
        except ijson.JSONError as error:
            if not outline.arrays:
                raise SourceUnreadable(Phrase("not JSON ({error})", error=_one_line(error))) from error
    return outline


def _note(outline: _Outline, path: list[str]) -> None:
    """Notes an object at the path."""
    if not path:
        outline.is_object = True
    elif path[-1] == "item" and len(outline.arrays) < _MAX_ARRAYS:
        if (prefix := ".".join(path)) not in outline.arrays:
            outline.arrays.append(prefix)
    elif len(path) == 1:
        outline.has_object_values = True


def _array_of_articles(file: SourceFile, outline: _Outline) -> str:
    """The first array whose first object is an article."""
    if not outline.is_object:
        return outline.arrays[0] if outline.arrays else ""
    for prefix in outline.arrays:
        if _holds_articles(_elements(file, prefix), file):
            # An article may have arrays of its own, such as its comments.
            return "" if _is_article(_scalars(file), file) else prefix
    return ""


def _holds_articles(records: Iterator[Record | Skipped], file: SourceFile) -> bool:
    first = next(records, None)
    return isinstance(first, Record) and _is_article(first.values, file)


def _is_article(values: Any, file: SourceFile) -> bool:
    try:
        choose_columns(list(flat_values(values)), file.columns)
    except SourceUnreadable:
        return False
    return True


def _scalars(file: SourceFile) -> dict[str, Any]:
    """The strings of the outermost object."""
    with opened_text(file, newline="\n") as text:
        events = ijson.parse(_Bytes(text), use_float=True)
        return {prefix: value for prefix, event, value in events if event == "string" and "." not in prefix}


def _elements(file: SourceFile, prefix: str) -> Iterator[Record | Skipped]:
    with opened_text(file, newline="\n") as text:
        yield from _records(enumerate(ijson.items(_Bytes(text), prefix, use_float=True), 1), file.name)


def _values(file: SourceFile) -> Iterator[Record | Skipped]:
    """The objects by id."""
    with opened_text(file, newline="\n") as text:
        found = ijson.kvitems(_Bytes(text), "", use_float=True)
        named = ((id_, {"id": id_, **one} if isinstance(one, dict) else one) for id_, one in found)
        yield from _records(named, file.name)


def _records(found: Any, file_name: str) -> Iterator[Record | Skipped]:
    first, place = True, file_name
    found = iter(found)
    while True:
        try:
            key, values = next(found)
        except StopIteration:
            return
        except ijson.JSONError as error:
            yield Skipped(source=place, reason=Phrase("broken after this ({error})", error=_one_line(error)))
            return
        place = f"{file_name}:{key}"
        if first and is_test_question(values):
            raise SourceUnreadable(Phrase("test questions, not articles"))
        first = False
        if isinstance(values, dict):
            yield Record(place=place, values=values)
        else:
            yield Skipped(source=place, reason=Phrase("not a JSON object"))


def _whole(file: SourceFile) -> dict[str, Any]:
    if file.size > MAX_TEXT_BYTES:
        raise SourceUnreadable(too_large(file.size))
    with opened_text(file, newline="\n") as text:
        return parse_object(text.read())


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:100]


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A text as the UTF-8 that ijson reads."""

    text: TextIO

    def read(self, size: int) -> bytes:
        return self.text.read(size).encode("utf-8", "surrogatepass")
