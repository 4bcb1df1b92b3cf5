"""`quoth check`."""

from __future__ import annotations

import os
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.checks import show_checked
from qa.cli.options import (
    After,
    AsOf,
    Before,
    Collection,
    Home,
    Json,
    Source,
    assistant_for,
    make_filters,
    settings_for,
)

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.cli.check_journal import CheckJournal
    from qa.client import Quoth
    from qa.schemas import CheckedText, TextToCheck


def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A text, Markdown, HTML, Word or PDF file, or - for input.")
    ],
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="SHARE", help="Exit with 1 if fewer claims are proven, 0 to 1."),
    ] = None,
    question: Annotated[str, typer.Option(help="What the text answers.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted check.")] = False,
    as_of: AsOf = None,
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Check which sentences of a text the articles prove or contradict.

    After Ctrl-C, --resume goes on with the sentence that was not checked yet, or with the first that has been
    changed since.
    """
    import asyncio
    from pathlib import Path

    from qa.cli.check_journal import CheckJournal
    from qa.schemas import text_to_check

    text = text_to_check(
        _read(file),
        question=question,
        filters=make_filters(source, after, before, as_of),
        collection=collection,
    )
    settings = settings_for(home)
    limits = text.model_dump_json(exclude={"text"})
    path = file if file == "-" else str(Path(file).absolute())
    journal = CheckJournal(settings.home, path, limits, settings.model, settings.verifier)
    if resume:
        text = text.model_copy(update={"checked": journal.read()})
    with assistant_for(home) as assistant:
        checked = asyncio.run(_checked(assistant, text, journal))
    if as_json:
        console.show_json(checked.model_dump(mode="json"))
    else:
        show_checked(checked)
    if fail_under is not None and checked.proven_share < fail_under:
        console.message(f"{checked.proven_share:.0%} of the claims are proven, fewer than {fail_under:.0%}")
        raise typer.Exit(1)


def _read(file: str) -> str:
    """The text of a file, or of standard input. Raises TextInvalid."""
    from pathlib import Path

    from qa.errors import TextInvalid
    from qa.pipeline.checking.draft_file import read_draft

    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")
    if not Path(file).is_file():
        raise TextInvalid(f"there is no file {file}; name one, or - for standard input")
    return read_draft(Path(file))


async def _checked(assistant: Assistant | Quoth, text: TextToCheck, journal: CheckJournal) -> CheckedText:
    """The checked text, which ends the stream; the sentences before it advance a bar and are saved."""
    from asyncio import CancelledError

    from qa.pipeline.checking.statements import split_statements
    from qa.schemas import CheckedText

    sentences, saved = len(split_statements(text.text)), 0
    try:
        with progress.question_bar(sentences, "checking") as advance:
            async with aclosing(assistant.check_stream(text)) as events:
                async for event in events:
                    if isinstance(event, CheckedText):
                        journal.remove()
                        return event
                    if not saved:
                        journal.begin()
                    journal.append(event)
                    saved += 1
                    advance()
    except CancelledError:
        # As in `quoth ask`: Python would wait for threads that load models. What is saved is written.
        of_all = f"{saved} of {console.count_of(sentences, 'sentence')}"
        console.message(
            f"interrupted; {of_all} are saved; continue with --resume" if saved else "interrupted"
        )
        os._exit(130)
    raise AssertionError("a stream ends with the checked text")
