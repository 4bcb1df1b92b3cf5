"""The outlets that a question names: sources, and the sites of articles that have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.collection import Collection
from qa.schemas import Kind

# Kinds that ask for what an outlet has, where its site may be written in small letters: "from cnn".
_OF_OUTLETS: frozenset[Kind] = frozenset({"catalogue", "overview", "compare", "summary"})
# Below a country's domain, these are no names: "herald.co.uk".
_SECOND_LEVEL = frozenset({"ac", "co", "com", "gov", "net", "org"})
# Shorter names of sites are too many other words.
MIN_LABEL = 3
# A search can be limited to so many articles; a larger site is not told apart.
MAX_SITE_ARTICLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOutlet:
    """An outlet with the spans of the question that name it; `is_site` if only its address is known."""

    name: str
    spans: tuple[tuple[int, int], ...]
    is_site: bool = False

    def ids(self, collection: Collection) -> tuple[str, ...]:
        """The articles of a site."""
        return tuple(collection.documents.ids_of_site(self.name)) if self.is_site else ()


def named_outlets(wording: str, kind: Kind, collection: Collection) -> tuple[NamedOutlet, ...]:
    """The outlets of the collection that the question names, in alphabetical order."""
    documents = collection.documents
    known = documents.sources()
    sources = (
        _named(one, False, (*_source_patterns(one), *_short(one, known, kind)), wording) for one in known
    )
    sites = (_named(site, True, _site_patterns(site, kind), wording) for site in documents.sites())
    named = (outlet for outlet in (*sources, *sites) if outlet.spans)
    return tuple(one for one in named if len(one.ids(collection)) <= MAX_SITE_ARTICLES)


def _named(name: str, is_site: bool, patterns: Iterable[str], wording: str) -> NamedOutlet:
    spans = {found.span() for pattern in patterns for found in re.finditer(pattern, wording)}
    return NamedOutlet(name=name, spans=tuple(sorted(spans)), is_site=is_site)


def _source_patterns(source: str) -> Iterator[str]:
    """The name without "the"; and the last two of three or more words, as "Coast Herald"."""
    words = re.sub(r"^the ", "", source, flags=re.IGNORECASE).split()
    for name in (" ".join(words), *([" ".join(words[-2:])] if len(words) > 2 else [])):
        yield rf"(?i:(?:\bthe )?\b{re.escape(name)}\b)"


def _short(source: str, sources: Iterable[str], kind: Kind) -> Iterator[str]:
    """The last word of the name after "the", "the Courier", if no other source has it: in a question about
    what outlets have, and elsewhere where it is said to tell something.
    """
    *first, last = source.split()
    if not first or not last[:1].isupper() or sum(one.split()[-1:] == [last] for one in sources) > 1:
        return
    name = rf"\b[Tt]he {re.escape(last)}\b(?! [A-Z])"
    if kind in _OF_OUTLETS:
        yield name
    yield rf"(?<=\b[Aa]ccording to )(?:{name})|(?<=\bas )(?:{name})"
    yield rf"{name}(?= (?:says?|said|has|have|had|reports?|reported|tells?|puts?|wrote|writes?|gives?)\b)"


def _site_patterns(site: str, kind: Kind) -> Iterator[str]:
    """The address, and its name as people write it: "Daily Echo" of `dailyecho.example`.

    Many names are common words too, so they need capitals, or "from" before them.
    """
    yield rf"(?i:(?:\bwww\.)?\b{re.escape(site)}\b)"
    label = site_label(site)
    if len(label) < MIN_LABEL:
        return
    spaced = r"[ -]?".join(map(re.escape, label))
    # The first word of a question has a capital, whatever it means; "CNN" has more.
    yield rf"(?:\b[Tt]he |(?<=\S )|^(?=[A-Z]{{2}}))(?=[A-Z])(?i:{spaced})\b(?![-'’]?\w)"
    if kind in _OF_OUTLETS:
        yield rf"(?<=\bfrom )(?i:{spaced})\b|(?<=\bby )(?i:{spaced})\b"
    if kind == "compare":
        yield rf"\b(?i:{spaced})\b"


def site_label(site: str) -> str:
    """The part of a site's address that names it: `echo` of `news.echo.co.uk`."""
    *labels, _ = site.split(".") if "." in site else (site, "")
    while len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1].removeprefix("the")
