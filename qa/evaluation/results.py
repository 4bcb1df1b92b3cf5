"""The result of an evaluation: a row for each question, and the metrics over all rows."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from qa.evaluation.questions import EvalQuestion, Half
from qa.schemas import Answer, RetrievedPassage, Schema, Thresholds

Outcome = Literal["right", "wrong", "wrongly declined", "rightly declined", "unjudged", "error"]


class QuoteContext(Schema):
    """The article's text before and after a quote. `exact` is whether the quote equals
    `article.text[start:end]`.
    """

    number: int
    before: str
    after: str
    exact: bool


class Row(Schema):
    """A question with its answer and its scores.

    `ranked` has the ids of the retrieved articles without repeats, best first, at most ten; `passages` the
    evidence (the answer's own copy is dropped). Times are milliseconds since the question was asked;
    `first_token_ms` is None if no model was called. `confidences` maps each abstention gate to its
    confidence, 0 to 1. `error` is empty unless the question failed. `scores` has the metrics the question is
    eligible for.
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
        """The answer without citation marks; empty if there is none."""
        return " ".join(sentence.text for sentence in self.answer.sentences) if self.answer else ""

    @property
    def stated(self) -> str:
        """The answer's own statement: of a sentence that reports a conflict, only the first position. The
        other positions are reported as other sources' claims.
        """
        if not self.answer:
            return ""
        first_claims = {
            "; ".join(position.claim for position in conflict.positions) + ".": conflict.positions[0].claim
            for conflict in self.answer.conflicts
        }
        return " ".join(first_claims.get(sentence.text, sentence.text) for sentence in self.answer.sentences)

    @property
    def quotes(self) -> tuple[str, ...]:
        """The quotes of the answer, in citation order."""
        return tuple(citation.quote for citation in self.answer.citations) if self.answer else ()


class Estimate(Schema):
    """A metric over `count` eligible questions, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int


class MetricChange(Schema):
    """A metric in this run and in the baseline, over the `count` questions eligible in both.

    `low` and `high` bound the difference (95 %, paired bootstrap); `p` is the p-value of the difference.
    """

    before: float
    after: float
    low: float
    high: float
    p: float
    count: int


class OutcomeChange(Schema):
    """A question whose outcome differs from the baseline."""

    id: str
    question: str
    before: Outcome
    after: Outcome


class Comparison(Schema):
    """A comparison with an earlier run, over the questions of both. `turned` has the changed outcomes."""

    changes: dict[str, MetricChange]
    turned: tuple[OutcomeChange, ...]


class CurvePoint(Schema):
    """The effect of declining below `threshold`: `coverage` is the share of all questions still answered,
    `risk` the share of those answered wrong.
    """

    threshold: float
    coverage: float
    risk: float


class Calibration(Schema):
    """Thresholds fitted on half "a" of the questions, and their effect on half "b".

    `curves` maps each gate to its risk-coverage curve over half "a"; `before` and `after` are the metrics of
    half "b" with the old and the new thresholds.
    """

    old: Thresholds
    new: Thresholds
    curves: dict[str, tuple[CurvePoint, ...]]
    before: dict[str, Estimate]
    after: dict[str, Estimate]


class EvalRun(Schema):
    """A finished evaluation: model, collection, rows and metrics.

    `groups` has the same metrics for subsets of the questions: "half a", "half b", "kind …" for each kind,
    "with history" and "without history".
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
