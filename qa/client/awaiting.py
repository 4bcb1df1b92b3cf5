"""The client for programs with an event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Self, TypeVar

import httpx

from index.articles import Article, Filters, Kept, Listing, Skipped
from qa.answers import Answer, Event, FoundPassage, Job, Question
from qa.client import calls
from qa.client.calls import Call
from qa.client.reaching import Server

T = TypeVar("T")


class AsyncQuoth:
    """`Quoth`, awaited: methods, values and errors are the same, but for `export` and `restore`, which it
    lacks. Close it, or use it in an `async with`, on one event loop.
    """

    def __init__(self, url: str, *, key: str | None = None) -> None:
        self._server = Server(url, key)
        self.url = self._server.url
        self._client = httpx.AsyncClient(**self._server.options)

    async def ask(self, question: str, **details: object) -> Answer:
        return await self._do(calls.ask(question, details))

    def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        return self._server.stream(question)

    async def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[FoundPassage, ...]:
        return await self._do(calls.search(query, k, filters, collection))

    async def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> AsyncGenerator[Kept | Skipped, None]:
        for batch in calls.batches(items):
            if isinstance(batch, Skipped):
                yield batch
                continue
            for outcome in (await self._do(calls.add(batch, collection))).outcomes():
                yield outcome

    async def start(
        self, articles: Sequence[Article], *, collection: str = "default", idempotency_key: str | None = None
    ) -> Job:
        return await self._do(calls.start(articles, collection, idempotency_key))

    async def job(self, id_: str) -> Job:
        return await self._do(calls.job("GET", id_))

    async def cancel(self, id_: str) -> Job:
        return await self._do(calls.job("DELETE", id_))

    async def remove(self, ids: Sequence[str], *, collection: str = "default") -> None:
        await self._do(calls.remove(ids, collection))

    async def article(self, article_id: str, *, collection: str = "default") -> Article:
        return await self._do(calls.article(article_id, collection))

    async def articles(
        self, *, collection: str = "default", limit: int | None = None, offset: int = 0, search: str = ""
    ) -> Listing:
        pages = calls.listing(collection, limit, offset, search)
        page = next(pages)
        while True:
            try:
                page = pages.send(await self._do(page))
            except StopIteration as whole:
                listing: Listing = whole.value
                return listing

    async def collections(self) -> list[str]:
        return await self._do(calls.collections())

    async def check_ready(self) -> None:
        await self._do(calls.ready())

    async def _do(self, call: Call[T]) -> T:
        with self._server.reached():
            response = await self._client.request(**call.request)
        return self._server.value(call, response)

    async def close(self) -> None:
        """Closes the connections; the server goes on."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
