"""The LangChain chain: Question → Retrieval → SelectedContext → DraftChunk.

The pipeline runs the steps one by one, because it reports and decides between them.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from index.collection import Collection
from index.schemas import Hit, Query
from qa.llm.chat_models import ChatModel, ContextBudget, first_token
from qa.llm.prompts import NOT_FOUND, Message
from qa.pipeline.drafting.answer_prompt import answering_task, prompt_values
from qa.pipeline.drafting.context_selection import select_context
from qa.pipeline.drafting.extractive import quote_best
from qa.pipeline.drafting.timeliness import earliest_report
from qa.pipeline.query_rewriting import rewrite
from qa.schemas import Question, Usage
from qa.verification.excerpts import Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The search results for a question, best first; `outdated` if the question asks for something recent
    and all of them are older.
    """

    question: Question
    query: Query
    hits: tuple[Hit, ...]
    outdated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedContext:
    """The excerpts of the search results that the draft is written from."""

    retrieval: Retrieval
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChunk:
    """A part of a draft. `refusal` is the probability, 0 to 1, that its first token begins a refusal, if the
    model reports probabilities; `usage` comes with the last part.
    """

    text: str
    refusal: float | None = None
    usage: Usage | None = None


def retrieval_step(
    collection: Callable[[str], Collection], budget: Callable[[], ContextBudget]
) -> Runnable[Question, Retrieval]:
    """Searches for the user's own query, or for the question rewritten with its conversation."""

    def retrieve(question: Question) -> Retrieval:
        own = question.search_as
        query = Query.parse(own) if own else rewrite(question.question, question.history)
        searched, limits = collection(question.collection), question.limits
        hits = searched.search(query, k=budget().passages, filters=limits)
        first = earliest_report(question.question, question.as_of) if question.as_of else None
        if first is None:
            return Retrieval(question=question, query=query, hits=tuple(hits))
        after = max(first, limits.after or first)
        recent = searched.search(query, k=budget().passages, filters=replace(limits, after=after))
        timely = (*recent, *(hit for hit in hits if not (hit.date or hit.period)))
        return Retrieval(question=question, query=query, hits=timely or tuple(hits), outdated=not timely)

    return RunnableLambda(retrieve)


def selection_step(
    collection: Callable[[str], Collection], model: ChatModel | None, budget: Callable[[], ContextBudget]
) -> Runnable[Retrieval, SelectedContext]:
    """Selects excerpts of at most the budget's tokens of evidence, counted by the model."""

    def select(retrieval: Retrieval) -> SelectedContext:
        searched = collection(retrieval.question.collection)
        excerpts = select_context(
            retrieval.hits,
            retrieval.question.question,
            str(retrieval.query),
            searched.weights(retrieval.query),
            searched.similarity,
            budget().evidence,
            model.count_tokens if model else lambda text: len(text) // 4,
        )
        return SelectedContext(retrieval=retrieval, excerpts=tuple(excerpts))

    return RunnableLambda(select)


def drafting_step(
    model: ChatModel | None, budget: Callable[[], ContextBudget]
) -> Runnable[SelectedContext, DraftChunk]:
    """Streams the draft as the model writes it; without a model, quotes the best sentences."""
    if model is None:
        return RunnableLambda(lambda context: DraftChunk(text=quote_best(context.excerpts)))
    task = answering_task()
    messages: Runnable[SelectedContext, list[Message]] = RunnableLambda(
        lambda context: task.prompt.messages(prompt_values(context.retrieval.question, context.excerpts))
    )
    # The lambda delays loading the model until the first question needs it.
    return (
        messages
        | RunnableLambda(lambda _: model.for_task(replace(task, max_tokens=budget().answer)))
        | RunnableGenerator(_chunks)
    )


async def _chunks(messages: AsyncIterator[BaseMessage]) -> AsyncIterator[DraftChunk]:
    async for message in messages:
        token = first_token(message)
        used = message.usage_metadata if isinstance(message, AIMessage) else None
        yield DraftChunk(
            text=str(message.text),
            refusal=refusal_probability(token) if token else None,
            usage=Usage(prompt_tokens=used["input_tokens"], answer_tokens=used["output_tokens"])
            if used
            else None,
        )


def refusal_probability(token: Mapping[str, Any]) -> float:
    """The probability, 0 to 1, that the token begins a refusal; it has `top_logprobs` as in OpenAI's API."""
    probabilities = [
        math.exp(other["logprob"])
        for other in token.get("top_logprobs") or []
        if other["token"].strip() and NOT_FOUND.startswith(other["token"].strip())
    ]
    return min(sum(probabilities), 1.0)
