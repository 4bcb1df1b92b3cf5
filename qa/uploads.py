"""Articles that come in the body of a request: as JSON, or as files of a form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.articles import Article, IngestReport, Skipped
from index.reading import FORMATS, read_sources
from qa.assistant import Assistant
from qa.wire import json_body, media_type

MAX_UPLOAD_BYTES = 25_000_000


class GivenArticle(BaseModel):
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


class _GivenArticles(BaseModel):
    articles: tuple[GivenArticle, ...]

    @model_validator(mode="before")
    @classmethod
    def _one_is_many(cls, given: object) -> object:
        return {"articles": [given]} if isinstance(given, dict) and "articles" not in given else given


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file's content and the name its sender gave it, without folders; of a .jsonl that was none,
    where its articles were read before, in order.
    """

    name: str
    content: bytes
    origins: tuple[str, ...] = ()


def content() -> dict[str, Any]:
    """The `requestBody.content` of an operation that takes uploads."""
    one = {"$ref": "#/components/schemas/GivenArticle"}
    many = {
        "type": "object",
        "required": ["articles"],
        "properties": {"articles": {"type": "array", "items": one}},
    }
    file = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "items": file}},
    }
    return {
        "application/json": {"schema": {"anyOf": [one, many]}},
        "multipart/form-data": {"schema": form},
    }


async def uploads(request: Request) -> list[Upload]:
    """What the body holds; JSON as one .jsonl. Refuses it with 400, 415 or 422."""
    if media_type(request) == "multipart/form-data":
        return await _files(request)
    return [_lines(await json_body(request))]


def _lines(body: object) -> Upload:
    try:
        given = _GivenArticles.model_validate(body)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None
    lines = [article.model_dump_json(exclude_none=True) for article in given.articles]
    origins = tuple(article.origin or "" for article in given.articles)
    return Upload(name="articles.jsonl", content="\n".join(lines).encode(), origins=origins)


async def _files(request: Request) -> list[Upload]:
    async with request.form() as form:
        parts = [part for _, part in form.multi_items()]
        files = [part for part in parts if isinstance(part, UploadFile)]
        if not files or len(files) != len(parts):
            raise HTTPException(422, "send only files, at least one; the collection is named in the address")
        return [Upload(name=_name(file.filename or ""), content=await file.read()) for file in files]


def _name(given: str) -> str:
    """The last part of a path of any system, in printable characters."""
    last = PurePosixPath(given.replace("\\", "/")).name
    return "".join(letter if letter.isprintable() else "_" for letter in last) or "(unnamed)"


def add_uploads(assistant: Assistant, given: Sequence[Upload], collection: str) -> IngestReport:
    """Adds what was uploaded, and tells what became of it. Raises as `Assistant.add` does."""
    with TemporaryDirectory(prefix="quoth-") as folder:
        items = (item for upload in given for item in _read(upload, Path(folder)))
        return IngestReport.of(assistant.add(items, collection=collection))


def _read(upload: Upload, folder: Path) -> Iterator[Article | Skipped]:
    suffix = PurePosixPath(upload.name).suffix.lower()
    if suffix not in FORMATS:
        reason = f"format {suffix or 'without a suffix'} is not read ({' '.join(FORMATS)})"
        yield Skipped(source=upload.name, reason=reason)
        return
    # The sender's name never becomes a path: it may be too long for one, or be that of another file.
    path = folder / f"upload{suffix}"
    path.write_bytes(upload.content)
    for nth, item in enumerate(read_sources([path])):
        before = upload.origins[nth] if upload.origins else ""
        if isinstance(item, Skipped):
            yield replace(item, source=before or item.source.replace(str(path), upload.name))
        else:
            # A line of a .jsonl has no origin of its own: only its id says what it replaces.
            yield replace(item, origin=before or (item.origin and f"upload:{upload.name}"))
