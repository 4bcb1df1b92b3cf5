"""`quoth add`, `list`, `show` and `remove`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.articles import show_article, show_listing, show_report
from qa.cli.options import (
    After,
    ArticleId,
    ArticleIds,
    Before,
    Collection,
    Columns,
    Home,
    Json,
    Source,
    Sources,
    assistant_for,
    catalogue_for,
    make_filters,
    parse_columns_option,
    settings_for,
)

if TYPE_CHECKING:
    from index.schemas import Ingested, Skipped
    from qa.assistant import Assistant
    from qa.client import Quoth


class Engine(StrEnum):
    """What embeds the articles that are added."""

    DEFAULT = "default"
    RAY = "ray"


def add(
    sources: Sources,
    columns: Columns = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
    engine: Annotated[
        Engine, typer.Option(help="What embeds: this command or the workers, or processes of Ray, for many.")
    ] = Engine.DEFAULT,
    actors: Annotated[int, typer.Option(min=1, max=1000, help="Processes of Ray.")] = 2,
) -> None:
    """Add articles: files, folders, patterns such as 'news/**/*.html', zips, feeds and web addresses.

    Formats: .txt .md .html .pdf .docx .epub .jsonl .ndjson .json .csv .tsv .rss .atom .xml .zip

    Adding an unchanged article again has no effect.
    """
    from index.readers.registry import count_sources, read_sources
    from index.schemas import IngestReport

    chosen = parse_columns_option(columns)
    outcomes: list[Ingested | Skipped] = []
    with assistant_for(home) as assistant:
        reading = read_sources(sources, private_urls=settings_for(home).private_urls, columns=chosen)
        if engine is Engine.RAY:
            adding = _bulk(assistant).add_with_ray(reading, collection=collection, actors=actors)
        else:
            adding = assistant.add(reading, collection=collection)
        try:
            with progress.bar(lambda: count_sources(sources, columns=chosen)) as advance:
                for outcome in adding:
                    outcomes.append(outcome)
                    advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt("run the same command again to continue") from None
        finally:
            report = IngestReport.of(outcomes)
            show_report(report, as_json=as_json)
    if report.skipped:
        raise typer.Exit(1)


def _bulk(assistant: Assistant | Quoth) -> Assistant:
    """The assistant, which writes to the archive itself. Raises a usage error for a server's client."""
    from qa.assistant import Assistant

    if not isinstance(assistant, Assistant):
        raise typer.BadParameter("a server has this home open; stop it first", param_hint="--engine ray")
    return assistant


def list_(
    search: Annotated[str, typer.Option(help="Only articles with this text in their title or source.")] = "",
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the articles, newest first."""
    filters = make_filters(source, after, before)
    with catalogue_for(home) as catalogue:
        listing = catalogue.articles(collection=collection, search=search, filters=filters)
    show_listing(listing, collection, search=search, as_json=as_json)


def show(
    article_id: ArticleId, collection: Collection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Show an article and its text."""
    with catalogue_for(home) as catalogue:
        article = catalogue.article(article_id, collection=collection)
    show_article(article, as_json=as_json)


def remove(article_ids: ArticleIds, collection: Collection = "default", home: Home = None) -> None:
    """Remove articles; if one does not exist, none is removed."""
    with assistant_for(home) as assistant:
        ids = list(dict.fromkeys(article_ids))
        articles = [assistant.article(article_id, collection=collection) for article_id in ids]
        assistant.remove(ids, collection=collection)
    for article in articles:
        console.show_text(f"removed {article.id}  {article.title}".rstrip())
