"""How a question is answered: retrieve, gate, select, draft, gate, cite, verify, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import cache
from typing import cast

from index.collection import Collection
from index.errors import QuothError
from index.text.messages.catalogue import messages_in
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize_draft
from qa.llm.chat_models import NO_MODEL, ChatModel, EvidenceTokens, context_budget, reason_for
from qa.pipeline.dispatch import dispatch
from qa.pipeline.drafting.across_languages import AcrossLanguages, AskedQuestion
from qa.pipeline.drafting.candidates import possible_answers
from qa.pipeline.drafting.chain import (
    DraftChunk,
    SelectedContext,
    drafting_step,
    retrieval_step,
    selection_step,
)
from qa.pipeline.drafting.confidence import UNSUPPORTED_SEARCH, search_confidence
from qa.pipeline.drafting.draft import Draft, PipelineResult
from qa.pipeline.drafting.part_proving import Prover
from qa.pipeline.drafting.proving import prove
from qa.pipeline.drafting.writing import Writer
from qa.pipeline.model_queue import ModelQueue
from qa.pipeline.translation import Translator
from qa.pipeline.understanding.offered import words_for
from qa.schemas import Answer, Event, Evidence, Question, RetrievedPassage, Thresholds, Timings, Token
from qa.telemetry.tracing import traced, tracer
from qa.verification.citations import Candidate, stated_short_answer
from qa.verification.conflicts.detect import check_conflicts
from qa.verification.draft import is_refusal
from qa.verification.nearest import nearest_sentence
from qa.verification.verifiers.verifier import Verifier

DRAFT_TIMEOUT_SECONDS = 300.0


class Pipeline:
    """Answers questions over the collections of one library."""

    def __init__(
        self,
        collection: Callable[[str], Collection],
        model: ChatModel | None,
        evidence_tokens: EvidenceTokens,
        *,
        queue: ModelQueue,
        thresholds: Callable[[str], Thresholds],
        verifier: Verifier | None = None,
    ) -> None:
        """`collection` and `thresholds` are called with a collection's name."""
        self._collection = collection
        self._model = model
        self._name = model.name if model else NO_MODEL
        self._queue = queue
        self._thresholds = thresholds
        self._verifier = verifier
        # Asks a remote model's server, so that nothing is sent before the first question.
        self._budget = cache(lambda: context_budget(model, evidence_tokens))
        self._retrieval = retrieval_step(collection, self._budget)
        self._selection = selection_step(collection, model, self._budget)
        self._drafting = drafting_step(model, self._budget)
        self._languages = AcrossLanguages(Translator(model) if model else None, queue, verifier)
        self._writer = self._prover = None
        if model and verifier:
            self._writer = Writer(model, verifier, queue, collection)
            self._prover = Prover(
                verifier, queue, collection, thresholds, self._retrieval.ainvoke, self._languages
            )

    async def events(self, question: Question) -> AsyncGenerator[Event, None]:
        """The events of the answer by the question's kind: composed, or drafted by `facts`; the Answer is
        the last. Leaving early stops all work. Raises ArchiveEmpty, ModelUnavailable, Busy.
        """
        async with aclosing(
            dispatch(
                question,
                self._collection,
                self.facts,
                drafts=self._model is not None,
                understand=self._languages.understand,
                write=self._write if self._writer else None,
                proves=self._prover.prove if self._prover else None,
            )
        ) as events:
            async for event in events:
                yield event

    def _load_model(self) -> None:
        """Loads the model unless it is; whoever needs it learns why it cannot be loaded."""
        with suppress(QuothError):
            _ = self._model and self._model.chat

    async def _write(self, question: Question, composed: Answer) -> Answer | None:
        """The composed answer in the words of a model with a large context; None if it is not proven."""
        budget = await asyncio.to_thread(self._budget)
        if not self._writer or not budget.is_large:
            return None
        thresholds = await asyncio.to_thread(self._thresholds, question.collection)
        return await self._writer.write(question, composed, budget, thresholds.proof)

    async def facts(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last. Leaving early stops the
        model. Raises ArchiveEmpty, ModelUnavailable, Busy.
        """
        began = time.perf_counter()
        # The embedder loads for the search, so a first question waits for the slower of the two alone.
        asyncio.get_running_loop().run_in_executor(None, self._load_model)
        with traced("translate"):
            asked = await self._languages.asked(question, self._collection)
        searching = time.perf_counter()
        with traced("search"):
            retrieval = await self._retrieval.ainvoke(asked)
        searched = time.perf_counter()
        evidence = Evidence(
            question_searched=str(retrieval.query),
            passages=tuple(RetrievedPassage.of(hit) for hit in retrieval.hits),
        )
        yield evidence
        first_token: float | None = None
        result = PipelineResult()
        thresholds = await asyncio.to_thread(self._thresholds, question.collection)
        found = search_confidence(retrieval.hits)
        if retrieval.outdated:
            context = await self._selection.ainvoke(retrieval)
            result = PipelineResult(nearest=nearest_sentence(context.excerpts))
        elif found >= thresholds.search * (1.0 if retrieval.embeds else UNSUPPORTED_SEARCH):
            with traced("pick evidence"):
                context = await self._selection.ainvoke(retrieval)
            shown, draft = "", Draft()
            # The slot is kept while the draft is verified: with others' drafts in between both would take
            # longer.
            async with self._queue.slot():
                async with aclosing(self._drafts(context, thresholds.answer)) as drafts:
                    async for draft in drafts:
                        if (
                            draft.reaches(thresholds.answer)
                            and draft.text != shown
                            and not asked.is_translated
                            and not is_refusal(draft.text)
                        ):
                            first_token = first_token or time.perf_counter()
                            yield Token(text=draft.text[len(shown) :])
                            shown = draft.text
                with traced("check"):
                    result = await self._verify(asked, context, draft, thresholds)
        timings = Timings(
            search_ms=_milliseconds(searched - searching),
            first_token_ms=_milliseconds(first_token - began) if first_token and self._model else None,
            total_ms=_milliseconds(time.perf_counter() - began),
        )
        messages = messages_in(question.language)
        yield result.answer(evidence, found, timings, self._name, messages)

    async def _drafts(self, context: SelectedContext, threshold: float) -> AsyncGenerator[Draft, None]:
        """The draft after each chunk. Ends as soon as its confidence, which its first token decides, is
        below the threshold, or it goes on after a refusal: what a small model writes there is no answer.
        """
        draft = Draft()
        async with aclosing(self._chunks(context)) as chunks:
            async for chunk in chunks:
                draft = draft.extended(chunk, context)
                yield draft
                if draft.refuses or (draft.text and not draft.reaches(threshold)):
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
            raise ModelUnavailable.too_slow(self._name, DRAFT_TIMEOUT_SECONDS) from None
        except Exception as error:
            # LangChain's providers share no base class of errors.
            reason = reason_for(error, self._model)
            raise ModelUnavailable.without_answer(self._name, reason) from error
        finally:
            span.end()

    async def _verify(
        self, asked: AskedQuestion, context: SelectedContext, draft: Draft, thresholds: Thresholds
    ) -> PipelineResult:
        """What of the draft is proven, in the language of the question as far as that is, and where other
        sources disagree; else what is nearest.
        """
        question, excerpts, hits = context.retrieval.question, context.excerpts, context.retrieval.hits
        collection = await asyncio.to_thread(self._collection, question.collection)
        quotes = (quote for excerpt in excerpts for quote in excerpt.quotes)
        text, language = sanitize_draft(draft.text, quotes), context.retrieval.language
        candidates: list[Candidate] = []
        if draft.reaches(thresholds.answer):
            writes, verifies = asked.is_translated or self._budget().is_large, self._verifier is not None
            candidates = await asyncio.to_thread(
                possible_answers, text, draft, context, collection, quotes=verifies, writes=writes
            )
        # Of a translation other words can stand in the quote.
        missing = None if asked.is_translated else collection.missing
        proven = await prove(
            candidates,
            question,
            hits,
            self._verifier,
            thresholds.proof,
            await asyncio.to_thread(missing, context.retrieval.query) if missing else None,
            limit=self._budget().sentences,
        )
        if not proven.cited.sentences:
            nearest = proven.nearest if proven.nearest.sentences else nearest_sentence(excerpts)
            return PipelineResult(draft=draft, proven=proven, nearest=nearest)
        # Told in the language of the articles, as the values are that it gives.
        cited_first = proven.cited.citations[0].article_id
        words = await asyncio.to_thread(words_for, collection, cited_first, question.language)
        told_in = words, messages_in(question.language)
        checked, conflicts = await asyncio.to_thread(
            check_conflicts, question.question, proven.cited, hits, collection.encode, *told_in
        )
        told = await self._languages.told(asked, checked, hits, thresholds.proof)
        is_stated = proven.is_drafted and not asked.is_translated
        stated = stated_short_answer(text, proven.cited, language) if is_stated else ""
        proven = replace(proven, cited=told)
        return PipelineResult(draft=draft, proven=proven, short_answer=stated, conflicts=conflicts)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
