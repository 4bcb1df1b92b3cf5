"""The asynchronous client."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

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

# Bytes of a file that are read and sent at a time.
CHUNK_BYTES = 1 << 18


class AsyncQuoth:
    """The asynchronous `Quoth`: methods, values and errors are the same.

    Close it, or use it in an `async with`, on the event loop that uses it.
    """

    def __init__(self, url: str, *, key: str | None = None) -> None:
        self._transport = Transport(url, key)
        self.url = self._transport.url
        self._client = httpx.AsyncClient(**self._transport.options)

    async def ask(self, question: str, **details: object) -> Answer:
        return await self._request(endpoints.ask(question, details))

    def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        return self._transport.stream(question)

    async def check_text(self, text: str, **details: object) -> CheckedText:
        return await self._request(endpoints.check_text(text, details))

    def check_stream(self, text: TextToCheck) -> AsyncGenerator[CheckEvent, None]:
        return self._transport.check_stream(text)

    async def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        return await self._request(endpoints.search(query, k, filters, collection))

    async def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> AsyncGenerator[Ingested | Skipped, None]:
        for batch in endpoints.batches(items):
            if isinstance(batch, Skipped):
                yield batch
                continue
            report = await self._request(endpoints.add(batch, collection))
            for outcome in endpoints.outcomes_of(batch, report):
                yield outcome

    async def start(
        self, articles: Sequence[Article], *, collection: str = "default", idempotency_key: str | None = None
    ) -> Job:
        return await self._request(endpoints.start(articles, collection, idempotency_key))

    async def job(self, id_: str) -> Job:
        return await self._request(endpoints.job("GET", id_))

    async def cancel(self, id_: str) -> Job:
        return await self._request(endpoints.job("DELETE", id_))

    async def remove(self, ids: Sequence[str], *, collection: str = "default") -> None:
        await self._request(endpoints.remove(ids, collection))

    async def article(self, article_id: str, *, collection: str = "default") -> Article:
        return await self._request(endpoints.article(article_id, collection))

    async def articles(
        self,
        *,
        collection: str = "default",
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
        filters: Filters = Filters(),
    ) -> ArticlePage:
        pages = endpoints.listing(collection, limit, offset, search, filters)
        page = next(pages)
        while True:
            try:
                page = pages.send(await self._request(page))
            except StopIteration as stop:
                listing: ArticlePage = stop.value
                return listing

    async def collections(self) -> list[str]:
        return list(await self.counts())

    async def counts(self) -> dict[str, int]:
        return await self._request(endpoints.counts())

    async def remove_collection(self, name: str) -> None:
        await self._request(endpoints.remove_collection(name))

    async def export(
        self, sink: Sink, *, collection: str | None = None, articles_only: bool = False
    ) -> AsyncGenerator[None, None]:
        exporting = self._client.stream(**endpoints.export(collection, articles_only))
        with self._transport.connected():
            async with exporting as response:
                if not response.is_success:
                    raise self._transport.error(await response.aread())
                async for chunk in response.aiter_bytes():
                    await to_thread(sink.write, chunk)
                    yield

    async def restore(
        self, file: Path, *, name: str | None = None, replace: bool = False, articles_only: bool = False
    ) -> AsyncGenerator[None, None]:
        endpoint = endpoints.restore(name, articles_only)
        with self._transport.import_file(file, replace=replace) as content, self._transport.connected():
            response = await self._client.request(**endpoint.request, content=_chunks(content), timeout=None)
        self._transport.read(endpoint, response)
        yield

    async def check_ready(self) -> None:
        await self._request(endpoints.ready())

    async def _request(self, endpoint: Endpoint[T]) -> T:
        with self._transport.connected():
            response = await self._client.request(**endpoint.request)
        return self._transport.read(endpoint, response)

    async def close(self) -> None:
        """Closes the connections; the server keeps running."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _chunks(content: BinaryIO) -> AsyncGenerator[bytes, None]:
    while chunk := await to_thread(content.read, CHUNK_BYTES):
        yield chunk
