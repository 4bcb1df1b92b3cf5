"""`quoth collections` and `reindex`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.articles import show_collections
from qa.cli.options import AnyCollection, Home, Json, OnlyCollection, assistant_for, settings_for

if TYPE_CHECKING:
    from qa.assistant import Assistant

collections_app = typer.Typer(help="List or remove collections.")


@collections_app.callback(invoke_without_command=True)
def collections(
    ctx: typer.Context, collection: AnyCollection = "default", home: Home = None, as_json: Json = False
) -> None:
    """List or remove collections."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    with assistant_for(home) as assistant:
        counts = assistant.counts()
    show_collections(counts, as_json=as_json)


@collections_app.command("remove")
def remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Remove a collection with all its articles; the default one cannot be removed."""
    with assistant_for(home or ctx.obj) as assistant:
        assistant.remove_collection(name)
    console.show_text(f"removed {name}")


def reindex(collection: OnlyCollection = None, home: Home = None) -> None:
    """Rebuild collections with the embedder named by QUOTH_EMBEDDER.

    The old collection keeps answering until the new one is complete.

    After an interruption, run the same command to continue.
    """
    from index.errors import ArchiveEmpty, ArchiveLocked
    from qa.assistant import open_assistant

    try:
        assistant = open_assistant(settings_for(home))
    except ArchiveLocked as locked:
        reason = str(locked).rpartition("; ")[0]
        raise ArchiveLocked(f"{reason}; stop it, then run `quoth reindex` again") from None
    with assistant:
        if collection and collection not in assistant.collections():
            raise ArchiveEmpty(f"there is no collection '{collection}'; create it with `quoth add`")
        outdated = assistant.outdated()
        selected = {name: count for name, count in outdated.items() if collection in (None, name)}
        for name, count in selected.items():
            _reindex(assistant, name, count)
        if not selected:
            console.message(
                "nothing to do: all articles are indexed by language and embedded with "
                f"{assistant.embedder_name}"
            )


def _reindex(assistant: Assistant, name: str, count: int) -> None:
    with progress.bar(lambda: count, f"reindexing {name}") as advance:
        try:
            for _ in assistant.reindex(name):
                advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                "run `quoth reindex` again to continue; the old index still answers"
            ) from None
    console.show_text(f"{name}: {console.count_of(count, 'article')} embedded with {assistant.embedder_name}")
