"""Articles and outcomes as bytes, as they wait in the queue."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from pydantic import TypeAdapter

from index import errors
from index.errors import QuothError, StoreUnavailable
from index.schemas import Article, Ingested, Remark, Skipped

Outcomes = tuple[Ingested | Skipped, ...]
_OUTCOMES: TypeAdapter[Outcomes] = TypeAdapter(Outcomes)
# Texts shrink to a third; a higher level takes longer than the write it saves.
_LEVEL = 1


def pack_articles(articles: Iterable[Article]) -> bytes:
    """Any text survives, also characters that PostgreSQL's own text cannot hold."""
    return zlib.compress(json.dumps([asdict(one) for one in articles], default=str).encode(), _LEVEL)


def unpack_articles(packed: bytes) -> list[Article]:
    """The articles, equal to those packed, remarks included."""
    return [
        Article(
            **{
                **fields,
                "date": date.fromisoformat(fields["date"]) if fields["date"] else None,
                "remarks": tuple(Remark(**remark) for remark in fields["remarks"]),
            }
        )
        for fields in json.loads(zlib.decompress(packed))
    ]


def pack_outcomes(outcomes: Sequence[Ingested | Skipped]) -> bytes:
    """The outcomes of a batch."""
    return zlib.compress(_OUTCOMES.dump_json(tuple(outcomes)), _LEVEL)


def unpack_outcomes(packed: bytes) -> Outcomes:
    """The outcomes, in their order."""
    return _OUTCOMES.validate_json(zlib.decompress(packed))


def pack_error(error: QuothError) -> str:
    """The kind of an error and its message, without what PostgreSQL's text cannot hold."""
    told = f"{type(error).__name__}: {error}"
    return told.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def unpack_error(packed: str) -> QuothError:
    """The error, to be raised where the articles were added."""
    kind, _, message = packed.partition(": ")
    found = getattr(errors, kind, None)
    if not (isinstance(found, type) and issubclass(found, QuothError)):
        return QuothError(packed)
    return StoreUnavailable.told(message) if issubclass(found, StoreUnavailable) else found(message)
