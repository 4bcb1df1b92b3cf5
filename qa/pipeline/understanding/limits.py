"""The articles that a question's own words limit it to, among those that its filters pass."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from index.collection import Collection
from index.schemas import Filters
from index.text.numbers import NUMBER_WORD, number_value
from qa.pipeline.understanding.outlets import NamedOutlet
from qa.pipeline.understanding.periods import Period

# No filter would pass all articles; no article has this id.
NO_ARTICLE = ("",)

_SENTENCES = re.compile(
    rf"\b(?:in|with) (?:[\w-]+ ){{0,4}}?(?P<most>\d+|{NUMBER_WORD}) (?:short )?"
    r"(?:sentences?|lines?|Sätzen?|Satz)\b",
    re.IGNORECASE,
)


def of_outlet(filters: Filters, outlet: NamedOutlet, collection: Collection) -> Filters:
    """The filters, and the outlet; no article if they ask for another."""
    if not outlet.is_site:
        ids = filters.article_ids if filters.source in (None, outlet.name) else NO_ARTICLE
        return replace(filters, source=outlet.name, article_ids=ids)
    given = frozenset(filters.article_ids)
    ids = tuple(id_ for id_ in outlet.ids(collection) if not given or id_ in given)
    return replace(filters, article_ids=ids or NO_ARTICLE)


def within(filters: Filters, period: Period) -> Filters:
    """The filters, and the days of the period that they pass; no article if they pass none."""
    first, last = max(filters.after or date.min, period.first), min(filters.before or date.max, period.last)
    if first > last:
        return replace(filters, after=period.first, before=period.last, article_ids=NO_ARTICLE)
    return replace(filters, after=first, before=last)


def sentences_wanted(wording: str) -> int | None:
    """How many sentences the question asks for at most: "in two or three sentences"."""
    found = _SENTENCES.search(wording)
    number = number_value(found["most"]) if found else None
    return int(number) if number and number.isdigit() and int(number) else None
