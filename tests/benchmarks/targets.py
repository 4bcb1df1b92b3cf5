"""What each set of questions is to reach, and what of a run tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.evaluation.results import EvalRun, Row
from qa.evaluation.scoring import METRICS, scores_of

QUOTH, WITHOUT, TUTORIAL = "Quoth", "without a model", "LangChain tutorial"
LAST_TURN, ALL_TURNS = "last turn alone", "all turns joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure, and by the name of a set what it is to reach. It is a share where it neither has a `unit` nor
    `counts` something.
    """

    name: str
    figure: Callable[[Sequence[Row]], float | None]
    sets: Mapping[str, str]
    unit: str = ""
    counts: bool = False


def metric(name: str) -> Callable[[Sequence[Row]], float | None]:
    """A metric of `quoth eval` over rows; None where no row is eligible."""

    def figure(rows: Sequence[Row]) -> float | None:
        scores = scores_of(METRICS[name], rows)
        return float(METRICS[name].summary(scores)) if scores.size else None

    return figure


def quotes_of_right_ones(rows: Sequence[Row]) -> float | None:
    """Of right answers, the share whose quotes contain the answer."""
    return metric("quotes_have_answer")([row for row in rows if row.outcome == "right"])


def uncited(rows: Sequence[Row]) -> float | None:
    """How many sentences of answers have no citation."""
    answers = [row.answer for row in rows if row.answer and row.answered]
    return float(sum(not sentence.citations for answer in answers for sentence in answer.sentences))


NEWS, CLAPNQ, TURNS, SEEDS = "news-dev", "clapnq-dev", "multiturn-dev", "seeds"
TARGETS = (
    Target(name="gold article in the top 5", figure=metric("found@5"), sets={NEWS: "≥ 0.93"}),
    Target(name="gold article first", figure=metric("recall@1"), sets={NEWS: "≥ 0.65"}),
    Target(name="right answers of answerable questions", figure=metric("accuracy"), sets={NEWS: "≥ 0.72"}),
    Target(
        name="refused of unanswerable questions",
        figure=metric("declining_recall"),
        sets={NEWS: "≥ 0.85", CLAPNQ: "≥ 0.65"},
    ),
    Target(
        name="wrongly declined of answerable questions",
        figure=metric("wrongly_declined"),
        sets={NEWS: "≤ 0.08", CLAPNQ: "≤ 0.12"},
    ),
    Target(
        name="quotes that are exactly the article's text",
        figure=metric("quotes_exact"),
        sets={NEWS: "1.00", CLAPNQ: "1.00"},
    ),
    Target(
        name="right answers whose quotes contain the answer",
        figure=quotes_of_right_ones,
        sets={NEWS: "≥ 0.95"},
    ),
    Target(
        name="answers whose quotes overlap the gold sentences (F1 > 0.6)",
        figure=metric("evidence_quoted"),
        sets={CLAPNQ: "≥ 0.80"},
    ),
    Target(name="sentences without a citation", figure=uncited, sets={NEWS: "0", CLAPNQ: "0"}, counts=True),
    Target(
        name="evidence on screen, p95", figure=metric("evidence_ms_p95"), sets={NEWS: "≤ 150 ms"}, unit=" ms"
    ),
    Target(
        name="first word, p50",
        figure=metric("first_token_ms_p50"),
        sets={NEWS: "a third of the tutorial's"},
        unit=" ms",
    ),
    Target(name="first word, p95", figure=metric("first_token_ms_p95"), sets={}, unit=" ms"),
    Target(name="whole answer, p50", figure=metric("total_ms_p50"), sets={}, unit=" ms"),
    Target(name="whole answer, p95", figure=metric("total_ms_p95"), sets={}, unit=" ms"),
    Target(name="tokens of a prompt", figure=metric("prompt_tokens"), sets={}, counts=True),
)


def figures(name: str, runs: Mapping[str, EvalRun]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Of each figure its name, its target on the set of this name, and what was reached, by column."""
    columns = {
        QUOTH: runs[QUOTH].rows,
        "half a": [row for row in runs[QUOTH].rows if row.half == "a"],
        "half b": [row for row in runs[QUOTH].rows if row.half == "b"],
        WITHOUT: runs[WITHOUT].rows,
        TUTORIAL: runs[TUTORIAL].rows,
    }
    aimed_at = {known for target in TARGETS for known in target.sets}
    for target in TARGETS:
        if target.sets and name in aimed_at - target.sets.keys() and not target.unit:
            continue  # of another set; too few questions of this one could tell it
        reached = {column: target.figure(rows) for column, rows in columns.items()}
        if reached[QUOTH] is not None:
            yield (
                target.name,
                target.sets.get(name, ""),
                {
                    column: f"{value:,.0f}{target.unit}" if target.unit or target.counts else f"{value:.3f}"
                    for column, value in reached.items()
                    if value is not None
                },
            )


def turns(runs: Mapping[str, EvalRun]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Of follow-ups and of first turns, how often each way of searching finds a gold article: Quoth at least
    as often as the better of the simple ones.
    """
    for name, is_follow_up in (("follow-ups", True), ("first turns", False)):
        # The simple ways ask without the history: which questions have one, Quoth's own rows tell.
        places = [at for at, row in enumerate(runs[QUOTH].rows) if bool(row.question.history) == is_follow_up]
        found = {way: metric("found@5")([run.rows[at] for at in places]) or 0.0 for way, run in runs.items()}
        best = max(found[LAST_TURN], found[ALL_TURNS])
        yield (
            f"gold article of {len(places)} {name} in the top 5",
            f"≥ {best:.3f}",
            {way: f"{share:.3f}" for way, share in found.items()},
        )
