"""Background jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from index.schemas import IngestReport
from qa.schemas.base import Schema


class Job(Schema):
    """Articles that are being added in the background."""

    id: str
    status: Literal["waiting", "running", "done", "cancelled", "failed"]
    collection: str
    given: int = Field(description="the number of articles, addresses and files in the request")
    told: int = Field(description="the number of outcomes so far; one file may hold many articles")
    report: IngestReport = Field(description="the outcomes so far; the articles in it are stored")
    created: datetime
    ended: datetime | None = None
    error: str | None = Field(None, description="why it failed")
