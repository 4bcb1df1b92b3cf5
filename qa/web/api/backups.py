"""Exports collections as a zip file, and imports them again, while the server keeps answering."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse

from qa.assistant import Assistant
from qa.web.errors.openapi import problem_responses
from qa.web.schemas import media_type

MAX_BYTES = 20_000_000_000
MEDIA_TYPE = "application/zip"
ArticlesOnly = Annotated[bool, Query(description="without keys and feedback")]
_CHUNK_BYTES = 1 << 18
_ZIP = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


def create_router(assistant: Assistant) -> APIRouter:
    """/export and /import."""
    router = APIRouter(responses=problem_responses(409, 422))

    @router.get(
        "/export",
        summary="Export collections",
        response_description="A file for `quoth import` and /api/import",
        response_class=StreamingResponse,
        responses={200: _ZIP},
    )
    def export_collections(
        collection: Annotated[str | None, Query(description="only this collection; by default all")] = None,
        articles_only: ArticlesOnly = False,
    ) -> StreamingResponse:
        """Returns the articles, thresholds and vectors of this moment in one zip file with digests. Articles
        may be added, changed and deleted meanwhile. With all collections, the owner of the server gets its
        keys, as hashes, and feedback too.
        """
        buffer = _Buffer()
        steps = assistant.export(buffer, collection=collection, articles_only=articles_only)
        next(steps)  # raises here, while the status can still be an error
        headers = {"content-disposition": f'attachment; filename="{collection or "quoth"}.zip"'}
        return StreamingResponse(_chunks(buffer, steps), media_type=MEDIA_TYPE, headers=headers)

    @router.post(
        "/import",
        status_code=204,
        summary="Import collections",
        responses=problem_responses(413, 415, 507),
        openapi_extra={"requestBody": {"required": True, **_ZIP}},
    )
    async def import_collections(
        request: Request,
        name: Annotated[str | None, Query(description="a new name for the file's only collection")] = None,
        articles_only: ArticlesOnly = False,
    ) -> None:
        """Imports all collections of an exported file, or none if the file is damaged or a collection already
        exists. Responds once all are stored. Vectors of another embedder are computed anew, which takes as
        long as adding the articles. Keys and feedback of the file are added only for the owner of the server,
        and not under a new name.
        """
        if media_type(request) != MEDIA_TYPE:
            raise HTTPException(415, f"send the exported file with the header Content-Type: {MEDIA_TYPE}")
        # Not in the system's temporary folder, which may be in memory.
        with tempfile.NamedTemporaryFile(dir=assistant.home, prefix="import-", suffix=".zip") as file:
            async for chunk in request.stream():
                await run_in_threadpool(file.write, chunk)
            file.flush()
            steps = assistant.restore(Path(file.name), name=name, articles_only=articles_only)
            await run_in_threadpool(list, steps)

    return router


class _Buffer:
    """A file-like object that holds what is written until it is taken."""

    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, content: bytes) -> int:
        self._content += content
        return len(content)

    def flush(self) -> None:
        """Does nothing: `_chunks` takes the content."""

    def close(self) -> None:
        """Does nothing: there is no file to close."""

    def take(self) -> bytes:
        content = bytes(self._content)
        self._content.clear()
        return content

    def __len__(self) -> int:
        return len(self._content)


def _chunks(buffer: _Buffer, steps: Iterator[None]) -> Iterator[bytes]:
    for _ in steps:
        if len(buffer) >= _CHUNK_BYTES:
            yield buffer.take()
    yield buffer.take()
