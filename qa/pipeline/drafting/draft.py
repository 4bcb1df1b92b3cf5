"""A draft while it is written, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.text.messages.messages import Messages
from qa.llm.prompts import NOT_FOUND
from qa.pipeline.drafting.chain import DraftChunk, SelectedContext
from qa.pipeline.drafting.confidence import answer_confidence
from qa.pipeline.drafting.proving import ProvenText
from qa.schemas import Answer, Conflict, Evidence, Timings, Usage
from qa.verification.cited_text import CitedText
from qa.verification.draft import is_refusal

# From this confidence on the articles more probably answer the question than not.
SURE = 0.5


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

    @property
    def refuses(self) -> bool:
        """Whether it says that the articles do not say, and goes on."""
        after = self.text.strip()[len(NOT_FOUND) :]
        return is_refusal(self.text) and any(letter.isalnum() for letter in after)

    @property
    def is_sure(self) -> bool:
        """Whether the question is more probably answered than not."""
        return self.reaches(SURE)

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

    def answer(
        self, evidence: Evidence, found: float, timings: Timings, model: str, messages: Messages
    ) -> Answer:
        """The answer by the model with this name; `found` is the confidence of the search, 0 to 1."""
        cited, nearest, confidence = self.proven.cited, self.nearest, self.draft.confidence
        proof = self.proven.proof
        return Answer(
            status="answered" if cited.sentences else "declined",
            text=self.text(messages),
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

    def text(self, messages: Messages) -> str:
        """The text of the answer; of a declined one what the `messages` say, and the nearest sentence."""
        if self.proven.cited.sentences:
            return self.proven.cited.text
        declined = messages.gettext("The articles do not say.")
        if not self.nearest.sentences:
            return declined
        return " ".join((declined, messages.gettext("The nearest they say:"), self.nearest.text))
