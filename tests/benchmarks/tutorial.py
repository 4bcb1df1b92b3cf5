"""LangChain's RAG tutorial on the same articles and models: chunks of 1,000 characters with an overlap of 200
in Chroma, the nearest four in the prompt, and an instruction to admit not knowing.
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
# In the tutorial's favour: anything that sounds like a refusal counts as one.
REFUSAL = re.compile(
    r"(do|does|did|is|are|was|were|can|could)(n.t| ?not) (\w+ ){0,2}"
    r"(know|mention|provide|state|specif|contain|say|include|give|available|have|identif|determine)"
    r"|no (information|mention|answer)|unknown",
    re.IGNORECASE,
)

Text = tuple[str, str]


class TutorialIndex:
    """The tutorial's index, built in a separate process, because Quoth changes torch's thread count for the
    whole process and the tutorial uses the default.
    """

    def __init__(self, weights: Path, folder: Path) -> None:
        self._weights, self._folder = weights, folder
        self._executor = ProcessPoolExecutor(1, get_context("spawn"))

    def add(self, articles: Sequence[Article]) -> None:
        """Adds the articles and waits until they are stored."""
        texts = [(article.id, article.text) for article in articles]
        self._executor.submit(_add, texts, self._weights, self._folder).result()

    def close(self) -> None:
        self._executor.shutdown()

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
    """The tutorial's chain behind the interface of an evaluation. It has no dates, history or citations."""

    def __init__(self, model: ChatModel, weights: Path, folder: Path) -> None:
        """`folder` is that of a closed TutorialIndex."""
        self._model = model
        self._store = _store(weights, folder)

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Yields the events of `Assistant.stream` that the tutorial has."""
        began = time.perf_counter()
        passages = self.search(question.question, k=NEAREST)
        searched = time.perf_counter()
        yield Evidence(question_searched=question.question, passages=passages)
        context = "\n\n".join(passage.text for passage in passages)
        messages = [("system", PROMPT.format(context=context)), ("human", question.question)]
        text, first = "", None
        async for chunk in self._model.chat.astream(messages):
            if chunk.text:
                first = first or time.perf_counter()
                text += chunk.text
                yield Token(text=chunk.text)
        refused = REFUSAL.search(text)
        sentences = [text[start:end] for start, end in sentence_spans(text)]
        yield Answer(
            status="declined" if refused else "answered",
            text=text,
            sentences=()
            if refused
            else tuple(AnswerSentence(text=s, citations=(), support="weak") for s in sentences),
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
        """Returns the k nearest chunks; ignores filters and collections."""
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
        """Raises ArticleUnknown, because the tutorial cites no articles."""
        raise ArticleUnknown(f"the tutorial cites no articles, so not {article_id}")
