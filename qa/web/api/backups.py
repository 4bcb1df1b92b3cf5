"""Backups: collections out as one file, and back in, while others are answered."""

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
from qa.web.errors.openapi import documented
from qa.web.schemas import media_type

MAX_BYTES = 20_000_000_000
MEDIA_TYPE = "application/zip"
# Pieces that are sent at once.
_PIECE = 1 << 18
_ZIP = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


def routes(assistant: Assistant) -> APIRouter:
    """/export and /import."""
    routes = APIRouter(responses=documented(409, 422))

    @routes.get(
        "/export",
        summary="Save collections to a file",
        response_description="What `quoth import` and /api/import read",
        response_class=StreamingResponse,
        responses={200: _ZIP},
    )
    def export(
        collection: Annotated[str | None, Query(description="only this one; else all")] = None,
    ) -> StreamingResponse:
        """Articles, thresholds and vectors as they are now, in one zip with digests. Others may be added,
        changed and removed meanwhile.
        """
        sink = _Sink()
        steps = assistant.export(sink, collection=collection)
        next(steps)  # what cannot be exported is a problem, not a file that breaks off
        named = {"content-disposition": f'attachment; filename="{collection or "quoth"}.zip"'}
        return StreamingResponse(_pieces(sink, steps), media_type=MEDIA_TYPE, headers=named)

    @routes.post(
        "/import",
        status_code=204,
        summary="Make the collections of an exported file",
        responses=documented(413, 415, 507),
        openapi_extra={"requestBody": {"required": True, **_ZIP}},
    )
    async def restore(
        request: Request,
        name: Annotated[str | None, Query(description="another name for its only collection")] = None,
    ) -> None:
        """All of them, or none if the file is damaged or one is there already. Answers when all is there;
        vectors that another embedder made are made anew, which takes as long as adding the articles.
        """
        if media_type(request) != MEDIA_TYPE:
            raise HTTPException(415, f"send the exported file, and say so with Content-Type: {MEDIA_TYPE}")
        # Where the articles will lie there is room for it; a /tmp may be in memory.
        with tempfile.NamedTemporaryFile(dir=assistant.home, prefix="import-", suffix=".zip") as file:
            async for piece in request.stream():
                await run_in_threadpool(file.write, piece)
            file.flush()
            await run_in_threadpool(lambda: list(assistant.restore(Path(file.name), name=name)))

    return routes


class _Sink:
    """Holds what is written until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, content: bytes) -> int:
        self._held += content
        return len(content)

    def flush(self) -> None:
        """What is held is taken when there is enough of it."""

    def close(self) -> None:
        """Nothing is held open."""

    def taken(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held

    def __len__(self) -> int:
        return len(self._held)


def _pieces(sink: _Sink, steps: Iterator[None]) -> Iterator[bytes]:
    for _ in steps:
        if len(sink) >= _PIECE:
            yield sink.taken()
    yield sink.taken()
