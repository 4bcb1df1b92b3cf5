"""The client that waits for each response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

import httpx

from index.maintenance.backup import Sink
from index.schemas import Article, ArticlePage, Filters, Ingested, Skipped
from qa.client import endpoints
from qa.client.endpoints import Endpoint
from qa.client.transport import Transport
from qa.schemas import Answer, Event, Job, Question, RetrievedPassage

T = TypeVar("T")


class Quoth:
    """The Quoth server at `url`: methods, values and errors are those of `Assistant`. Close it, or use
    it in a `with`. A server that wants a key gets `key`.

    Every method also raises ServerUnavailable. Proxies of the environment are not used.
    """

    def __init__(self, url: str, *, key: str | None = None) -> None:
        self._server = Transport(url, key)
        self.url = self._server.url
        self._client = httpx.Client(**self._server.options)

    def ask(self, question: str, **details: object) -> Answer:
        """The answer to a question; `details` are the other fields of `Question`."""
        return self._do(endpoints.ask(question, details))

    def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last, each as it comes.

        Leaving the stream early stops the model.
        """
        return self._server.stream(question)

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        """The k passages that fit best, best first; k is at most 100."""
        return self._do(endpoints.search(query, k, filters, collection))

    def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> Generator[Ingested | Skipped, None, None]:
        """Keeps articles, some at a time, while the outcomes are walked through: what was told is kept,
        whatever ends the walk.
        """
        for batch in endpoints.batches(items):
            if isinstance(batch, Skipped):
                yield batch
            else:
                yield from self._do(endpoints.add(batch, collection)).outcomes()

    def start(
        self, articles: Sequence[Article], *, collection: str = "default", idempotency_key: str | None = None
    ) -> Job:
        """Has the server add the articles, 25 MB at most, without waiting for it. The same key with the
        same articles is the same job.
        """
        return self._do(endpoints.start(articles, collection, idempotency_key))

    def job(self, id_: str) -> Job:
        """How far a job is; JobUnknown where there is none, or no more."""
        return self._do(endpoints.job("GET", id_))

    def cancel(self, id_: str) -> Job:
        """Ends a job soon; what it told is kept."""
        return self._do(endpoints.job("DELETE", id_))

    def remove(self, ids: Sequence[str], *, collection: str = "default") -> None:
        """Forgets the articles; ArticleUnknown, and nothing done, if one is not there."""
        self._do(endpoints.remove(ids, collection))

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """The article with its text, but without its `origin`; or ArticleUnknown."""
        return self._do(endpoints.article(article_id, collection))

    def articles(
        self,
        *,
        collection: str = "default",
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
        filters: Filters = Filters(),
    ) -> ArticlePage:
        """The articles without their texts, newest first; see `Assistant.articles`."""
        pages = endpoints.listing(collection, limit, offset, search, filters)
        page = next(pages)
        while True:
            try:
                page = pages.send(self._do(page))
            except StopIteration as whole:
                listing: ArticlePage = whole.value
                return listing

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self.counts())

    def counts(self) -> dict[str, int]:
        """How many articles each collection has, by its name."""
        return self._do(endpoints.counts())

    def remove_collection(self, name: str) -> None:
        """Forgets a collection with all its articles; ArchiveEmpty where there is none."""
        self._do(endpoints.remove_collection(name))

    def export(self, sink: Sink, *, collection: str | None = None) -> Iterator[None]:
        """Writes the collection, or all, to one file, a step for each piece; see `Assistant.export`."""
        with self._server.reached(), self._client.stream(**endpoints.export(collection)) as response:
            if not response.is_success:
                raise self._server.error(response.read())
            for piece in response.iter_bytes():
                sink.write(piece)
                yield

    def restore(self, file: Path, *, name: str | None = None, replace: bool = False) -> Iterator[None]:
        """Makes the collections of an exported file, in one step; see `Assistant.restore`."""
        call = endpoints.restore(name)
        with self._server.exported(file, replace=replace) as content, self._server.reached():
            response = self._client.request(**call.request, content=content, timeout=None)
        self._server.value(call, response)
        yield

    def check_ready(self) -> None:
        """Raises NotReady while no question can be answered yet."""
        self._do(endpoints.ready())

    def _do(self, call: Endpoint[T]) -> T:
        with self._server.reached():
            response = self._client.request(**call.request)
        return self._server.value(call, response)

    def close(self) -> None:
        """Closes the connections; the server goes on."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
