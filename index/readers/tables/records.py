"""Articles from records: the rows of a table, or the objects of a .jsonl or .json."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from index.readers.article_fields import article_from_fields, with_remark
from index.readers.dates import DayOrder, told_order
from index.readers.source_file import PendingArticle, PendingArticles, SourceFile
from index.readers.tables.columns import FIELDS, Columns, choose_columns
from index.schemas import Article, Remark, Skipped

# Records that are looked through for how the file writes days, and their characters at most.
_SAMPLE_RECORDS, _SAMPLE_CHARACTERS = 1000, 250_000
# Objects that libraries and databases wrap an article's fields in.
_WRAPPERS = ("metadata", "meta", "kwargs", "_source", "extra_info", "attributes", "fields")
# What stands for a value in an object that describes it: an outlet, an author, a MongoDB date.
_VALUES = ("name", "title", "$date", "$oid", "value", "#text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Values by column; `place` is its line."""

    place: str
    values: Mapping[str, Any]


def read_records(
    records: Iterable[Record | Skipped], file: SourceFile, *, names: Sequence[str] = ()
) -> PendingArticles:
    """The articles of the records of a file, in order, with a bounded number of them in memory.

    `names` are the columns, by default those of the first records. `choose_columns` chooses among them with
    the file's `columns`; if their names are not those of the fields, the first article says how. Dates such
    as 03/04/2022 are read like the file's other dates. Raises SourceUnreadable.
    """
    iterator = iter(records)
    sample = list(_sample(iterator))
    first = [flat_values(record.values) for record in sample if isinstance(record, Record)]
    if not first and not names:
        yield from (record for record in sample if isinstance(record, Skipped))
        return
    columns = choose_columns(names or list(dict.fromkeys(chain.from_iterable(first))), file.columns)
    order = told_order(str(columns.fields(values).get("date") or "") for values in first)
    told = [Remark(place=file.name, kind=columns.remark)] if columns.remark else []
    for record in chain(sample, iterator):
        if isinstance(record, Skipped):
            yield record
        else:
            read = partial(_article, record, columns, file.columns, order=order, told=told)
            yield PendingArticle(source=record.place, read=read)


def _article(
    record: Record,
    columns: Columns,
    given: Mapping[str, str],
    *,
    order: DayOrder | None,
    told: list[Remark],
) -> Article:
    values = flat_values(record.values)
    fields = columns.fields(values)
    if fields["text"] is None:
        # This record may have other names than the first ones.
        fields = choose_columns(list(values), given).fields(values)
    # Nor have the first ones all fields, for example where they are very long.
    fields |= {name: values[name] for name in FIELDS if fields.get(name) is None and name in values}
    plain = {field: _plain_value(field, value) for field, value in fields.items()}
    article = article_from_fields(plain, place=record.place, order=order)
    while told:
        article = with_remark(article, told.pop())
    return article


def _sample(records: Iterator[Record | Skipped]) -> Iterator[Record | Skipped]:
    characters = 0
    for count, record in enumerate(records, 1):
        yield record
        if isinstance(record, Record):
            characters += sum(len(value) for value in record.values.values() if isinstance(value, str))
        if count == _SAMPLE_RECORDS or characters > _SAMPLE_CHARACTERS:
            return


def flat_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and those of wrappers in them, which come after them."""
    flat = {str(name): value for name, value in values.items()}
    for name in _WRAPPERS:
        if isinstance(inner := flat.get(name), Mapping):
            del flat[name]
            missing = {key: value for key, value in flat_values(inner).items() if flat.get(key) in ("", None)}
            flat = {**flat, **missing}
    return flat


def _plain_value(field: str, value: Any) -> Any:
    """The value of an object such as `{"name": "Post"}`, and a list as one string."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in _VALUES if isinstance(value.get(name), str | int)), value)
    if isinstance(value, list) and value and field in {"text", "source"}:
        parts = [_plain_value(field, part) for part in value]
        if all(isinstance(part, str) for part in parts):
            return ("\n\n" if field == "text" else ", ").join(parts)
    return value
