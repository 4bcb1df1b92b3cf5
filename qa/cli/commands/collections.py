"""`quoth collections` and `reindex`: which there are, removed as a whole, and made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.articles import show_collections
from qa.cli.options import AnyCollection, Home, Json, assistant_of, settings_of

if TYPE_CHECKING:
    from qa.assistant import Assistant

collections_app = typer.Typer(help="Which collections there are.")


@collections_app.callback(invoke_without_command=True)
def collections(
    ctx: typer.Context, collection: AnyCollection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Which collections there are, with the number of their articles."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    with assistant_of(home) as assistant:
        counts = assistant.counts()
    show_collections(counts, as_json=as_json)


@collections_app.command("remove")
def remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Remove a collection with all its articles; the default one stays."""
    with assistant_of(home or ctx.obj) as assistant:
        assistant.remove_collection(name)
    console.show_text(f"removed {name}")


def reindex(
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None, home: Home = None
) -> None:
    """Make collections anew with the embedder that QUOTH_EMBEDDER names.

    The old ones answer until the new ones are whole. Interrupted, the same command goes on.
    """
    from index.errors import ArchiveEmpty, ArchiveLocked
    from qa.assistant import open_assistant

    try:
        assistant = open_assistant(settings_of(home))
    except ArchiveLocked as locked:
        where = str(locked).rpartition("; ")[0]
        raise ArchiveLocked(f"{where}; stop that one, then run `quoth reindex` again") from None
    with assistant:
        if collection and collection not in assistant.collections():
            raise ArchiveEmpty(f"there is no collection '{collection}'; `quoth add` makes one")
        outdated = assistant.outdated()
        wanted = {name: count for name, count in outdated.items() if collection in (None, name)}
        for name, count in wanted.items():
            _reindexed(assistant, name, count)
        if not wanted:
            console.message(f"nothing to do: all was embedded with {assistant.embedder_name}")


def _reindexed(assistant: Assistant, name: str, count: int) -> None:
    with progress.adding(lambda: count, f"reindexing {name}") as advance:
        try:
            for _ in assistant.reindex(name):
                advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt("run `quoth reindex` again to go on; the old one still answers") from None
    console.show_text(f"{name}: {console.many(count, 'article')} embedded with {assistant.embedder_name}")
