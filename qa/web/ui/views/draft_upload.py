"""Reads the text of a file that is dropped in the Check view; nothing is stored."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from qa.pipeline.checking.draft_file import read_draft
from qa.web.errors.handlers import HANDLERS
from qa.web.middleware.body_limit import BodyLimitMiddleware
from qa.web.uploads import uploaded_file

PATH = "/draft"
"""Where the app is mounted, beside the window's pages."""
MAX_BYTES = 4_000_000


def create_app() -> Starlette:
    """Serves `POST /text`, which takes a form with one `file` and responds with its `{"text"}`."""

    async def text(request: Request) -> JSONResponse:
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise HTTPException(422, "send a form with one file, named `file`")
            draft = uploaded_file(file.filename or "", await file.read(), {})
        return JSONResponse({"text": await run_in_threadpool(read_draft, draft)})

    return Starlette(
        routes=[Route("/text", text, methods=["POST"])],
        middleware=[Middleware(BodyLimitMiddleware, limits={}, default=MAX_BYTES)],
        exception_handlers=HANDLERS,
    )
