"""`quoth export` and `import`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from qa.cli import console, progress
from qa.cli.options import AnyCollection, Home, OnlyCollection, settings_for

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.client import Quoth
    from qa.web.auth.api_keys import ApiKeys
    from qa.web.state.state import ServerState

_ArticlesOnly = Annotated[bool, typer.Option("--articles-only", help="Leave out keys and feedback.")]


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; an existing one is replaced.")],
    collection: OnlyCollection = None,
    articles_only: _ArticlesOnly = False,
    home: Home = None,
) -> None:
    """Save collections and their vectors, keys (as hashes) and feedback to one file, even while a server uses
    them. With --collection it has neither keys nor feedback.
    """
    from index.maintenance.backup_file import read_attachments

    partial = file.with_name(f"{file.name}.part")
    try:
        partial.unlink(missing_ok=True)
        mode = 0o666 if collection or articles_only else 0o600  # as `keys.json` has it
        with (
            _archive(home) as (_, assistant),
            _create(partial, mode) as sink,
            progress.spinner() as show_step,
        ):
            for _ in assistant.export(sink, collection=collection, articles_only=articles_only):
                show_step(f"exporting, {sink.tell() / 1e6:,.1f} MB")
            sink.flush()
            os.fsync(sink.fileno())
        attached = " and ".join(read_attachments(partial))
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    console.show_text(f"{file}: {file.stat().st_size:,} bytes")
    if attached:
        console.message(f"It holds {attached} too; --articles-only leaves them out.")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `quoth export`.")],
    name: Annotated[
        str | None, typer.Option("--as", help="New name of the collection, if the file has only one.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace existing collections of the same name.")
    ] = False,
    articles_only: _ArticlesOnly = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Import the collections of an exported file, or nothing if anything is wrong. Its keys and feedback are
    added to those that there are, unless --as is given.
    """
    from index.maintenance.backup_file import count_articles

    with _archive(home) as (state, assistant):
        telling = nullcontext() if name or articles_only else _telling_keys(file, state.keys)
        with telling, progress.bar(lambda: count_articles(file), "importing") as advance:
            for _ in assistant.restore(file, name=name, replace=replace, articles_only=articles_only):
                advance()
        console.show_text(f"imported {console.count_of(count_articles(file), 'article')}")


@contextmanager
def _telling_keys(file: Path, keys: ApiKeys) -> Iterator[None]:
    """Names the keys that are valid only since an import, and those of the file that are not."""
    from index.maintenance.backup_file import read_attachments
    from qa.web.state.attachments import exported_keys

    given = exported_keys(read_attachments(file))  # raises before anything is imported or sent to a server
    before = keys.all()
    try:
        yield
    finally:  # also where a server has added them and its response is lost
        now = keys.all()
        if added := ", ".join(f"{key.name} ({key.role})" for key in now if key not in before):
            console.message(
                f"keys added: {added}; remove those that are not wanted with `quoth keys remove NAME`"
            )
    if left_out := ", ".join(key.name for key in given if key not in now):
        console.message(f"keys left out, since there are others of these names: {left_out}")


@contextmanager
def _archive(home: Path | None) -> Iterator[tuple[ServerState, Assistant | Quoth]]:
    """The state, and the assistant over the articles, or a client of the server that has them open."""
    from qa.assistant import open_or_connect
    from qa.web.state.attachments import StateAttachments
    from qa.web.state.state import open_state

    settings = settings_for(home)
    with (
        open_state(settings) as state,
        open_or_connect(settings, attachments=StateAttachments(state)) as assistant,
    ):
        yield state, assistant


def _create(file: Path, mode: int) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
