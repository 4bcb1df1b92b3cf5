"""How a question is answered: found, read, written and checked, one event after another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import cast

from index.collection import Collection
from index.errors import QuothError
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import inert
from qa.llm.chat_models import NO_MODEL, ChatModel, RemoteChatModel
from qa.pipeline.chain import DraftChunk, SelectedContext, finding, picking, writing
from qa.pipeline.confidence import of_draft, of_search
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
)
from qa.telemetry.tracing import traced, tracer
from qa.verification.citations import VerifiedDraft, is_refusal, verify_draft
from qa.verification.conflicts.detect import check_conflicts

# So long a whole answer may take the model once it has the question.
WRITING_SECONDS = 300.0


class Pipeline:
    """The walk from question to answer, over the collections of one library."""

    def __init__(
        self,
        collection: Callable[[str], Collection],
        model: ChatModel | None,
        evidence_tokens: int,
        *,
        line: ModelQueue,
        thresholds: Callable[[str], Thresholds],
    ) -> None:
        """`collection` and `thresholds` are called with a collection's name; questions take their turns
        with the model in the `line`.
        """
        self._collection = collection
        self._model = model
        self._name = model.name if model else NO_MODEL
        self._line = line
        self._thresholds = thresholds
        self._find = finding(collection)
        self._pick = picking(collection, model, evidence_tokens)
        self._write = writing(model)

    async def events(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last. Leaving early stops the
        model. Raises ArchiveEmpty, ModelUnavailable.
        """
        began = time.perf_counter()
        with traced("search"):
            found = await self._find.ainvoke(question)
        searched = time.perf_counter()
        passages = tuple(RetrievedPassage.of(hit) for hit in found.hits)
        yield Evidence(question_searched=found.searched, passages=passages)
        first: float | None = None
        checked, sure, usage = VerifiedDraft(), None, None
        conflicts: tuple[Conflict, ...] = ()
        thresholds = self._thresholds(question.collection)
        found_well = of_search(found.hits)
        if found_well >= thresholds.search:
            with traced("pick evidence"):
                reading = await self._pick.ainvoke(found)
            draft, shown, refusal = "", "", None
            async with self._line.turn(), aclosing(self._drafting(reading)) as pieces:
                async for piece in pieces:
                    usage = piece.usage or usage
                    refusal = piece.refusal if refusal is None else refusal
                    draft += piece.text
                    sure = of_draft(found.hits, reading.excerpts, refusal)
                    # Its first token tells whether a draft is going to be declined.
                    if draft and sure < thresholds.answer:
                        break
                    if draft != shown and not is_refusal(draft):
                        first = first or time.perf_counter()
                        yield Token(text=draft[len(shown) :])
                        shown = draft
            if sure is not None and sure >= thresholds.answer:
                with traced("check"):
                    checked, conflicts = await asyncio.to_thread(self._check, reading, draft)
        yield Answer(
            status="answered" if checked.sentences else "declined",
            text=checked.text or DECLINED,
            sentences=checked.sentences,
            citations=checked.citations,
            conflicts=conflicts,
            question_searched=found.searched,
            passages=passages,
            timings=Timings(
                search_ms=_milliseconds(searched - began),
                first_token_ms=_milliseconds(first - began) if first and self._model else None,
                total_ms=_milliseconds(time.perf_counter() - began),
            ),
            model=self._name,
            search_confidence=round(found_well, 4),
            confidence=None if sure is None else round(sure, 4),
            usage=usage,
        )

    def _check(self, reading: SelectedContext, draft: str) -> tuple[VerifiedDraft, tuple[Conflict, ...]]:
        """What of the draft holds, and where its sources disagree."""
        question, excerpts = reading.found.question, reading.excerpts
        encode = self._collection(question.collection).encode
        plain = inert(draft, (quote for excerpt in excerpts for quote in excerpt.quotes))
        checked = verify_draft(plain, question.question, excerpts, encode)
        return check_conflicts(question.question, checked, reading.found.hits, encode)

    async def _drafting(self, reading: SelectedContext) -> AsyncGenerator[DraftChunk, None]:
        # Not the current span of whoever reads the pieces.
        span = tracer.start_span("write")
        until = asyncio.get_running_loop().time() + WRITING_SECONDS
        try:
            # LangChain calls it an iterator; it is a generator, whose closing stops the model.
            writing = cast(AsyncGenerator[DraftChunk, None], self._write.astream(reading))
            async with aclosing(writing) as pieces:
                while True:
                    async with asyncio.timeout_at(until):
                        piece = await anext(pieces, None)
                    if piece is None:
                        return
                    yield piece
        except QuothError:
            raise
        except TimeoutError:
            raise ModelUnavailable(
                f"the model '{self._name}' was not done within {WRITING_SECONDS:.0f} s; ask again, or "
                "choose a faster one"
            ) from None
        except Exception as error:
            # LangChain's providers share no base of their errors.
            reason = f"{type(error).__name__}: {error}"
            if isinstance(self._model, RemoteChatModel):
                reason = self._model.without_key(reason)
            raise ModelUnavailable(
                f"the model '{self._name}' did not answer ({reason}); "
                "see `quoth doctor`, or set QUOTH_MODEL=none to answer without a model"
            ) from error
        finally:
            span.end()


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
