"""How a question is answered: retrieve, gate, select, draft, gate, verify, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from index.collection import Collection
from index.errors import QuothError
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize_draft
from qa.llm.chat_models import NO_MODEL, ChatModel, RemoteChatModel
from qa.pipeline.chain import (
    DraftChunk,
    SelectedContext,
    drafting_step,
    retrieval_step,
    selection_step,
)
from qa.pipeline.confidence import answer_confidence, search_confidence
from qa.pipeline.dispatch import dispatch
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import (
    DECLINED,
    Answer,
    Conflict,
    Event,
    Evidence,
    Question,
    RetrievedPassage,
    Thresholds,
    Timings,
    Token,
    Usage,
)
from qa.telemetry.tracing import traced, tracer
from qa.verification.citations import VerifiedDraft, is_refusal, verify_draft
from qa.verification.conflicts.detect import check_conflicts

# The limit for writing one draft.
DRAFT_TIMEOUT_SECONDS = 300.0


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
    """What the steps after retrieval produced; a declined question has an empty `verified` draft."""

    draft: Draft = Draft()
    verified: VerifiedDraft = field(default_factory=VerifiedDraft)
    conflicts: tuple[Conflict, ...] = ()


class Pipeline:
    """Answers questions over the collections of one library."""

    def __init__(
        self,
        collection: Callable[[str], Collection],
        model: ChatModel | None,
        evidence_tokens: int,
        *,
        queue: ModelQueue,
        thresholds: Callable[[str], Thresholds],
    ) -> None:
        """`collection` and `thresholds` are called with a collection's name."""
        self._collection = collection
        self._model = model
        self._name = model.name if model else NO_MODEL
        self._queue = queue
        self._thresholds = thresholds
        self._retrieval = retrieval_step(collection)
        self._selection = selection_step(collection, model, evidence_tokens)
        self._drafting = drafting_step(model)

    async def events(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of the answer by the question's kind: composed, or drafted by `facts`; the Answer is
        the last. Leaving early stops all work. Raises ArchiveEmpty, ModelUnavailable, Busy.
        """
        async with aclosing(
            dispatch(question, self._collection, self.facts, drafts=self._model is not None)
        ) as events:
            async for event in events:
                yield event

    async def facts(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last. Leaving early stops the
        model. Raises ArchiveEmpty, ModelUnavailable, Busy.
        """
        began = time.perf_counter()
        with traced("search"):
            retrieval = await self._retrieval.ainvoke(question)
        searched = time.perf_counter()
        evidence = Evidence(
            question_searched=str(retrieval.query),
            passages=tuple(RetrievedPassage.of(hit) for hit in retrieval.hits),
        )
        yield evidence
        first_token: float | None = None
        result = PipelineResult()
        thresholds = self._thresholds(question.collection)
        found = search_confidence(retrieval.hits)
        if found >= thresholds.search:
            with traced("pick evidence"):
                context = await self._selection.ainvoke(retrieval)
            shown, draft = "", Draft()
            async with aclosing(self._drafts(context, thresholds.answer)) as drafts:
                async for draft in drafts:
                    if (
                        draft.reaches(thresholds.answer)
                        and draft.text != shown
                        and not is_refusal(draft.text)
                    ):
                        first_token = first_token or time.perf_counter()
                        yield Token(text=draft.text[len(shown) :])
                        shown = draft.text
            result = PipelineResult(draft=draft)
            if draft.reaches(thresholds.answer):
                with traced("check"):
                    result = await asyncio.to_thread(self._verify, context, draft)
        timings = Timings(
            search_ms=_milliseconds(searched - began),
            first_token_ms=_milliseconds(first_token - began) if first_token and self._model else None,
            total_ms=_milliseconds(time.perf_counter() - began),
        )
        yield self._answer(evidence, found, result, timings)

    async def _drafts(self, context: SelectedContext, threshold: float) -> AsyncGenerator[Draft, None]:
        """The draft after each chunk. Ends as soon as its confidence, which its first token decides, is
        below the threshold.
        """
        draft = Draft()
        async with self._queue.slot(), aclosing(self._chunks(context)) as chunks:
            async for chunk in chunks:
                draft = draft.extended(chunk, context)
                yield draft
                if draft.text and not draft.reaches(threshold):
                    return

    async def _chunks(self, context: SelectedContext) -> AsyncGenerator[DraftChunk, None]:
        """The chunks as the model writes them, with its errors as ModelUnavailable."""
        # Not made the current span: that would be the reader's context.
        span = tracer.start_span("write")
        deadline = asyncio.get_running_loop().time() + DRAFT_TIMEOUT_SECONDS
        try:
            # LangChain's type is an iterator, but it is a generator; closing it stops the model.
            stream = cast(AsyncGenerator[DraftChunk, None], self._drafting.astream(context))
            async with aclosing(stream) as chunks:
                while True:
                    async with asyncio.timeout_at(deadline):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    yield chunk
        except QuothError:
            raise
        except TimeoutError:
            raise ModelUnavailable(
                f"the model '{self._name}' did not finish within {DRAFT_TIMEOUT_SECONDS:.0f} s; ask again, "
                "or choose a faster one"
            ) from None
        except Exception as error:
            # LangChain's providers share no base class of errors.
            reason = f"{type(error).__name__}: {error}"
            if isinstance(self._model, RemoteChatModel):
                reason = self._model.redact_key(reason)
            raise ModelUnavailable(
                f"the model '{self._name}' did not answer ({reason}); "
                "see `quoth doctor`, or set QUOTH_MODEL=none to answer without a model"
            ) from error
        finally:
            span.end()

    def _verify(self, context: SelectedContext, draft: Draft) -> PipelineResult:
        """The sentences of the draft that its excerpts support, and the conflicts between sources."""
        question = context.retrieval.question.question
        encode = self._collection(context.retrieval.question.collection).encode
        quotes = (quote for excerpt in context.excerpts for quote in excerpt.quotes)
        verified = verify_draft(sanitize_draft(draft.text, quotes), question, context.excerpts, encode)
        verified, conflicts = check_conflicts(question, verified, context.retrieval.hits, encode)
        return PipelineResult(draft=draft, verified=verified, conflicts=conflicts)

    def _answer(self, evidence: Evidence, found: float, result: PipelineResult, timings: Timings) -> Answer:
        verified, confidence = result.verified, result.draft.confidence
        return Answer(
            status="answered" if verified.sentences else "declined",
            text=verified.text or DECLINED,
            sentences=verified.sentences,
            citations=verified.citations,
            conflicts=result.conflicts,
            question_searched=evidence.question_searched,
            passages=evidence.passages,
            timings=timings,
            model=self._name,
            search_confidence=round(found, 4),
            confidence=None if confidence is None else round(confidence, 4),
            usage=result.draft.usage,
        )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
