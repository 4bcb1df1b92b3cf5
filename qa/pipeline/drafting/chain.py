"""The LangChain chain: Question → Retrieval → SelectedContext → DraftChunk.

The pipeline runs the steps one by one, because it reports and decides between them.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from index.collection import Collection
from index.schemas import Filters, Hit, Query
from index.text.languages import ENGLISH, foreign_language, language_of_query
from qa.llm.chat_models import ChatModel, ContextBudget, first_token
from qa.llm.prompts import NOT_FOUND, Message
from qa.pipeline.drafting.across_languages import AskedQuestion
from qa.pipeline.drafting.answer_prompt import answering_task, prompt_values
from qa.pipeline.drafting.context_selection import select_context
from qa.pipeline.drafting.extractive import quote_best
from qa.pipeline.drafting.timeliness import earliest_report
from qa.pipeline.query_rewriting import rewrite
from qa.schemas import Question, Usage
from qa.verification.excerpts import Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """The search results for a question, best first; `language` (ISO 639) is that of `query`, and
    `embeds` is whether the embedder supports it; `outdated` if the question asks for something recent and all
    of them are older.
    """

    question: Question
    query: Query
    hits: tuple[Hit, ...]
    language: str = ENGLISH
    embeds: bool = True
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
) -> Runnable[AskedQuestion, Retrieval]:
    """Searches for the user's own query, or for the question rewritten with its conversation; a translated
    one in both languages.
    """

    def retrieve(asked: AskedQuestion) -> Retrieval:
        question, original = asked.question, asked.original
        own = question.search_as
        query = Query.parse(own) if own else rewrite(question.question, question.history)
        queries = [query]
        if asked.is_translated and not own:
            queries.append(rewrite(original.question, original.history))
        searched, limits = collection(question.collection), question.limits
        language = _language(question.question, searched.keywords.languages())

        def find(limits: Filters) -> list[Hit]:
            found = [searched.search(one, k=budget().passages, filters=limits) for one in queries]
            return _comparable(_merged(found)[: budget().passages], searched, language)

        retrieval = Retrieval(
            question=original,
            query=query,
            hits=tuple(find(limits)),
            language=language,
            embeds=searched.embeds(language),
        )
        first = earliest_report(question.question, question.as_of) if question.as_of else None
        if first is None:
            return retrieval
        recent = find(replace(limits, after=max(first, limits.after or first)))
        timely = (*recent, *(hit for hit in retrieval.hits if not (hit.date or hit.period)))
        return replace(retrieval, hits=timely or retrieval.hits, outdated=not timely)

    return RunnableLambda(retrieve)


def _merged(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of searches for one question in several languages, best first, each once."""
    if len(found) == 1:
        return list(found[0])
    merged: dict[str, Hit] = {}
    for hit in (one for hits in found for one in hits):
        same = merged.get(hit.passage.id, hit)
        merged[hit.passage.id] = replace(
            hit,
            score=max(hit.score, same.score),
            similarity=max(hit.similarity, same.similarity),
            coverage=max(hit.coverage, same.coverage),
        )
    return sorted(merged.values(), key=lambda hit: -hit.score)


def _language(question: str, languages: AbstractSet[str]) -> str:
    """The language of the question, which is one of the articles' as far as these are known."""
    language = foreign_language(question, frozenset({ENGLISH}))
    if language and (not languages or language in languages):
        return language
    # A foreign name makes no question foreign.
    return ENGLISH if not languages or ENGLISH in languages else language_of_query(question, languages)


def _comparable(hits: Sequence[Hit], collection: Collection, language: str) -> list[Hit]:
    """The hits; in a language that the embedder does not support, with the share of the words in the place of
    a lower similarity, which says little.
    """
    if collection.embeds(language):
        return list(hits)
    return [replace(hit, similarity=max(hit.similarity, hit.coverage)) for hit in hits]


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
            retrieval.language,
            embeds=retrieval.embeds,
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
        lambda context: task.prompt.messages(
            prompt_values(context.retrieval.question, context.excerpts, context.retrieval.language)
        )
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
    """The probability, 0 to 1, that the token begins a refusal; it has `top_logprobs` as in OpenAI's API.

    "NO" begins one too, but is what a small model answers where "No" is right.
    """
    tops = ((other["token"].strip(), other["logprob"]) for other in token.get("top_logprobs") or [])
    begins = (
        math.exp(logprob) for text, logprob in tops if text != "NO" and NOT_FOUND.startswith(text or " ")
    )
    return min(sum(begins), 1.0)
