"""Articles and collections on a terminal; what adding did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from qa.cli.console import PlainConsole, flat, many, message, show_json, show_text

if TYPE_CHECKING:
    from index.schemas import Article, ArticlePage, IngestReport

MAX_SKIPPED_LINES = 20


def show_report(report: IngestReport, *, as_json: bool) -> None:
    """What adding did, and on standard error what was skipped and why."""
    if as_json:
        show_json(asdict(report))
        return
    for skipped in report.skipped[:MAX_SKIPPED_LINES]:
        message(f"skipped {skipped.source}: {skipped.reason}")
    if (more := len(report.skipped) - MAX_SKIPPED_LINES) > 0:
        message(f"and {more} more; --json lists all")
    for warning in report.warnings:
        message(f"warning: {warning}")
    show_text(str(report))


def show_listing(listing: ArticlePage, collection: str, *, search: str, as_json: bool) -> None:
    """A table of articles; into a pipe the same columns, parted by tabs."""
    articles = listing.articles
    if as_json:
        show_json({"articles": [asdict(article) for article in articles]})
        return
    screen = PlainConsole()
    rows = [(a.id, str(a.date or ""), str(a.passages), flat(a.source), flat(a.title)) for a in articles]
    if screen.is_terminal and rows:
        table = Table("ID", "Date", "Passages", "Source", "Title", box=None, pad_edge=False)
        table.columns[0].no_wrap = True  # an id is copied in one piece
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
        message(f"{many(len(rows), 'article')}, {many(passages, 'passage')} in '{collection}'")
    elif search:
        message(f"no article of '{collection}' has {search!r} in its title or source")
    else:
        message(f"the collection '{collection}' has no articles yet; add some with `quoth add PATH`")


def show_collections(counts: Mapping[str, int], *, as_json: bool) -> None:
    """The collections, each with the number of its articles."""
    if as_json:
        listed = [{"name": name, "articles": count} for name, count in counts.items()]
        show_json({"collections": listed})
        return
    for name, count in counts.items():
        show_text(f"{name}\t{count}")
    if not counts:
        message("there are no collections yet; add articles with `quoth add PATH`")


def show_article(article: Article, *, as_json: bool) -> None:
    """What is known of an article, and its text as it is kept."""
    if as_json:
        show_json(_about(article) | {"text": article.text})
        return
    screen = PlainConsole()
    for name, value in _about(article).items():
        if value:
            screen.say((f"{name:8}", "dim"), flat(str(value)))
    screen.say("")
    show_text(article.text)


def _about(article: Article) -> dict[str, Any]:
    names = ("id", "title", "date", "source", "url", "origin")
    return {name: getattr(article, name) for name in names}
