"""Dates as documents write them. The day is taken as written, whatever the time zone.

The functions for metadata return ISO dates such as `2022-10-27`, or None if the text has no date.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

# Jekyll writes `10:00 +0200`, which `fromisoformat` rejects because of the space.
_SPACE_BEFORE_OFFSET = re.compile(r"(?<!\s)\s++(?=[+-]\d\d:?\d\d$)")


def parse_iso_date(text: str) -> date:
    """The day of an ISO 8601 date or timestamp. Raises ValueError."""
    return datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", text.strip())).date()


def document_date(text: str) -> str | None:
    """The day of a W3CDTF timestamp, as .docx and .epub have it; a year alone is not a day."""
    found = re.match(r"\d{4}-\d\d-\d\d", text)
    return found and found[0]


def pdf_date(text: str) -> str | None:
    """The day of a PDF date such as `D:20221027233000-05'00'`."""
    found = re.match(r"(?:D:)?(\d{8})", text)
    try:
        return datetime.strptime(found[1], "%Y%m%d").date().isoformat() if found else None
    except ValueError:
        return None


def feed_date(text: str) -> str | None:
    """The day of an ISO 8601 timestamp (Atom) or of an RFC 5322 date (RSS)."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text.strip()).date().isoformat()
        except ValueError:
            continue
    return None
