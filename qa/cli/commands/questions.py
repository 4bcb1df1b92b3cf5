"""`quoth questions`, the command."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.options import Collection, Home, assistant_of, settings_of

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.evaluation.questions import EvalQuestion


def make_questions(
    n: Annotated[int, typer.Option("--n", min=1, max=10_000, help="How many the file is to have.")] = 20,
    out: Annotated[
        Path, typer.Option(metavar="OUT.jsonl", dir_okay=False, help="Where; what is there stays.")
    ] = Path("questions.jsonl"),
    seed: Annotated[int, typer.Option(help="Which random articles and sentences.")] = 0,
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Of the thumbs down that were given, instead.")
    ] = False,
    collection: Collection = "default",
    home: Home = None,
) -> None:
    """Draft test questions from the articles, or from thumbs down, for a person to correct.

    Every fourth one is asked without its article, and should be declined. Correct the file, then
    `quoth eval` it.
    """
    from qa.evaluation.dataset_generation.questions_file import append, read_existing

    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"{out.parent} is no folder; make it first")
    had = read_existing(out)
    if from_feedback:
        made = _from_feedback(home, collection, {one.id for one in had})
        for question in made:
            append(out, question)
        console.message(f"{console.many(len(made), 'thumb')} down added; fill in their answers")
    elif len(had) < n:
        _draft(out, had, n, seed, collection, home)
    else:
        console.message(f"{out} has {console.many(len(had), 'question')} already; ask for more with --n")
    console.show_text(str(out))


def _from_feedback(home: Path | None, collection: str, had: set[str]) -> list[EvalQuestion]:
    from qa.evaluation.dataset_generation.from_feedback import questions_from_feedback
    from qa.telemetry.feedback import FeedbackFile

    given = FeedbackFile(settings_of(home).home).read()
    return [one for one in questions_from_feedback(given, collection) if one.id not in had]


def _draft(
    out: Path, had: tuple[EvalQuestion, ...], n: int, seed: int, collection: str, home: Path | None
) -> None:
    """Writes each question as soon as it is there, so that an interrupted run has lost none."""
    from index.errors import ArchiveEmpty
    from qa.evaluation.dataset_generation.drafts import generate_questions
    from qa.evaluation.dataset_generation.questions_file import append
    from qa.evaluation.dataset_generation.source_sentences import select_sentences

    dropped, made = Counter[str](), 0

    def drop(why: str) -> None:
        dropped[why] += 1

    with _writing(home) as assistant, progress.asking(n - len(had), "drafting") as advance:
        ids = [one.id for one in assistant.articles(collection=collection).articles]
        if not ids:
            raise ArchiveEmpty(
                f"the collection '{collection}' has no articles; add some with `quoth add PATH`"
            )
        candidates = select_sentences(ids, lambda id_: assistant.article(id_, collection=collection), seed)
        drafted = generate_questions(assistant, candidates, had, collection=collection, drop=drop)
        try:
            for question in islice(drafted, n - len(had)):
                append(out, question)
                made += 1
                advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"{made} of {n - len(had)} are in {out}; the same goes on") from None
    said = "".join(f"; {count} {why}" for why, count in dropped.most_common())
    console.message(f"{console.many(made, 'question')} of {made + dropped.total()} drafts{said}")
    if len(had) + made < n:
        console.message("the articles give no more; add articles, or choose another --seed")


def _writing(home: Path | None) -> Assistant:
    from qa.assistant import Assistant
    from qa.errors import EvaluationInvalid

    if settings_of(home).model == "none":
        raise EvaluationInvalid("QUOTH_MODEL is none; questions are drafted by a language model: choose one")
    assistant = assistant_of(home)
    if not isinstance(assistant, Assistant):
        assistant.close()
        raise EvaluationInvalid("a running server keeps the model for itself; stop it, and draft again")
    return assistant
