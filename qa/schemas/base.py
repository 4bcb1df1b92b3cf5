"""The base of all values that cross the wire, and the form of their dates."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _require_iso_date(given: object) -> object:
    # pydantic reads a number as seconds since 1970, also in a string: 20221028 would be a day in August of
    # that year, and 0 the first day of it.
    if isinstance(given, date) or (isinstance(given, str) and _ISO_DATE.match(given)):
        return given
    raise ValueError('a date is a string such as "2022-10-28"')


IsoDate = Annotated[date, BeforeValidator(_require_iso_date)]
"""A day, in JSON as ISO 8601 writes it: never a number."""


class Schema(BaseModel):
    """A frozen value; unknown fields are an error, so that a typo is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
