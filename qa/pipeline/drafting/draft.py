"""A draft while it is written, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from qa.pipeline.drafting.chain import DraftChunk, SelectedContext
from qa.pipeline.drafting.confidence import answer_confidence
from qa.pipeline.drafting.proving import ProvenText
from qa.schemas import DECLINED, NEAREST, Answer, Conflict, Evidence, Timings, Usage
from qa.verification.cited_text import CitedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft so far. `confidence` is the probability, 0 to 1, that the excerpts answer the question; None
    before the first chunk.
    """

    text: str = ""
    refusal: float | None = None
    confidence: float | None = None
    usage: Usage | None = None

    def extended(self, chunk: DraftChunk, context: SelectedContext) -> Draft:
        """The draft with another chunk. The first known probability of a refusal counts."""
        refusal = chunk.refusal if self.refusal is None else self.refusal
        return Draft(
            text=self.text + chunk.text,
            refusal=refusal,
            confidence=answer_confidence(context.retrieval.hits, context.excerpts, refusal),
            usage=chunk.usage or self.usage,
        )

    def reaches(self, threshold: float) -> bool:
        """Whether the confidence is known and at least the threshold."""
        return self.confidence is not None and self.confidence >= threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineResult:
    """What the steps after retrieval produced. A declined question has no `proven` sentences, but perhaps a
    `nearest` one.
    """

    draft: Draft = Draft()
    proven: ProvenText = field(default_factory=ProvenText)
    short_answer: str = ""
    conflicts: tuple[Conflict, ...] = ()
    nearest: CitedText = field(default_factory=CitedText)

    def answer(self, evidence: Evidence, found: float, timings: Timings, model: str) -> Answer:
        """The answer by the model with this name; `found` is the confidence of the search, 0 to 1."""
        cited, nearest, confidence = self.proven.cited, self.nearest, self.draft.confidence
        proof = self.proven.proof
        return Answer(
            status="answered" if cited.sentences else "declined",
            text=cited.text or (f"{DECLINED} {NEAREST} {nearest.text}" if nearest.sentences else DECLINED),
            sentences=cited.sentences,
            citations=cited.citations or nearest.citations,
            conflicts=self.conflicts,
            question_searched=evidence.question_searched,
            passages=evidence.passages,
            timings=timings,
            model=model,
            search_confidence=round(found, 4),
            confidence=None if confidence is None else round(confidence, 4),
            proof=None if proof is None else round(proof, 4),
            short_answer=self.short_answer,
            nearest=next(iter(nearest.sentences), None),
            usage=self.draft.usage,
        )
