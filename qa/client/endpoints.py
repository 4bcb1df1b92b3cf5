"""The request of each client method, and how to read its response. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter

from index.schemas import (
    Article,
    ArticlePage,
    ArticleSummary,
    Filters,
    Ingested,
    IngestReport,
    Skipped,
)
from qa.schemas import (
    Answer,
    CheckedText,
    Job,
    Question,
    RetrievedPassage,
    TextToCheck,
    checked_question,
    text_to_check,
)

# Articles per request: a few seconds of embedding, so that progress is visible.
BATCH_ARTICLES = 100
BATCH_CHARACTERS = 50_000
# The most articles that the server lists per request.
PAGE_SIZE = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[T]):
    """A request, and how to read the body of its response."""

    method: str
    path: str
    read: Callable[[bytes], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def request(self) -> dict[str, Any]:
        """The arguments of `httpx.Client.request`."""
        arguments = {"method": self.method, "url": self.path, "params": self.params, "headers": self.headers}
        return arguments if self.json is None else arguments | {"json": self.json}


def ignore_body(_: bytes) -> None:
    """Reads a response whose body does not matter."""


def read_as(type_: type[T]) -> Callable[[bytes], T]:
    """Reads a JSON body of this type; the reader raises ValidationError for others."""
    return TypeAdapter(type_).validate_json


def ask(question: str, details: Mapping[str, object]) -> Endpoint[Answer]:
    """Answers a question. Raises QuestionInvalid."""
    body = question_body(checked_question(question, **details))
    return Endpoint(method="POST", path="/api/ask", json=body, read=read_as(Answer))


def question_body(question: Question) -> dict[str, Any]:
    """The body of a request to /api/ask."""
    body = question.model_dump(mode="json", exclude={"filters", "as_of"})
    return body | _filters_body(question.limits)


def _filters_body(filters: Filters) -> dict[str, Any]:
    body = TypeAdapter(Filters).dump_python(filters, mode="json")
    return {"as_of": body.pop("as_of"), "filters": body}


def check_text(text: str, details: Mapping[str, object]) -> Endpoint[CheckedText]:
    """Checks a text. Raises TextInvalid."""
    body = text_body(text_to_check(text, **details))
    return Endpoint(method="POST", path="/api/check", json=body, read=read_as(CheckedText))


def text_body(text: TextToCheck) -> dict[str, Any]:
    """The body of a request to /api/check."""
    return text.model_dump(mode="json", exclude={"filters"}) | _filters_body(text.filters)


def search(query: str, k: int, filters: Filters, collection: str) -> Endpoint[tuple[RetrievedPassage, ...]]:
    """Finds the k best passages. Raises QuestionInvalid."""
    text = checked_question(query).question
    body = {"query": text, "k": k, "collection": collection, **_filters_body(filters)}
    read = partial(_member, read_as(dict[str, tuple[RetrievedPassage, ...]]), "hits")
    return Endpoint(method="POST", path="/api/search", json=body, read=read)


def add(articles: Sequence[Article], collection: str) -> Endpoint[IngestReport]:
    """Adds articles and waits until they are stored."""
    return Endpoint(
        method="POST",
        path="/api/articles",
        params={"collection": collection},
        json=_articles_body(articles),
        read=read_as(IngestReport),
    )


def start(articles: Sequence[Article], collection: str, idempotency_key: str | None) -> Endpoint[Job]:
    """Starts a job that adds articles."""
    return Endpoint(
        method="POST",
        path="/api/articles",
        params={"collection": collection, "wait": "false"},
        headers={"idempotency-key": idempotency_key} if idempotency_key else {},
        json=_articles_body(articles),
        read=read_as(Job),
    )


def _articles_body(articles: Sequence[Article]) -> dict[str, Any]:
    body = TypeAdapter(list[Article]).dump_python(
        list(articles), mode="json", exclude={"__all__": {"remarks", "period"}}
    )
    # The server takes a date as far as it is known, such as `2022-03`.
    return {
        "articles": [
            {**fields, "date": article.dated or None} for fields, article in zip(body, articles, strict=True)
        ]
    }


def outcomes_of(articles: Sequence[Article], report: IngestReport) -> Iterator[Ingested | Skipped]:
    """The outcomes that the server reports for these articles, with the remarks of who read them here."""
    remarks = {article.id: article.remarks for article in articles}
    for outcome in report.outcomes():
        if isinstance(outcome, Ingested):
            yield replace(outcome, remarks=remarks.get(outcome.article_id, ()))
        else:
            yield outcome


def batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article] | Skipped]:
    """The articles in batches, and the skipped sources, in order."""
    batch: list[Article] = []
    characters = 0
    for item in items:
        if isinstance(item, Skipped):
            yield item
            continue
        # A long article is sent alone, because the server limits the size of a request.
        if batch and (len(batch) == BATCH_ARTICLES or characters + len(item.text) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(item)
        characters += len(item.text)
    if batch:
        yield batch


def job(method: str, id_: str) -> Endpoint[Job]:
    """GET reads the state of a job, DELETE cancels it."""
    return Endpoint(method=method, path=f"/api/jobs/{quote(id_, safe='')}", read=read_as(Job))


def remove(ids: Sequence[str], collection: str) -> Endpoint[None]:
    """Removes all of these articles, or none."""
    params = {"collection": collection}
    return Endpoint(
        method="DELETE", path="/api/articles", params=params, json={"ids": list(ids)}, read=ignore_body
    )


def article(article_id: str, collection: str) -> Endpoint[Article]:
    """Reads one article with its text."""
    path = f"/api/articles/{quote(article_id, safe='')}"
    return Endpoint(method="GET", path=path, params={"collection": collection}, read=read_as(Article))


def listing(
    collection: str, limit: int | None, offset: int, search: str, filters: Filters
) -> Generator[Endpoint[ArticlePage], ArticlePage, ArticlePage]:
    """Lists articles: yields the request of each page, takes its result, and returns all pages as one."""
    given = _given(**TypeAdapter(Filters).dump_python(filters, mode="json"))
    params = {"collection": collection, "search": search, **given}
    found: list[ArticleSummary] = []
    while True:
        size = PAGE_SIZE if limit is None else min(PAGE_SIZE, limit - len(found))
        window = {"limit": size, "offset": offset + len(found)}
        page = yield Endpoint(
            method="GET", path="/api/articles", params=params | window, read=read_as(ArticlePage)
        )
        found += page.articles
        if len(page.articles) < PAGE_SIZE or len(found) == limit:
            return ArticlePage(articles=tuple(found), total=page.total)


def counts() -> Endpoint[dict[str, int]]:
    """Reads the number of articles of each collection, by name."""
    return Endpoint(method="GET", path="/api/collections", read=_counts)


def _counts(body: bytes) -> dict[str, int]:
    found = TypeAdapter(dict[str, list[dict[str, Any]]]).validate_json(body)
    return {collection["name"]: collection["articles"] for collection in found["collections"]}


def remove_collection(name: str) -> Endpoint[None]:
    """Removes a collection with all its articles."""
    return Endpoint(method="DELETE", path=f"/api/collections/{quote(name, safe='')}", read=ignore_body)


def export(collection: str | None, articles_only: bool) -> dict[str, Any]:
    """The arguments of `httpx.Client.stream` to export a collection, or all."""
    params = _given(collection=collection, articles_only=articles_only)
    return {"method": "GET", "url": "/api/export", "params": params}


def restore(name: str | None, articles_only: bool) -> Endpoint[None]:
    """Imports an exported file, whose content the caller sends as the body.

    It takes as long as adding the articles did if another embedder is in use.
    """
    return Endpoint(
        method="POST",
        path="/api/import",
        params=_given(name=name, articles_only=articles_only),
        headers={"content-type": "application/zip"},
        read=ignore_body,
    )


def ready() -> Endpoint[None]:
    """Checks that questions can be answered."""
    return Endpoint(method="GET", path="/readyz", read=ignore_body)


def _member(read: Callable[[bytes], dict[str, T]], name: str, body: bytes) -> T:
    return read(body)[name]


def _given(**params: object) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value}
