"""The base of all values that cross the wire."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """A frozen value; unknown fields are an error, so that a typo is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
