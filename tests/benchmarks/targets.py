"""The targets of each data set, and how they are computed from a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.evaluation.results import EvalRun, Row
from qa.evaluation.scoring import METRICS, scores_of

QUOTH, WITHOUT, TUTORIAL = "Quoth", "without a model", "LangChain tutorial"
LAST_TURN, ALL_TURNS = "last turn alone", "all turns joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A metric with its targets by data set. It is a share unless it has a `unit` or `counts`."""

    name: str
    compute: Callable[[Sequence[Row]], float | None]
    sets: Mapping[str, str]
    unit: str = ""
    counts: bool = False


def metric(name: str) -> Callable[[Sequence[Row]], float | None]:
    """Returns a function that computes a metric of `quoth eval`; None if no row is eligible."""

    def compute(rows: Sequence[Row]) -> float | None:
        scores = scores_of(METRICS[name], rows)
        return float(METRICS[name].summary(scores)) if scores.size else None

    return compute


def right_answers_quoted(rows: Sequence[Row]) -> float | None:
    """Returns the share of right answers whose quotes contain the answer."""
    return metric("quotes_have_answer")([row for row in rows if row.outcome == "right"])


def uncited(rows: Sequence[Row]) -> float | None:
    """Returns the number of answer sentences without a citation."""
    answers = [row.answer for row in rows if row.answer and row.answered]
    return float(sum(not sentence.citations for answer in answers for sentence in answer.sentences))


NEWS, CLAPNQ, TURNS, SEEDS = "news-dev", "clapnq-dev", "multiturn-dev", "seeds"
TARGETS = (
    Target(name="gold article in the top 5", compute=metric("found@5"), sets={NEWS: "≥ 0.93"}),
    Target(name="gold article first", compute=metric("recall@1"), sets={NEWS: "≥ 0.65"}),
    Target(name="right answers of answerable questions", compute=metric("accuracy"), sets={NEWS: "≥ 0.72"}),
    Target(
        name="unanswerable questions declined",
        compute=metric("declining_recall"),
        sets={NEWS: "≥ 0.85", CLAPNQ: "≥ 0.65"},
    ),
    Target(
        name="answerable questions declined",
        compute=metric("wrongly_declined"),
        sets={NEWS: "≤ 0.08", CLAPNQ: "≤ 0.12"},
    ),
    Target(
        name="quotes that are exactly the article's text",
        compute=metric("quotes_exact"),
        sets={NEWS: "1.00", CLAPNQ: "1.00"},
    ),
    Target(
        name="right answers whose quotes contain the answer",
        compute=right_answers_quoted,
        sets={NEWS: "≥ 0.95"},
    ),
    Target(
        name="answers whose quotes overlap the gold sentences (F1 > 0.6)",
        compute=metric("evidence_quoted"),
        sets={CLAPNQ: "≥ 0.80"},
    ),
    Target(name="sentences without a citation", compute=uncited, sets={NEWS: "0", CLAPNQ: "0"}, counts=True),
    Target(
        name="time to evidence, p95", compute=metric("evidence_ms_p95"), sets={NEWS: "≤ 150 ms"}, unit=" ms"
    ),
    Target(
        name="time to first token, p50",
        compute=metric("first_token_ms_p50"),
        sets={NEWS: "a third of the tutorial's"},
        unit=" ms",
    ),
    Target(name="time to first token, p95", compute=metric("first_token_ms_p95"), sets={}, unit=" ms"),
    Target(name="time to answer, p50", compute=metric("total_ms_p50"), sets={}, unit=" ms"),
    Target(name="time to answer, p95", compute=metric("total_ms_p95"), sets={}, unit=" ms"),
    Target(name="prompt tokens", compute=metric("prompt_tokens"), sets={}, counts=True),
)


def target_rows(name: str, runs: Mapping[str, EvalRun]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yields the name of each metric, its target on the data set `name`, and its value by column."""
    columns = {
        QUOTH: runs[QUOTH].rows,
        "half a": [row for row in runs[QUOTH].rows if row.half == "a"],
        "half b": [row for row in runs[QUOTH].rows if row.half == "b"],
        WITHOUT: runs[WITHOUT].rows,
        TUTORIAL: runs[TUTORIAL].rows,
    }
    known_sets = {known for target in TARGETS for known in target.sets}
    for target in TARGETS:
        if target.sets and name in known_sets - target.sets.keys() and not target.unit:
            continue  # a target of another data set; this one has too few suitable questions
        reached = {column: target.compute(rows) for column, rows in columns.items()}
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


def turn_rows(runs: Mapping[str, EvalRun]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yields how often each way of searching finds a gold article, for follow-ups and for first turns. The
    target is the better of the two simple ways.
    """
    for name, is_follow_up in (("follow-ups", True), ("first turns", False)):
        # The simple ways drop the history, so take it from Quoth's rows.
        indexes = [
            index for index, row in enumerate(runs[QUOTH].rows) if bool(row.question.history) == is_follow_up
        ]
        found = {
            way: metric("found@5")([run.rows[index] for index in indexes]) or 0.0 for way, run in runs.items()
        }
        best = max(found[LAST_TURN], found[ALL_TURNS])
        yield (
            f"gold article of {len(indexes)} {name} in the top 5",
            f"≥ {best:.3f}",
            {way: f"{share:.3f}" for way, share in found.items()},
        )
