"""The day a web page was published, from markup that names it; a wrong day is worse than none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

# Names of <meta> elements, as Open Graph, Dublin Core, schema.org and content management systems have them:
# what says when a page was published, and what says when it was changed, built or uploaded.
_PUBLISHED = re.compile(r"date|publi|issued|created|release|time\b", re.IGNORECASE)
_CHANGED = re.compile(r"modif|updat|revis|last|build|upload|expir|valid|copyright|video|event", re.IGNORECASE)
# 11/01/2023 is 1 November or 11 January.
_DAY_OR_MONTH = re.compile(r"\s*(0?[1-9]|1[0-2])([/-])(0?[1-9]|1[0-2])\2\d{2}(?:\d\d)?(?!\d)")
_DATE_CONFIG = {"original_date": True, "extensive_search": False, "min_date": "1800-01-01"}
# The same moment is another day elsewhere, and a page can be set up a day before it appears.
_AGREEMENT = timedelta(days=2)
_SOURCES = (
    "//link[@rel='canonical']",
    "//meta[not(@itemprop)]",
    "//script[@type='application/ld+json']",
    "//*[@itemprop='datePublished']",
)
_TIMES = "//article//time | //main//time"


def published_date(tree: Any) -> str | None:
    """The ISO date that canonical address, <meta> elements, JSON-LD or schema.org attributes give, in this
    order; without any, that of the <time> elements in the article.

    None if they differ by more than two days. Elements of several days, as pages have that list others,
    say nothing.
    """
    stated = [found for source in _SOURCES if (found := _date(tree, tree.xpath(source)))]
    if not stated:
        return _date(tree, tree.xpath(_TIMES))
    days = sorted(map(date.fromisoformat, stated))
    return stated[0] if days[-1] - days[0] <= _AGREEMENT else None


def _date(tree: Any, elements: list[Any]) -> str | None:
    from trafilatura import extract_metadata

    root = tree.makeelement("html")
    root.extend(_copies(elements))
    days = {_stated(element)[:10] for element in root if element.tag not in {"meta", "link", "script"}}
    if not len(root) or len(days) > 1:
        return None
    found = extract_metadata(root, date_config=_DATE_CONFIG).date
    return str(found) if found else None


def _copies(elements: list[Any]) -> Iterator[Any]:
    """Copies of the elements that may say when the page was published."""
    for element in elements:
        if element.tag == "meta" and not element.get("itemprop") and not _names_publication(element):
            continue
        if _DAY_OR_MONTH.match(_stated(element)):
            continue
        copied = deepcopy(element)
        copied.tail = None
        if copied.tag not in {"meta", "link", "script"} and (
            day := copied.get("datetime") or copied.get("content")
        ):
            copied.clear()  # its text can be "11/08/23"
            copied.set("datetime", day)
            copied.tag = "time"
        yield copied


def _stated(element: Any) -> str:
    return str(element.get("datetime") or element.get("content") or element.text or "").strip()


def _names_publication(meta: Any) -> bool:
    name = " ".join(meta.get(key, "") for key in ("name", "property", "http-equiv"))
    return bool(_PUBLISHED.search(name)) and not _CHANGED.search(name)
