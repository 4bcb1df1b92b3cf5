"""`quoth export` and `import`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console, progress
from qa.cli.options import AnyCollection, Home, OnlyCollection, assistant_for


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; an existing one is replaced.")],
    collection: OnlyCollection = None,
    home: Home = None,
) -> None:
    """Save collections and their vectors to one file, even while a server uses them."""
    partial = file.with_name(f"{file.name}.part")
    try:
        with assistant_for(home) as assistant, partial.open("wb") as sink, progress.spinner() as show_step:
            for _ in assistant.export(sink, collection=collection):
                show_step(f"exporting, {sink.tell() / 1e6:,.1f} MB")
            sink.flush()
            os.fsync(sink.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    console.show_text(f"{file}: {file.stat().st_size:,} bytes")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `quoth export`.")],
    name: Annotated[
        str | None, typer.Option("--as", help="New name of the collection, if the file has only one.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace existing collections of the same name.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Import the collections of an exported file, or nothing if anything is wrong."""
    from index.maintenance.backup_file import count_articles

    with assistant_for(home) as assistant, progress.bar(lambda: count_articles(file), "importing") as advance:
        for _ in assistant.restore(file, name=name, replace=replace):
            advance()
    console.show_text(f"imported {console.count_of(count_articles(file), 'article')}")
