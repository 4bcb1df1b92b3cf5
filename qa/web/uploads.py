"""Articles in the body of a request: as JSON, as files of a form, or as a URL to fetch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields, checked_id
from index.readers.source_file import SourceFile
from index.readers.tables.columns import parse_columns
from index.schemas import Article, Skipped
from qa.assistant import Assistant
from qa.web.schemas import json_body, media_type

MAX_UPLOAD_BYTES = 25_000_000


class UploadedArticle(BaseModel):
    """An article with the fields of a .jsonl line. Other members are ignored."""

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

    id: str | None = Field(None, description="stored as given; by default derived from the url or the text")
    url: str | None = None
    title: str | None = None
    date: str | None = Field(
        None, description="ISO 8601, also a month or a year alone; another form is read if it is certain"
    )
    source: str | None = Field(None, description="who published it")
    origin: str | None = Field(
        None, description="the place it was read from; a later upload with the same origin replaces it"
    )
    text: str = Field(description="stored unchanged; all offsets point into it")


class UploadedAddress(BaseModel):
    """A URL to read articles from: a web page, a feed, or a file of any supported format."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://example.org/ferry-fire"}]},
    )

    url: str = Field(pattern="(?i)^https?://", description="an http or https URL, which the server fetches")


Upload = SourceFile | UploadedArticle | UploadedAddress


def _kind(value: object) -> str:
    only_url = isinstance(value, UploadedAddress) or (isinstance(value, dict) and set(value) == {"url"})
    return _ADDRESS if only_url else _ARTICLE


_ADDRESS, _ARTICLE = "address", "article"


class _UploadedArticles(BaseModel):
    articles: tuple[
        Annotated[
            Annotated[UploadedArticle, Tag(_ARTICLE)] | Annotated[UploadedAddress, Tag(_ADDRESS)],
            Discriminator(_kind),
        ],
        ...,
    ]

    @model_validator(mode="before")
    @classmethod
    def _wrap_single(cls, value: object) -> object:
        return {"articles": [value]} if isinstance(value, dict) and "articles" not in value else value


def request_body_content() -> dict[str, Any]:
    """The `requestBody.content` of an OpenAPI operation that takes uploads."""
    one = [{"$ref": f"#/components/schemas/{model.__name__}"} for model in (UploadedArticle, UploadedAddress)]
    many = {
        "type": "object",
        "required": ["articles"],
        "properties": {"articles": {"type": "array", "items": {"anyOf": one}}},
    }
    file = {"type": "string", "format": "binary"}
    columns = {
        "type": "string",
        "description": "which columns of tables hold which field, where their names do not tell",
        "examples": ["text=Plot,title=Film"],
    }
    form = {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "items": file}, "columns": columns},
    }
    return {
        "application/json": {"schema": {"anyOf": [*one, many]}},
        "multipart/form-data": {"schema": form},
    }


async def parse_uploads(request: Request) -> Sequence[Upload]:
    """The uploads in a request's body. Raises a 400, 415 or 422."""
    if media_type(request) == "multipart/form-data":
        return await _form_files(request)
    body = await json_body(request)
    try:
        return _UploadedArticles.model_validate(body).articles
    except ValidationError as error:
        # The tags of the union are not part of the body's path.
        errors = [
            {**each, "loc": ("body", *(part for part in each["loc"] if part not in (_ADDRESS, _ARTICLE)))}
            for each in error.errors()
        ]
        raise RequestValidationError(errors) from None


async def _form_files(request: Request) -> list[SourceFile]:
    async with request.form() as form:
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        fields = [(name, part) for name, part in form.multi_items() if isinstance(part, str)]
        if not files or any(name != "columns" for name, _ in fields):
            raise HTTPException(
                422,
                "send files, at least one, and no other field than `columns`; name the collection in the "
                "query string",
            )
        try:
            columns = parse_columns(",".join(text for _, text in fields if text.strip()))
        except SourceUnreadable as error:
            raise HTTPException(422, str(error)) from None
        return [uploaded_file(file.filename or "", await file.read(), columns) for file in files]


def uploaded_file(filename: str, content: bytes, columns: Mapping[str, str]) -> SourceFile:
    """A file under the last part of its name.

    It has no place that a later version could be read from again, and files of different folders have the
    same name, so its origin depends on its content: only the same bytes have the same.
    """
    basename = PurePosixPath(filename.replace("\\", "/")).name
    name = "".join(letter if letter.isprintable() else "_" for letter in basename) or "(unnamed)"
    origin = f"upload:{hashlib.sha256(content).hexdigest()[:16]}/{name}"
    file = SourceFile.of_bytes(content, name=name, suffix=PurePosixPath(name).suffix.lower(), origin=origin)
    return replace(file, columns=columns)


def fingerprint(uploads: Sequence[Upload], *parameters: object) -> str:
    """A SHA-256 of the uploads and other parameters. It does not depend on a form's multipart boundary."""
    digest = hashlib.sha256(repr(parameters).encode())
    for upload in uploads:
        if isinstance(upload, SourceFile):
            with upload.open() as file:
                content = [
                    upload.name,
                    *sorted(upload.columns.items()),
                    hashlib.sha256(file.read()).hexdigest(),
                ]
        else:
            content = [type(upload).__name__, upload.model_dump_json()]
        digest.update(repr(content).encode())
    return digest.hexdigest()


def read_uploads(assistant: Assistant, uploads: Sequence[Upload]) -> Iterator[Article | Skipped]:
    """The articles in the uploads, as `Assistant.add` takes them."""
    return chain.from_iterable(_read(assistant, upload, nth) for nth, upload in enumerate(uploads, 1))


def _read(assistant: Assistant, upload: Upload, nth: int) -> Iterable[Article | Skipped]:
    if isinstance(upload, UploadedArticle):
        return [_to_article(upload, nth)]
    return assistant.read([upload.url if isinstance(upload, UploadedAddress) else upload])


def _to_article(upload: UploadedArticle, nth: int) -> Article | Skipped:
    """The article, validated as the nth line of a .jsonl file would be."""
    place = upload.origin or f"articles.jsonl:{nth}"
    try:
        article = article_from_fields(upload.model_dump(exclude={"origin"}), place=place)
    except SourceUnreadable as error:
        return Skipped(source=place, reason=error.message)
    return replace(article, origin=upload.origin or "")


def read_one_upload(assistant: Assistant, uploads: Sequence[Upload], article_id: str) -> Article:
    """The only article in the uploads, under this id. Raises a 422 if there is none, or another."""
    given = {upload.id for upload in uploads if isinstance(upload, UploadedArticle) and upload.id}
    if given - {article_id}:
        raise HTTPException(422, "the id in the body differs from the one in the path; leave it out")
    [*found] = islice(read_uploads(assistant, uploads), 2)
    if len(found) != 1:
        raise HTTPException(422, f"{'several articles' if found else 'no article'} in the body; send one")
    [article] = found
    if isinstance(article, Skipped):
        raise HTTPException(422, f"{article.source}: {article.reason}")
    try:
        return replace(article, id=checked_id(article_id), origin="")
    except SourceUnreadable as error:
        raise HTTPException(422, str(error)) from None
