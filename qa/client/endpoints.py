"""What a client sends for each method, and what it makes of the response; nothing here is sent yet."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter

from index.schemas import Article, ArticlePage, ArticleSummary, Filters, IngestReport, Skipped
from qa.schemas import Answer, Job, Question, RetrievedPassage, checked_question

# Articles that are sent at once: some seconds of embedding, so that progress is seen.
BATCH_ARTICLES = 100
BATCH_CHARACTERS = 50_000
# What the server lists at most at once.
PAGE = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[T]):
    """One request, and how its response is read."""

    method: str
    path: str
    read: Callable[[bytes], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> dict[str, Any]:
        """The request as httpx takes it."""
        given = {"method": self.method, "url": self.path, "params": self.params, "headers": self.headers}
        return given if self.json is None else given | {"json": self.json}


def nothing(_: bytes) -> None:
    """Reads a response that says nothing."""


def a(kind: type[T]) -> Callable[[bytes], T]:
    """Reads a value of this kind; ValidationError where it is none."""
    return TypeAdapter(kind).validate_json


def ask(question: str, details: Mapping[str, object]) -> Endpoint[Answer]:
    """A question, checked; raises QuestionInvalid."""
    checked = checked_question(question, **details)
    return Endpoint(method="POST", path="/api/ask", json=asked(checked), read=a(Answer))


def asked(question: Question) -> dict[str, Any]:
    """The question as /api/ask takes it."""
    given = question.model_dump(mode="json", exclude={"filters", "as_of"})
    return given | _limits(question.limits)


def _limits(filters: Filters) -> dict[str, Any]:
    given = TypeAdapter(Filters).dump_python(filters, mode="json")
    return {"as_of": given.pop("as_of"), "filters": given}


def search(query: str, k: int, filters: Filters, collection: str) -> Endpoint[tuple[RetrievedPassage, ...]]:
    """The k best passages; raises QuestionInvalid."""
    text = checked_question(query).question
    body = {"query": text, "k": k, "collection": collection, **_limits(filters)}
    found = a(dict[str, tuple[RetrievedPassage, ...]])
    return Endpoint(method="POST", path="/api/search", json=body, read=partial(_member, found, "hits"))


def add(articles: Sequence[Article], collection: str) -> Endpoint[IngestReport]:
    """Articles that are waited for."""
    return Endpoint(
        method="POST",
        path="/api/articles",
        params={"collection": collection},
        json=_given(articles),
        read=a(IngestReport),
    )


def start(articles: Sequence[Article], collection: str, idempotency_key: str | None) -> Endpoint[Job]:
    """Articles that are not waited for."""
    return Endpoint(
        method="POST",
        path="/api/articles",
        params={"collection": collection, "wait": "false"},
        headers={"idempotency-key": idempotency_key} if idempotency_key else {},
        json=_given(articles),
        read=a(Job),
    )


def _given(articles: Sequence[Article]) -> dict[str, Any]:
    return {"articles": TypeAdapter(list[Article]).dump_python(list(articles), mode="json")}


def batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article] | Skipped]:
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


def job(method: str, id_: str) -> Endpoint[Job]:
    """GET tells of a job, DELETE cancels it."""
    return Endpoint(method=method, path=f"/api/jobs/{quote(id_, safe='')}", read=a(Job))


def remove(ids: Sequence[str], collection: str) -> Endpoint[None]:
    """All of these articles, or none."""
    params = {"collection": collection}
    return Endpoint(
        method="DELETE", path="/api/articles", params=params, json={"ids": list(ids)}, read=nothing
    )


def article(article_id: str, collection: str) -> Endpoint[Article]:
    """One article with its text."""
    path = f"/api/articles/{quote(article_id, safe='')}"
    return Endpoint(method="GET", path=path, params={"collection": collection}, read=a(Article))


def listing(
    collection: str, limit: int | None, offset: int, search: str, filters: Filters
) -> Generator[Endpoint[ArticlePage], ArticlePage, ArticlePage]:
    """Yields a call for each page, takes what it answered, and returns the whole."""
    params: dict[str, Any] = {"collection": collection, "search": search}
    limits = TypeAdapter(Filters).dump_python(filters, mode="json")
    params |= {name: value for name, value in limits.items() if value}
    found: list[ArticleSummary] = []
    while True:
        size = PAGE if limit is None else min(PAGE, limit - len(found))
        at = {"limit": size, "offset": offset + len(found)}
        page = yield Endpoint(method="GET", path="/api/articles", params=params | at, read=a(ArticlePage))
        found += page.articles
        if len(page.articles) < PAGE or len(found) == limit:
            return ArticlePage(articles=tuple(found), total=page.total)


def counts() -> Endpoint[dict[str, int]]:
    """How many articles each collection has, by its name."""
    return Endpoint(method="GET", path="/api/collections", read=_counts)


def _counts(told: bytes) -> dict[str, int]:
    found = TypeAdapter(dict[str, list[dict[str, Any]]]).validate_json(told)
    return {one["name"]: one["articles"] for one in found["collections"]}


def remove_collection(name: str) -> Endpoint[None]:
    """A collection with all its articles."""
    return Endpoint(method="DELETE", path=f"/api/collections/{quote(name, safe='')}", read=nothing)


def export(collection: str | None) -> dict[str, Any]:
    """The request for a collection, or for all, as httpx streams it."""
    params = {"collection": collection} if collection else {}
    return {"method": "GET", "url": "/api/export", "params": params}


def restore(name: str | None) -> Endpoint[None]:
    """An exported file, whose content is sent with it. Making vectors anew takes as long as adding did."""
    return Endpoint(
        method="POST",
        path="/api/import",
        params={"name": name} if name else {},
        headers={"content-type": "application/zip"},
        read=nothing,
    )


def ready() -> Endpoint[None]:
    """Whether a question can be answered."""
    return Endpoint(method="GET", path="/readyz", read=nothing)


def _member(read: Callable[[bytes], dict[str, T]], name: str, told: bytes) -> T:
    return read(told)[name]
