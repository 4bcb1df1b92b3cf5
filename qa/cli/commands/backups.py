"""`quoth export` and `import`: collections to a file, and back from it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console, progress
from qa.cli.options import AnyCollection, Home, assistant_of


def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write; one that is there is replaced.")
    ],
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    home: Home = None,
) -> None:
    """Save collections, with their vectors, to one file; also while they are served and added to."""
    part = file.with_name(f"{file.name}.part")
    try:
        with assistant_of(home) as assistant, part.open("wb") as sink, progress.waiting() as say:
            for _ in assistant.export(sink, collection=collection):
                say(f"exporting, {sink.tell() / 1e6:,.1f} MB")
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    console.show_text(f"{file}: {file.stat().st_size:,} bytes")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `quoth export` has written.")],
    name: Annotated[str | None, typer.Option("--as", help="Another name for its only collection.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of what is there under that name.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Make the collections of an exported file: all of it, or nothing if anything is wrong."""
    from index.maintenance.backup_file import count_articles

    with (
        assistant_of(home) as assistant,
        progress.adding(lambda: count_articles(file), "importing") as advance,
    ):
        for _ in assistant.restore(file, name=name, replace=replace):
            advance()
    console.show_text(f"imported {console.many(count_articles(file), 'article')}")
