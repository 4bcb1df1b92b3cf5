"""The LangChain chain: question, search, evidence, prompt, model."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda
from pydantic import ConfigDict

from index.collection import Collection
from index.schemas import Filters, Hit
from qa.guardrails.sanitizer import fenced
from qa.llm.chat_models import ChatModel
from qa.llm.prompts import NOT_FOUND, Message, Prompt, load_prompt
from qa.pipeline.context_selection import pick
from qa.pipeline.extractive import quote_best
from qa.pipeline.query_rewriting import leans, searchable
from qa.schemas import Question, Usage
from qa.verification.excerpts import Excerpt

# How many passages evidence is picked from.
HITS = 6
# A question, and what it leans on, in one line of at most this many characters.
LINE_CHARACTERS = 600
# An earlier answer tells what "it" is with its first words; every word of a prompt costs time.
EARLIER_CHARACTERS = 300
_MARK = re.compile(r"\s*\[\d[\d,\s]*\]")
PROMPT_VARIABLES = {"excerpts", "earlier", "day", "question"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What a search found for a question, best first."""

    question: Question
    searched: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedContext:
    """What was found, and the excerpts of it that are to be read."""

    found: Retrieval
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftChunk:
    """A piece of a draft. `refusal` is the probability that the model gave to a refusal in the place of
    the piece's first token, where it tells any; `usage` comes with the last piece.
    """

    text: str
    refusal: float | None = None
    usage: Usage | None = None


class PassageRetriever(BaseRetriever):
    """A collection as LangChain's own parts see it: passages as documents, best first.

    The metadata of each are the `article_id`, `title`, `url`, `date` and `source` of its article,
    its offsets `start` and `end`, its `score`, and the `hit` itself.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    collection: Collection
    k: int = HITS
    filters: Filters = Filters()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [
            Document(
                page_content=hit.passage.text,
                metadata={
                    "article_id": hit.passage.article_id,
                    "title": hit.title,
                    "url": hit.url,
                    "date": hit.date,
                    "source": hit.source,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.score,
                    "hit": hit,
                },
            )
            for hit in self.collection.search(query, k=self.k, filters=self.filters)
        ]


def finding(collection: Callable[[str], Collection]) -> Runnable[Question, Retrieval]:
    """Question to Found: what is searched is what the person says, or the question with what it leans on."""

    def find(question: Question) -> Retrieval:
        searched = question.search_as or searchable(question.question, question.history)
        retriever = PassageRetriever(collection=collection(question.collection), filters=question.limits)
        documents = retriever.invoke(searched)
        return Retrieval(
            question=question,
            searched=searched,
            hits=tuple(document.metadata["hit"] for document in documents),
        )

    return RunnableLambda(find)


def picking(
    collection: Callable[[str], Collection], model: ChatModel | None, budget: int
) -> Runnable[Retrieval, SelectedContext]:
    """Found to Reading: excerpts of at most `budget` of the model's tokens."""

    def read(found: Retrieval) -> SelectedContext:
        searched_in = collection(found.question.collection)
        excerpts = pick(
            found.hits,
            found.question.question,
            found.searched,
            searched_in.weights(found.searched),
            searched_in.similarity,
            budget,
            model.count_tokens if model else lambda text: len(text) // 4,
        )
        return SelectedContext(found=found, excerpts=tuple(excerpts))

    return RunnableLambda(read)


def writing(model: ChatModel | None) -> Runnable[SelectedContext, DraftChunk]:
    """Reading to a draft, in pieces as the model writes it; without a model, of the best sentences."""
    if model is None:
        return RunnableLambda(lambda reading: DraftChunk(text=quote_best(reading.excerpts)))
    prompt = _prompt()
    messages: Runnable[SelectedContext, list[Message]] = RunnableLambda(
        lambda reading: prompt.messages(prompt_values(reading))
    )
    # The model is loaded when the first question needs it, not when the chain is put together.
    return messages | RunnableLambda(lambda _: model.chat) | RunnableGenerator(_pieces)


async def _pieces(messages: AsyncIterator[BaseMessage]) -> AsyncIterator[DraftChunk]:
    async for message in messages:
        tokens = (message.response_metadata.get("logprobs") or {}).get("content") or []
        used = message.usage_metadata if isinstance(message, AIMessage) else None
        yield DraftChunk(
            text=str(message.text),
            refusal=_refusal(tokens[0]) if tokens else None,
            usage=Usage(prompt_tokens=used["input_tokens"], answer_tokens=used["output_tokens"])
            if used
            else None,
        )


def _refusal(token: Mapping[str, Any]) -> float:
    """Of a token as OpenAI's interface describes it, with the likeliest ones in its place."""
    likely = [
        math.exp(other["logprob"])
        for other in token.get("top_logprobs") or []
        if other["token"].strip() and NOT_FOUND.startswith(other["token"].strip())
    ]
    return min(sum(likely), 1.0)


def opening() -> list[Message]:
    """What every conversation with the model begins with."""
    return _prompt().messages(dict.fromkeys(PROMPT_VARIABLES, ""))


def _prompt() -> Prompt:
    return load_prompt("answer", PROMPT_VARIABLES)


def prompt_values(reading: SelectedContext) -> dict[str, str]:
    """The variables of `prompts/answer.md`."""
    question = reading.found.question
    return {
        "excerpts": "\n".join(excerpt.shown for excerpt in reading.excerpts),
        "earlier": "" if question.search_as else _earlier(question),
        # "This week" is in the past of some excerpts and in the future of others.
        "day": (question.as_of or date.today()).isoformat(),
        "question": _line(_meant(question)),
    }


def _meant(question: Question) -> str:
    """The question, behind it what the person says that it is about."""
    said = question.search_as
    if not said:
        return question.question
    return said if said.startswith(question.question) else f"{question.question} ({said})"


def _earlier(question: Question) -> str:
    """What a question leans on: the one before it, with what that leans on itself, and its answer."""
    history = question.history
    asked = max((at for at, turn in enumerate(history) if turn.role == "user"), default=None)
    if asked is None or not leans(question.question):
        return ""
    lines = [f"Earlier question: {_line(searchable(history[asked].content, history[:asked]))}"]
    for turn in history[asked + 1 :][:1]:
        lines.append(f"Earlier answer: {_line(_MARK.sub('', turn.content))[:EARLIER_CHARACTERS]}")
    return "".join(f"{line}\n" for line in lines)


def _line(text: str) -> str:
    return fenced(text[: 2 * LINE_CHARACTERS])[:LINE_CHARACTERS]
