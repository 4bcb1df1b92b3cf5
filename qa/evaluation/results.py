"""What an evaluation gives: a row for each question, and the metrics over all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from qa.evaluation.questions import EvalQuestion, Half
from qa.schemas import Answer, RetrievedPassage, Schema, Thresholds

Outcome = Literal["right", "wrong", "wrongly declined", "rightly declined", "unjudged", "error"]


class QuoteContext(Schema):
    """Where a citation's quote stands: the article's words before and after it.

    `exact` says whether the quote is `article.text[start:end]` to the letter.
    """

    number: int
    before: str
    after: str
    exact: bool


class Row(Schema):
    """One question as it was asked, what came of it, and how that scores.

    `ranked` are the ids of the distinct articles a search found, best first, at most ten;
    `passages` what was offered as evidence (the answer's own copy is left out). Times are
    milliseconds since the question was asked; `first_token_ms` is None where no model spoke.
    `confidences` are what the gates of declining look at, by gate, 0 to 1. `error` is empty
    unless the question failed. `scores` has the metrics this question is eligible for.
    """

    question: EvalQuestion
    half: Half
    searched: str = ""
    ranked: tuple[str, ...] = ()
    passages: tuple[RetrievedPassage, ...] = ()
    answer: Answer | None = None
    contexts: tuple[QuoteContext, ...] = ()
    confidences: dict[str, float] = Field(default_factory=dict)
    evidence_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    memory_mb: float = 0.0
    error: str = ""
    outcome: Outcome = "unjudged"
    scores: dict[str, float] = Field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return self.answer is not None and self.answer.status == "answered"

    @property
    def declined(self) -> bool:
        return self.answer is not None and self.answer.status == "declined"

    @property
    def text(self) -> str:
        """What was answered, without marks; empty where it was not."""
        return " ".join(sentence.text for sentence in self.answer.sentences) if self.answer else ""

    @property
    def stated(self) -> str:
        """What the answer itself says: of a sentence that tells what the sources say differently, only the
        first side. The other is told as another's, and is not this answer.
        """
        if not self.answer:
            return ""
        sides = {
            "; ".join(side.claim for side in conflict.positions) + ".": conflict.positions[0].claim
            for conflict in self.answer.conflicts
        }
        return " ".join(sides.get(sentence.text, sentence.text) for sentence in self.answer.sentences)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The answer's quotes, in the order of their numbers."""
        return tuple(citation.quote for citation in self.answer.citations) if self.answer else ()


class Estimate(Schema):
    """A metric over `count` eligible questions, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int


class MetricChange(Schema):
    """A metric here and in the baseline, over the `count` questions that both have it for.

    `low` and `high` bound the difference (95 %, paired bootstrap); `p` is the chance of one at
    least as large if both were equally good.
    """

    before: float
    after: float
    low: float
    high: float
    p: float
    count: int


class OutcomeChange(Schema):
    """A question whose outcome is another than in the baseline."""

    id: str
    question: str
    before: Outcome
    after: Outcome


class Comparison(Schema):
    """This run against an earlier one, over the questions both asked."""

    changes: dict[str, MetricChange]
    turned: tuple[OutcomeChange, ...]


class CurvePoint(Schema):
    """What declining below `threshold` gives: the share of all questions still answered, and the
    share of those that is wrong.
    """

    threshold: float
    coverage: float
    risk: float


class Calibration(Schema):
    """The thresholds that were fitted on the questions of half "a", and what they do to half "b".

    `curves` are by gate, over half "a"; `before` and `after` the metrics of half "b" with the old
    and with the new thresholds.
    """

    old: Thresholds
    new: Thresholds
    curves: dict[str, tuple[CurvePoint, ...]]
    before: dict[str, Estimate]
    after: dict[str, Estimate]


class EvalRun(Schema):
    """An evaluation that has been run: what was asked of what, the rows, and the metrics.

    `groups` has the same metrics for parts of the questions: "half a", "half b", "kind …" for
    each kind, "with history" and "without history".
    """

    quoth: str
    model: str
    collection: str
    began: datetime
    retrieval_only: bool = False
    rows: tuple[Row, ...]
    metrics: dict[str, Estimate]
    groups: dict[str, dict[str, Estimate]]
    memory_mb: float
    comparison: Comparison | None = None
    calibration: Calibration | None = None
