"""Writes over a composed answer: a model with a large context says the same in its own words, proven."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.collection import Collection
from index.schemas import Article, Hit
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize, sanitize_draft
from qa.llm.chat_models import ChatModel, ContextBudget, Task, reason_for
from qa.llm.prompts import load_prompt
from qa.pipeline.composition.evidence.sentences import article_sentences
from qa.pipeline.drafting.proving import prove
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import Answer, Question
from qa.verification.citations import propose
from qa.verification.draft import draft_sentences
from qa.verification.excerpts import Excerpt
from qa.verification.verifiers.verifier import Verifier

PROMPT_VARIABLES = {"excerpts", "question", "sentences"}
# What is not written by then stays as it was composed.
TIMEOUT_SECONDS = 120.0


def writing_task() -> Task:
    """What the model does. Raises PromptInvalid."""
    return Task(name="write", prompt=load_prompt("write", PROMPT_VARIABLES))


class Writer:
    """Writes answers to broad questions from whole articles."""

    def __init__(
        self,
        model: ChatModel,
        verifier: Verifier,
        queue: ModelQueue,
        collection: Callable[[str], Collection],
    ) -> None:
        self._model = model
        self._verifier = verifier
        self._queue = queue
        self._collection = collection
        self._task = writing_task()

    async def write(
        self, question: Question, composed: Answer, budget: ContextBudget, threshold: float
    ) -> Answer | None:
        """The answer in the model's words, from the articles that the composed one cites; None unless every
        sentence is proven by its quotes, with a probability of at least the threshold. Raises
        ModelUnavailable.
        """
        began = time.perf_counter()
        collection = await asyncio.to_thread(self._collection, question.collection)
        ids = dict.fromkeys(one.article_id for one in composed.citations)
        articles = await asyncio.to_thread(collection.documents.present, ids)
        excerpts = await asyncio.to_thread(self._excerpts, articles, question.question, budget.evidence)
        if not excerpts:
            return None
        async with self._queue.slot():
            written = await self._ask(question, excerpts, len(composed.sentences), budget.answer)
            text = sanitize_draft(written, [quote for one in excerpts for quote in one.quotes])
            candidates = await asyncio.to_thread(
                propose, text, question.question, excerpts, collection.encode
            )
            proven = await prove(
                candidates[:1],
                # What summarizes answers no one question: each sentence has to be proven by itself.
                question.model_copy(update={"question": ""}),
                [one.hit for one in excerpts],
                self._verifier,
                threshold,
                None,
                limit=budget.sentences,
            )
        sentences = proven.cited.sentences
        # Quotes in place of an unsupported draft are no better than what was composed.
        if not sentences or [one.text for one in sentences] != [one.text for one in draft_sentences(text)]:
            return None
        taken = round(1000 * (time.perf_counter() - began), 1)
        timings = composed.timings.model_copy(update={"total_ms": composed.timings.total_ms + taken})
        return composed.model_copy(
            update={
                "text": proven.cited.text,
                "sentences": sentences,
                "citations": proven.cited.citations,
                "model": self._model.name,
                "proof": proven.proof and round(proven.proof, 4),
                "timings": timings,
            }
        )

    async def _ask(
        self, question: Question, excerpts: Sequence[Excerpt], sentences: int, max_tokens: int
    ) -> str:
        values = {
            "excerpts": "\n".join(one.shown for one in excerpts),
            "question": sanitize(question.question),
            "sentences": str(sentences),
        }
        model = self._model.for_task(replace(self._task, max_tokens=max_tokens))
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return str((await model.ainvoke(self._task.prompt.messages(values))).text)
        except Exception as error:
            # LangChain's providers share no base class of errors.
            reason = reason_for(error, self._model)
            raise ModelUnavailable.without_answer(self._model.name, reason) from error

    def _excerpts(self, articles: Sequence[Article], question: str, budget: int) -> list[Excerpt]:
        """One excerpt for each article, its sentences from the first on, of as many tokens as fit."""
        excerpts: list[Excerpt] = []
        left = budget // max(len(articles), 1)
        for article in articles:
            spans: list[tuple[int, int]] = []
            used = 0
            for one in article_sentences(article, question):
                used += self._model.count_tokens(one.quote)
                if used > left:
                    break
                spans.append((one.start, one.end))
            if spans:
                excerpts.append(_excerpt(len(excerpts) + 1, article, spans))
        return excerpts


def _excerpt(number: int, article: Article, spans: Sequence[tuple[int, int]]) -> Excerpt:
    same = (1.0,) * len(spans)
    return Excerpt(number=number, hit=Hit.whole(article), spans=tuple(spans), ranks=same, relevance=same)
