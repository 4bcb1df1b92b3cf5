"""`quoth ask`, `search` and `verify`."""

from __future__ import annotations

import os
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.answers import show_answer, show_passages, show_rechecks
from qa.cli.options import (
    After,
    AnswerFile,
    AsOf,
    Before,
    Collection,
    Home,
    Json,
    Source,
    assistant_for,
    make_filters,
    to_date,
)

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.client import Quoth
    from qa.schemas import Answer


def ask(
    question: str,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Answer as this kind of question: fact, summary, list, timeline, compare …"
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT",
            help="Do not read this into the question: outlet, dates, article or spelling; may be repeated.",
        ),
    ] = None,
    as_of: AsOf = None,
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the quotes that support the answer."""
    import asyncio  # takes a tenth of a second, which other commands need not wait for

    details: dict[str, object] = {
        "filters": make_filters(source, after, before),
        "as_of": to_date(as_of),
        "collection": collection,
        "kind": _checked_kind(kind),
        "ignore": _checked_limits(ignore or []),
    }
    with assistant_for(home) as assistant:
        answer = asyncio.run(_last_event(assistant, question, details))
    if as_json:
        console.show_text(answer.model_dump_json(indent=2))
    else:
        show_answer(answer, question)


def _checked_kind(kind: str | None) -> str | None:
    from qa.schemas import CHOSEN_KINDS

    if kind and kind not in CHOSEN_KINDS:
        raise typer.BadParameter(f"'{kind}' is no kind of question; use one of {', '.join(CHOSEN_KINDS)}")
    return kind


def _checked_limits(limits: list[str]) -> list[str]:
    from qa.schemas import LIMITS

    for limit in limits:
        if limit not in LIMITS:
            raise typer.BadParameter(f"'{limit}' cannot be ignored; use one of {', '.join(LIMITS)}")
    return limits


async def _last_event(assistant: Assistant | Quoth, question: str, details: dict[str, object]) -> Answer:
    """The answer, which ends the stream; the events before it are shown as progress."""
    from asyncio import CancelledError

    from qa.schemas import Answer, Progress, Token, checked_question

    checked = checked_question(question, **details)
    try:
        with progress.spinner() as show_step:
            show_step("searching")
            async with aclosing(assistant.stream(checked)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        return event
                    if isinstance(event, Progress):
                        show_step(f"reading {event.done} of {event.total}")
                    else:
                        show_step("writing" if isinstance(event, Token) else "reading")
    except CancelledError:
        # Ctrl-C. Python would wait for threads that load models, which takes seconds and cannot be
        # cancelled. Asking writes nothing, so exiting at once loses nothing.
        console.message("interrupted")
        os._exit(130)
    raise AssertionError("a stream ends with an answer")


def search(
    query: str,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=50, help="Number of passages.")] = 10,
    as_of: AsOf = None,
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Find passages, best first, with their scores."""
    filters = make_filters(source, after, before, as_of)
    with assistant_for(home) as assistant, progress.spinner() as show_step:
        show_step("searching")
        hits = assistant.search(query, k=k, filters=filters, collection=collection)
    if as_json:
        console.show_json({"hits": [hit.model_dump(mode="json") for hit in hits]})
    else:
        show_passages(hits, query)


def verify(
    file: AnswerFile, collection: Collection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Check that the quotes of a saved answer or conversation are still in the articles."""
    from qa.verification.recheck import missing_articles, read_answers, recheck

    saved = read_answers(file)
    with assistant_for(home) as assistant:
        rechecked = [
            recheck(citation, partial(assistant.article, collection=each.collection or collection))
            for each in saved
            if each.answer
            for citation in each.answer.citations
        ]
        missing = [
            article_id
            for each in saved
            if each.answer
            for article_id in missing_articles(
                each.answer, partial(assistant.article, collection=each.collection or collection)
            )
        ]
    show_rechecks(rechecked, missing, as_json=as_json)
    if missing or not all(one.holds for one in rechecked):
        raise typer.Exit(1)
