"""Prints articles, collections and the outcome of adding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from qa.cli.console import PlainConsole, count_of, message, one_line, show_json, show_text

if TYPE_CHECKING:
    from index.schemas import Article, ArticlePage, IngestReport

MAX_SKIPPED_LINES = 20


def show_report(report: IngestReport, *, as_json: bool) -> None:
    """Prints the counts of added and skipped sources, and on standard error why sources were skipped."""
    if as_json:
        show_json(asdict(report))
        return
    for skipped in report.skipped[:MAX_SKIPPED_LINES]:
        message(f"skipped {skipped.source}: {skipped.reason}")
    if (more := len(report.skipped) - MAX_SKIPPED_LINES) > 0:
        message(f"and {more} more; use --json to list all")
    for old in report.replaced[:MAX_SKIPPED_LINES]:
        if old.article_id != old.by:
            message(f"replaced {old.article_id} by {old.by}: {one_line(old.title)}")
    for warning in report.warnings:
        message(f"warning: {warning}")
    show_text(str(report))


def show_listing(listing: ArticlePage, collection: str, *, search: str, as_json: bool) -> None:
    """Prints a table of articles; in a pipe, the same columns separated by tabs."""
    articles = listing.articles
    if as_json:
        show_json({"articles": [asdict(article) for article in articles]})
        return
    screen = PlainConsole()
    rows = [(a.id, a.dated, f"{a.passages}", one_line(a.source), one_line(a.title)) for a in articles]
    if screen.is_terminal and rows:
        table = Table("ID", "Date", "Passages", "Source", "Title", box=None, pad_edge=False)
        table.columns[0].no_wrap = True  # an id must stay in one line to be copied
        table.columns[0].overflow = "fold"
        table.columns[1].no_wrap = True
        table.columns[2].justify = "right"
        for row in rows:
            table.add_row(*map(Text, row))
        screen.print(table)
    elif rows:
        show_text("\n".join("\t".join(row) for row in rows))
    if rows:
        passages = sum(article.passages for article in articles)
        message(f"{count_of(len(rows), 'article')}, {count_of(passages, 'passage')} in '{collection}'")
    elif search:
        message(f"no article of '{collection}' matches {search!r} in its title or source")
    else:
        message(f"the collection '{collection}' has no articles yet; add some with `quoth add PATH`")


def show_collections(counts: Mapping[str, int], *, as_json: bool) -> None:
    """Prints the collections with their numbers of articles."""
    if as_json:
        listed = [{"name": name, "articles": count} for name, count in counts.items()]
        show_json({"collections": listed})
        return
    for name, count in counts.items():
        show_text(f"{name}\t{count}")
    if not counts:
        message("there are no collections yet; add articles with `quoth add PATH`")


def show_article(article: Article, *, as_json: bool) -> None:
    """Prints the metadata and the stored text of an article."""
    if as_json:
        show_json(_metadata(article) | {"text": article.text})
        return
    screen = PlainConsole()
    for name, value in _metadata(article).items():
        if value:
            screen.show((f"{name:8}", "dim"), one_line(str(value)))
    screen.show("")
    show_text(article.text)


def _metadata(article: Article) -> dict[str, Any]:
    names = ("id", "title", "date", "period", "source", "url", "origin")
    return {name: getattr(article, name) for name in names}
