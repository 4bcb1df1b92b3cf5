"""What LangChain's tutorial for answering from documents makes of the same articles with the same models:
chunks of 1,000 characters with 200 of overlap in Chroma, the nearest four in the prompt, and a request to
admit not knowing.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

from index.errors import ArticleUnknown
from index.schemas import Article, Filters
from index.text.sentences import sentence_spans
from qa.llm.chat_models import ChatModel
from qa.schemas import Answer, AnswerSentence, Event, Evidence, Question, RetrievedPassage, Timings, Token

CHUNK_CHARACTERS, OVERLAP_CHARACTERS = 1000, 200
NEAREST = 4
PROMPT = """You answer questions from the context below, in at most three short sentences. \
If the context does not hold the answer, say that you don't know.

Context:
{context}"""
# Generous to it: whatever sounds like a refusal is one.
REFUSAL = re.compile(
    r"(do|does|did|is|are|was|were|can|could)(n.t| ?not) (\w+ ){0,2}"
    r"(know|mention|provide|state|specif|contain|say|include|give|available|have|identif|determine)"
    r"|no (information|mention|answer)|unknown",
    re.IGNORECASE,
)

Text = tuple[str, str]


class TutorialIndex:
    """The tutorial's index, made in a process of its own: torch's threads are one setting for a whole
    process, and the tutorial leaves it as it is.
    """

    def __init__(self, weights: Path, folder: Path) -> None:
        self._weights, self._folder = weights, folder
        self._elsewhere = ProcessPoolExecutor(1, get_context("spawn"))

    def add(self, articles: Sequence[Article]) -> None:
        """Adds the articles; waits until they are there."""
        texts = [(article.id, article.text) for article in articles]
        self._elsewhere.submit(_add, texts, self._weights, self._folder).result()

    def close(self) -> None:
        self._elsewhere.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _add(texts: Iterable[Text], weights: Path, folder: Path) -> None:
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARACTERS, chunk_overlap=OVERLAP_CHARACTERS, add_start_index=True
    )
    documents = [Document(text, metadata={"id": id_}) for id_, text in texts]
    _store(weights, folder).add_documents(splitter.split_documents(documents))


@cache
def _store(weights: Path, folder: Path) -> Any:
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    embedding = HuggingFaceEmbeddings(model_name=str(weights))
    return Chroma(embedding_function=embedding, persist_directory=str(folder))


class Tutorial:
    """The tutorial's chain, to be evaluated as an assistant is. It knows no days, turns or citations."""

    def __init__(self, model: ChatModel, weights: Path, folder: Path) -> None:
        """`folder` is what a TutorialIndex has made, and closed."""
        self._model = model
        self._store = _store(weights, folder)

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """What `Assistant.stream` gives, as far as there is such a thing here."""
        began = time.perf_counter()
        passages = self.search(question.question, k=NEAREST)
        searched = time.perf_counter()
        yield Evidence(question_searched=question.question, passages=passages)
        context = "\n\n".join(passage.text for passage in passages)
        messages = [("system", PROMPT.format(context=context)), ("human", question.question)]
        text, first = "", None
        async for piece in self._model.chat.astream(messages):
            if piece.text:
                first = first or time.perf_counter()
                text += piece.text
                yield Token(text=piece.text)
        refused = REFUSAL.search(text)
        said = [text[start:end] for start, end in sentence_spans(text)]
        yield Answer(
            status="declined" if refused else "answered",
            text=text,
            sentences=()
            if refused
            else tuple(AnswerSentence(text=s, citations=(), support="weak") for s in said),
            question_searched=question.question,
            passages=passages,
            timings=Timings(
                search_ms=1000 * (searched - began),
                first_token_ms=1000 * (first - began) if first else None,
                total_ms=1000 * (time.perf_counter() - began),
            ),
            model="LangChain tutorial",
        )

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        """The k nearest chunks; filters and collections are not the tutorial's."""
        return tuple(
            RetrievedPassage(
                article_id=document.metadata["id"],
                title="",
                url="",
                date=None,
                source="",
                start=document.metadata["start_index"],
                end=document.metadata["start_index"] + len(document.page_content),
                text=document.page_content,
                score=1 - distance,
            )
            for document, distance in self._store.similarity_search_with_score(query, k=k)
        )

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """None is cited, so that there is none to look up: ArticleUnknown."""
        raise ArticleUnknown(f"the tutorial cites no articles, and not {article_id}")
