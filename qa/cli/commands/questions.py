"""`quoth questions`."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, progress
from qa.cli.options import Collection, Home, assistant_for, settings_for

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.evaluation.questions import EvalQuestion


def make_questions(
    n: Annotated[int, typer.Option("--n", min=1, max=10_000, help="Number of questions in the file.")] = 20,
    out: Annotated[
        Path, typer.Option(metavar="OUT.jsonl", dir_okay=False, help="Output file; its questions are kept.")
    ] = Path("questions.jsonl"),
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="Kind of question: fact, drafted by the model; or summary, list, compare, timeline, "
            "overview, catalogue, quotation or profile, which need none.",
        ),
    ] = "fact",
    seed: Annotated[int, typer.Option(help="Seed of the random articles and sentences.")] = 0,
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Use answers with negative feedback instead.")
    ] = False,
    collection: Collection = "default",
    home: Home = None,
) -> None:
    """Draft test questions from the articles, or from negative feedback, for you to correct.

    Every fourth question about a fact lacks its article and should be declined. For questions of other kinds,
    fill in what an answer has to say (`must`) where the articles do not decide it.

    Correct the file, then run `quoth eval` on it.
    """
    from qa.evaluation.dataset_generation.questions_file import append, read_existing

    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}; create it first")
    had = read_existing(out)
    if from_feedback:
        made = _from_feedback(home, collection, {one.id for one in had})
        for question in made:
            append(out, question)
        console.message(f"added {console.count_of(len(made), 'question')} from feedback; fill in the answers")
    elif kind != "fact":
        _make(out, had, n, seed, collection, home, kind)
    elif len(had) < n:
        _draft(out, had, n, seed, collection, home)
    else:
        console.message(f"{out} has {console.count_of(len(had), 'question')} already; request more with --n")
    console.show_text(str(out))


def _from_feedback(home: Path | None, collection: str, had: set[str]) -> list[EvalQuestion]:
    from qa.evaluation.dataset_generation.from_feedback import questions_from_feedback
    from qa.web.state.state import open_state

    with open_state(settings_for(home)) as state:
        given = state.feedback.read()
        return [one for one in questions_from_feedback(given, collection) if one.id not in had]


def _make(
    out: Path, had: tuple[EvalQuestion, ...], n: int, seed: int, collection: str, home: Path | None, kind: str
) -> None:
    """Appends up to `n` questions of the kind, made of the collection."""
    from qa.evaluation.dataset_generation.broad_questions import BROAD_KINDS, broad_questions
    from qa.evaluation.dataset_generation.questions_file import append

    known = next((one for one in BROAD_KINDS if one == kind), None)
    if not known:
        kinds = ", ".join(("fact", *BROAD_KINDS))
        raise typer.BadParameter(f"questions of the kind '{kind}' are not made; use one of {kinds}")
    with assistant_for(home) as assistant:
        listed = assistant.articles(collection=collection).articles
        made = broad_questions(known, listed, partial(assistant.article, collection=collection), seed)
        taken = {one.id for one in had}
        wanted = max(n - sum(one.kind == kind for one in had), 0)
        new = list(islice((one for one in made if one.id not in taken), wanted))
    for question in new:
        append(out, question)
    open_ones = sum(not one.must for one in new)
    left = f"; fill in what {open_ones} of them have to be answered with" if open_ones else ""
    console.message(f"made {console.count_of(len(new), 'question')} of the kind {kind}{left}")


def _draft(
    out: Path, had: tuple[EvalQuestion, ...], n: int, seed: int, collection: str, home: Path | None
) -> None:
    """Writes each question when it is drafted, so that an interruption loses none."""
    from index.errors import ArchiveEmpty
    from qa.evaluation.dataset_generation.drafts import generate_questions
    from qa.evaluation.dataset_generation.questions_file import append
    from qa.evaluation.dataset_generation.source_sentences import select_sentences

    dropped, made = Counter[str](), 0

    def drop(reason: str) -> None:
        dropped[reason] += 1

    with _open_assistant(home) as assistant, progress.question_bar(n - len(had), "drafting") as advance:
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
            saved = f"{made} of {n - len(had)} are in {out}"
            raise KeyboardInterrupt(f"{saved}; run it again to continue") from None
    reasons = "".join(f"; {count} {reason}" for reason, count in dropped.most_common())
    console.message(f"{console.count_of(made, 'question')} of {made + dropped.total()} drafts{reasons}")
    if len(had) + made < n:
        console.message("no more questions found; add articles, or choose another --seed")


def _open_assistant(home: Path | None) -> Assistant:
    from qa.assistant import Assistant
    from qa.errors import EvaluationInvalid

    if settings_for(home).model == "none":
        raise EvaluationInvalid("QUOTH_MODEL is none, but a language model drafts the questions; choose one")
    assistant = assistant_for(home)
    if not isinstance(assistant, Assistant):
        assistant.close()
        raise EvaluationInvalid("a running server uses the model; stop it and try again")
    return assistant
