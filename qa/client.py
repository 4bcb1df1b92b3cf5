"""A running Quoth, asked over HTTP from another process as an `Assistant` is asked in its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from json import loads
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from index.articles import Article, Filters, IngestReport, Kept, Listing, Skipped, Summary
from index.errors import QuothError, SnapshotInvalid
from index.snapshot import Sink
from qa.answers import Answer, Event, Evidence, FoundPassage, Question, Token, checked_question
from qa.errors import ServerUnavailable, kind_of

# Articles that are sent at once: some seconds of embedding, so that progress is seen.
BATCH_ARTICLES = 100
BATCH_CHARACTERS = 50_000
# What the server lists at most at once.
PAGE = 1000
# A question may wait for others to be answered; only a server that is gone is silent for longer.
SECONDS = 600.0

_EVENTS: dict[str, type[Event]] = {"evidence": Evidence, "token": Token, "answer": Answer}

T = TypeVar("T")


class Quoth:
    """The Quoth server at `url`: methods, values and errors are those of `Assistant`. Close it, or use
    it in a `with`.

    Every method also raises ServerUnavailable. Proxies of the environment are not used.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=SECONDS)

    def ask(self, question: str, **details: object) -> Answer:
        """The answer to a question; `details` are the other fields of `Question`."""
        return self._get(Answer, "POST", "/api/ask", json=_asked(checked_question(question, **details)))

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last, each as it comes.

        Leaving the stream early stops the model.
        """
        # A connection belongs to the event loop that opened it, and each stream may have its own.
        client = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=SECONDS)
        asking = client.stream("POST", "/api/ask/stream", json=_asked(question))
        with self._reached():
            async with client, asking as response:
                if not response.is_success:
                    raise self._error(await response.aread())
                async for name, data in _events(response):
                    if name == "error":
                        raise self._error(data)
                    event = self._value(_EVENTS[name], data)
                    yield event
                    if isinstance(event, Answer):
                        return
        raise ServerUnavailable(f"{self.url} broke off before the answer; ask again")

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[FoundPassage, ...]:
        """The k passages that fit best, best first; k is at most 100."""
        text = checked_question(query).question
        body = {"query": text, "k": k, "collection": collection, **_limits(filters)}
        found = self._get(dict[str, tuple[FoundPassage, ...]], "POST", "/api/search", json=body)
        return found["hits"]

    def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> Iterator[Kept | Skipped]:
        """Keeps articles, some at a time, while the outcomes are walked through: what was told is kept,
        whatever ends the walk.
        """
        for batch in _batches(items):
            if isinstance(batch, Skipped):
                yield batch
                continue
            given = {"articles": TypeAdapter(list[Article]).dump_python(batch, mode="json")}
            to = {"collection": collection}
            yield from self._get(IngestReport, "POST", "/api/articles", params=to, json=given).outcomes()

    def remove(self, ids: Sequence[str], *, collection: str = "default") -> None:
        """Forgets the articles; ArticleUnknown, and nothing done, if one is not there."""
        body = {"ids": list(ids)}
        self._call("DELETE", "/api/articles", params={"collection": collection}, json=body)

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """The article with its text, but without its `origin`; or ArticleUnknown."""
        path = f"/api/articles/{quote(article_id, safe='')}"
        return self._get(Article, "GET", path, params={"collection": collection})

    def articles(
        self,
        *,
        collection: str = "default",
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
    ) -> Listing:
        """The articles without their texts, newest first; see `Assistant.articles`."""
        params: dict[str, str | int] = {"collection": collection, "search": search}
        found: list[Summary] = []
        while True:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            params |= {"limit": size, "offset": offset + len(found)}
            page = self._get(Listing, "GET", "/api/articles", params=params)
            found += page.articles
            if len(page.articles) < PAGE or len(found) == limit:
                return Listing(articles=tuple(found), total=page.total)

    def collections(self) -> list[str]:
        """The names of all collections."""
        return [
            one["name"]
            for one in self._get(dict[str, list[dict[str, Any]]], "GET", "/api/collections")["collections"]
        ]

    def export(self, sink: Sink, *, collection: str | None = None) -> Iterator[None]:
        """Writes the collection, or all, to one file, a step for each piece; see `Assistant.export`."""
        params = {"collection": collection} if collection else {}
        with self._reached(), self._client.stream("GET", "/api/export", params=params) as response:
            if not response.is_success:
                raise self._error(response.read())
            for piece in response.iter_bytes():
                sink.write(piece)
                yield

    def restore(self, file: Path, *, name: str | None = None, replace: bool = False) -> Iterator[None]:
        """Makes the collections of an exported file, in one step; see `Assistant.restore`."""
        if replace:
            raise ServerUnavailable(
                f"{self.url} answers from the collection that is to be replaced; stop it first, or import "
                "under another name with --as"
            )
        params = {"name": name} if name else {}
        try:
            with file.open("rb") as content:
                # A server that must embed anew takes as long as adding the articles did.
                self._call("POST", "/api/import", params=params, content=content, timeout=None)
        except FileNotFoundError:
            raise SnapshotInvalid(
                f"{file} cannot be imported: there is no such file; correct the path"
            ) from None
        yield

    def check_ready(self) -> None:
        """Raises NotReady while no question can be answered yet."""
        self._call("GET", "/readyz")

    def _get(self, kind: type[T], method: str, path: str, **request: Any) -> T:
        return self._value(kind, self._call(method, path, **request))

    def _call(self, method: str, path: str, **request: Any) -> bytes:
        with self._reached():
            response = self._client.request(method, path, **request)
        if not response.is_success:
            raise self._error(response.content)
        return response.content

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServerUnavailable(
                f"{self.url} does not answer ({reason}); see whether `quoth serve` still runs there"
            ) from error

    def _value(self, kind: type[T], content: str | bytes) -> T:
        try:
            return TypeAdapter(kind).validate_json(content)
        except ValidationError as error:
            raise ServerUnavailable(
                f"{self.url} does not answer as this version of Quoth does; is it another program, or "
                f"another version? ({error.errors()[0]['msg']})"
            ) from error

    def _error(self, content: str | bytes) -> QuothError:
        """The error that a problem (RFC 9457) tells of."""
        try:
            problem = loads(content)
            kind, title, detail = (str(problem[name]) for name in ("type", "title", "detail"))
        except (ValueError, KeyError, TypeError):
            return ServerUnavailable(f"{self.url} is no Quoth server; correct the address")
        if known := kind_of(kind):
            return known(detail)
        return ServerUnavailable(f"{self.url} refused: {title}; {detail}")

    def close(self) -> None:
        """Closes the connections; the server goes on."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _asked(question: Question) -> dict[str, Any]:
    """The question as /api/ask takes it."""
    given = question.model_dump(mode="json", exclude={"filters", "as_of"})
    return given | _limits(question.limits)


def _limits(filters: Filters) -> dict[str, Any]:
    given = TypeAdapter(Filters).dump_python(filters, mode="json")
    return {"as_of": given.pop("as_of"), "filters": given}


def _batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article] | Skipped]:
    """The articles some at a time; what was skipped as it comes."""
    batch: list[Article] = []
    characters = 0
    for item in items:
        if isinstance(item, Skipped):
            yield item
            continue
        # One that is long is sent alone: what a server takes at once is limited.
        if batch and (len(batch) == BATCH_ARTICLES or characters + len(item.text) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(item)
        characters += len(item.text)
    if batch:
        yield batch


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Name and data of each server-sent event. Only \n and \r\n end a line; an article may have other
    characters that Python takes for line ends.
    """
    rest = ""
    async for text in response.aiter_text():
        *whole, rest = (rest + text).replace("\r\n", "\n").split("\n\n")
        for event in whole:
            lines = (line.split(": ", 1) for line in event.split("\n") if not line.startswith(":"))
            fields = dict(line for line in lines if len(line) == 2)
            if fields:
                yield fields["event"], fields["data"]
