"""`make cases DIR=DIR`: adds each file of a folder of difficult inputs, checks what was stored, and prints a
table. Exits 1 if an input gives no article or a check fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.collection import Collection
from index.library import Library
from index.readers.registry import read_sources
from index.readers.sources.filesystem import find_files
from index.schemas import Article, IngestReport, Query, Skipped
from index.text.sentences import sentence_spans
from qa.llm.embedders import open_embedder
from qa.settings import read_settings

EXPECTED = "expected.jsonl"
# Articles of a file that are searched for, and hits among which each must be.
SEARCHED, HITS = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What became of one input. `failures` are checks that failed."""

    name: str
    articles: tuple[Article, ...]
    notes: tuple[str, ...]
    failures: tuple[str, ...]


def run_case(name: str, path: Path, collection: Collection, expected: Mapping[str, Any]) -> Case:
    """Adds the articles of a file and checks them."""
    items = list(read_sources([path]))
    articles = tuple(item for item in items if isinstance(item, Article))
    skipped = [f"{item.source}: {item.reason}" for item in items if isinstance(item, Skipped)]
    report = IngestReport.of(collection.add(items))
    replaced = [f"replaced {old.title or old.article_id}" for old in report.replaced]
    failures = [] if articles or expected.get("articles") == 0 else ["no article"]
    failures += [f"{old} by another article of this folder" for old in replaced]
    for article in articles[:SEARCHED]:
        failures += _stored(article, collection)
    return Case(
        name=name,
        articles=articles,
        notes=(*skipped, *report.warnings),
        failures=(*failures, *_differences(articles, expected)),
    )


def _stored(article: Article, collection: Collection) -> Iterator[str]:
    """Checks that a stored article is found by its longest sentence and that passages are its text."""
    stored = collection.documents.article(article.id)
    if stored.text != article.text:
        yield "the stored text differs"
    start, end = max(sentence_spans(article.text), key=lambda span: span[1] - span[0])
    hits = collection.search(Query(text=article.text[start:end][:300]), k=HITS)
    own = [
        hit.passage for hit in hits if article.id in {hit.passage.article_id, *(one.id for one in hit.also)}
    ]
    if not own:
        yield f"not found by {article.text[start:end][:60]!r}"
    for passage in own:
        if passage.article_id == article.id and passage.text != article.text[passage.start : passage.end]:
            yield "a passage is not its text"


def _differences(articles: tuple[Article, ...], expected: Mapping[str, Any]) -> Iterator[str]:
    if "articles" in expected and len(articles) != expected["articles"]:
        yield f"{len(articles)} articles, not {expected['articles']}"
    first = articles[0] if articles else None
    for name in ("title", "date", "source", "url"):
        if first and name in expected:
            value = getattr(first, name)
            found = value.isoformat() if name == "date" and value else value
            if found != expected[name]:
                yield f"{name} {found!r}, not {expected[name]!r}"
    for part in expected.get("contains", ()):
        if not any(part in article.text for article in articles):
            yield f"lacks {part[:60]!r}"


def read_expected(folder: Path) -> dict[str, Mapping[str, Any]]:
    """The lines of EXPECTED by file, if there is one."""
    file = folder / EXPECTED
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {one["file"]: one for one in map(json.loads, filter(str.strip, lines))}


def run_cases(folder: Path, collection: Collection) -> Iterator[Case]:
    """The cases of all files below the folder."""
    expected = read_expected(folder)
    for file in find_files(folder):
        path = Path(file.origin if not isinstance(file, Skipped) else file.source)
        name = str(path.relative_to(folder.resolve()) if path.is_relative_to(folder.resolve()) else path)
        if path.name != EXPECTED:
            yield run_case(name, path, collection, expected.get(name, {}))


def table_of(cases: list[Case]) -> Table:
    """A row for each case."""
    table = Table("Input", "Articles", "Date", "Title", "Characters", "Notes and failures", box=None)
    for case in cases:
        first = case.articles[0] if case.articles else None
        table.add_row(
            case.name,
            str(len(case.articles)),
            str(first.date or "") if first else "",
            Text(first.title[:40] if first else ""),
            f"{sum(len(article.text) for article in case.articles):,}",
            Text("\n".join([*(f"FAILED: {failure}" for failure in case.failures), *case.notes[:5]])),
        )
    return table


def main(folder: Path) -> int:
    """Prints the table; 1 if a case failed."""
    embedder = open_embedder(read_settings())
    with tempfile.TemporaryDirectory() as home, Library(Path(home), embedder) as library:
        cases = list(run_cases(folder, library.collection("default", make=True)))
    screen = Console(highlight=False)
    screen.print(table_of(cases))
    failed = sum(bool(case.failures) for case in cases)
    screen.print(f"{len(cases)} inputs, {failed} with failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
