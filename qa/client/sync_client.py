"""The synchronous client."""

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
from qa.schemas import (
    Answer,
    CheckedText,
    CheckEvent,
    Event,
    Job,
    Question,
    RetrievedPassage,
    TextToCheck,
)

T = TypeVar("T")


class Quoth:
    """A client of the Quoth server at `url`, with the methods, values and errors of `Assistant`.

    `key` is the API key, if the server requires one. Close the client, or use it in a `with`. Every method
    also raises ServerUnavailable. Proxies of the environment are not used.
    """

    def __init__(self, url: str, *, key: str | None = None) -> None:
        self._transport = Transport(url, key)
        self.url = self._transport.url
        self._client = httpx.Client(**self._transport.options)

    def ask(self, question: str, **details: object) -> Answer:
        """The answer to a question; `details` are the other fields of `Question`."""
        return self._request(endpoints.ask(question, details))

    def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, then tokens of the draft, then the verified Answer, each as it arrives.

        Closing the stream early stops the model.
        """
        return self._transport.stream(question)

    def check_text(self, text: str, **details: object) -> CheckedText:
        """Which sentences of a text the articles, or given quotes, prove or contradict; `details` are the
        other fields of `TextToCheck`.
        """
        return self._request(endpoints.check_text(text, details))

    def check_stream(self, text: TextToCheck) -> AsyncGenerator[CheckEvent, None]:
        """Each sentence as soon as it is checked, and the CheckedText last."""
        return self._transport.check_stream(text)

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        """The k best passages, best first; k is at most 100."""
        return self._request(endpoints.search(query, k, filters, collection))

    def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> Generator[Ingested | Skipped, None, None]:
        """Adds articles in batches while the outcomes are iterated.

        Every article whose outcome was yielded is stored, even if the iteration stops early.
        """
        for batch in endpoints.batches(items):
            if isinstance(batch, Skipped):
                yield batch
            else:
                report = self._request(endpoints.add(batch, collection))
                yield from endpoints.outcomes_of(batch, report)

    def start(
        self, articles: Sequence[Article], *, collection: str = "default", idempotency_key: str | None = None
    ) -> Job:
        """Starts a job that adds the articles, at most 25 MB.

        Repeating the call with the same `idempotency_key` and articles returns the same job.
        """
        return self._request(endpoints.start(articles, collection, idempotency_key))

    def job(self, id_: str) -> Job:
        """The state of a job. Raises JobUnknown."""
        return self._request(endpoints.job("GET", id_))

    def cancel(self, id_: str) -> Job:
        """Cancels a job; articles that it has added stay. Raises JobUnknown."""
        return self._request(endpoints.job("DELETE", id_))

    def remove(self, ids: Sequence[str], *, collection: str = "default") -> None:
        """Removes the articles, or none of them if one is missing (ArticleUnknown)."""
        self._request(endpoints.remove(ids, collection))

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """The article with its text, but without its `origin`. Raises ArticleUnknown."""
        return self._request(endpoints.article(article_id, collection))

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
                page = pages.send(self._request(page))
            except StopIteration as stop:
                listing: ArticlePage = stop.value
                return listing

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self.counts())

    def counts(self) -> dict[str, int]:
        """The number of articles of each collection, by name."""
        return self._request(endpoints.counts())

    def remove_collection(self, name: str) -> None:
        """Removes a collection with all its articles. Raises ArchiveEmpty if there is none."""
        self._request(endpoints.remove_collection(name))

    def export(
        self, sink: Sink, *, collection: str | None = None, articles_only: bool = False
    ) -> Iterator[None]:
        """Writes a collection, or all, to one file, one chunk per step; see `Assistant.export`."""
        exporting = self._client.stream(**endpoints.export(collection, articles_only))
        with self._transport.connected(), exporting as response:
            if not response.is_success:
                raise self._transport.error(response.read())
            for chunk in response.iter_bytes():
                sink.write(chunk)
                yield

    def restore(
        self, file: Path, *, name: str | None = None, replace: bool = False, articles_only: bool = False
    ) -> Iterator[None]:
        """Imports the collections of an exported file in one step; see `Assistant.restore`."""
        endpoint = endpoints.restore(name, articles_only)
        with self._transport.import_file(file, replace=replace) as content, self._transport.connected():
            response = self._client.request(**endpoint.request, content=content, timeout=None)
        self._transport.read(endpoint, response)
        yield

    def check_ready(self) -> None:
        """Raises NotReady if questions cannot be answered yet."""
        self._request(endpoints.ready())

    def _request(self, endpoint: Endpoint[T]) -> T:
        with self._transport.connected():
            response = self._client.request(**endpoint.request)
        return self._transport.read(endpoint, response)

    def close(self) -> None:
        """Closes the connections; the server keeps running."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
