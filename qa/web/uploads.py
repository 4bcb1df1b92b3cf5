"""Articles that come in the body of a request: as JSON, as files of a form, or as an address."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_json
from index.readers.source_file import SourceFile
from index.schemas import Article, Ingested, Skipped
from qa.assistant import Assistant
from qa.web.schemas import json_body, media_type

MAX_UPLOAD_BYTES = 25_000_000


class UploadedArticle(BaseModel):
    """An article as a line of a .jsonl has it; other members are ignored."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "ferry-fire",
                    "title": "Fire on the evening ferry",
                    "date": "2024-03-02",
                    "source": "Coast Herald",
                    "url": "https://example.org/ferry-fire",
                    "text": "The fire broke out at 18:40. Nobody was hurt, the line said.",
                }
            ]
        },
    )

    id: str | None = Field(None, description="kept as given; without one it comes from the url or the text")
    url: str | None = None
    title: str | None = None
    date: str | None = Field(None, description="ISO 8601")
    source: str | None = Field(None, description="who published it")
    origin: str | None = Field(
        None, description="the path it was read from; what is read from there later replaces it"
    )
    text: str = Field(description="kept unchanged; every offset points into it")


class UploadedAddress(BaseModel):
    """Where an article is to be read: a page, a feed, or a file of any format that is read."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://example.org/ferry-fire"}]},
    )

    url: str = Field(pattern="(?i)^https?://", description="fetched by the server; http or https")


Given = SourceFile | UploadedArticle | UploadedAddress


def _kind(given: object) -> str:
    only_url = isinstance(given, UploadedAddress) or (isinstance(given, dict) and set(given) == {"url"})
    return _ADDRESS if only_url else _ARTICLE


_ADDRESS, _ARTICLE = "an address", "an article"
_Given = Annotated[
    Annotated[UploadedArticle, Tag(_ARTICLE)] | Annotated[UploadedAddress, Tag(_ADDRESS)],
    Discriminator(_kind),
]


class _UploadedArticles(BaseModel):
    articles: tuple[_Given, ...]

    @model_validator(mode="before")
    @classmethod
    def _one_is_many(cls, given: object) -> object:
        return {"articles": [given]} if isinstance(given, dict) and "articles" not in given else given


def content() -> dict[str, Any]:
    """The `requestBody.content` of an operation that takes uploads."""
    schemas = "#/components/schemas"
    one = [{"$ref": f"{schemas}/GivenArticle"}, {"$ref": f"{schemas}/GivenAddress"}]
    many = {
        "type": "object",
        "required": ["articles"],
        "properties": {"articles": {"type": "array", "items": {"anyOf": one}}},
    }
    file = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "items": file}},
    }
    return {
        "application/json": {"schema": {"anyOf": [*one, many]}},
        "multipart/form-data": {"schema": form},
    }


async def uploads(request: Request) -> Sequence[Given]:
    """What the body holds. Refuses it with 400, 415 or 422."""
    if media_type(request) == "multipart/form-data":
        return await _files(request)
    body = await json_body(request)
    try:
        return _UploadedArticles.model_validate(body).articles
    except ValidationError as error:
        faults = [
            {**fault, "loc": ("body", *(part for part in fault["loc"] if part not in (_ADDRESS, _ARTICLE)))}
            for fault in error.errors()
        ]
        raise RequestValidationError(faults) from None


async def _files(request: Request) -> list[SourceFile]:
    async with request.form() as form:
        parts = [part for _, part in form.multi_items()]
        files = [part for part in parts if isinstance(part, UploadFile)]
        if not files or len(files) != len(parts):
            raise HTTPException(422, "send only files, at least one; the collection is named in the address")
        return [uploaded(file.filename or "", await file.read()) for file in files]


def uploaded(given: str, content: bytes) -> SourceFile:
    """A file under the name its sender gave it, without folders; the next one of that name replaces it."""
    last = PurePosixPath(given.replace("\\", "/")).name
    name = "".join(letter if letter.isprintable() else "_" for letter in last) or "(unnamed)"
    return SourceFile.of_bytes(
        content, name=name, suffix=PurePosixPath(name).suffix.lower(), origin=f"upload:{name}"
    )


def adding(
    assistant: Assistant, given: Sequence[Given], collection: str
) -> Generator[Ingested | Skipped, None, None]:
    """Adds what was uploaded while the outcomes are walked through, as `Assistant.add` does."""
    return assistant.add(read_uploads(assistant, given), collection=collection)


def fingerprint(given: Sequence[Given], *besides: object) -> str:
    """The same for the same uploads, however a form was written, and what else matters `besides`."""
    whole = hashlib.sha256(repr(besides).encode())
    for one in given:
        if isinstance(one, SourceFile):
            with one.open() as file:
                told = [one.name, hashlib.sha256(file.read()).hexdigest()]
        else:
            told = [type(one).__name__, one.model_dump_json()]
        whole.update(repr(told).encode())
    return whole.hexdigest()


def read_uploads(assistant: Assistant, given: Sequence[Given]) -> Iterator[Article | Skipped]:
    """The articles of what was uploaded, for `Assistant.add`."""
    return chain.from_iterable(_read(assistant, one, nth) for nth, one in enumerate(given, 1))


def _read(assistant: Assistant, given: Given, nth: int) -> Iterable[Article | Skipped]:
    if isinstance(given, UploadedArticle):
        return [_checked(given, nth)]
    return assistant.read([given.url if isinstance(given, UploadedAddress) else given])


def _checked(given: UploadedArticle, nth: int) -> Article | Skipped:
    """The article, as if it had come as the nth line of a .jsonl."""
    try:
        article = article_from_json(given.model_dump_json(exclude_none=True).encode())
    except SourceUnreadable as error:
        return Skipped(source=given.origin or f"articles.jsonl:{nth}", reason=str(error))
    return replace(article, origin=given.origin or "")
