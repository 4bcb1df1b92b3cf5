"""The filters of the library, which questions use too: as a form, and as one line in the Ask view."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from types import MappingProxyType

from index.schemas import Filters
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope

# Chosen articles that are named above the question.
MAX_TITLES = 4


def form(
    phrases: Phrases, scope: Scope, search: str, collections: Sequence[str], outlets: Sequence[str]
) -> str:
    """The form with the current filters in it; `scope_of` reads its fields."""
    return render(
        "library/filters.html",
        phrases=phrases,
        scope=scope,
        search=search,
        collections=[(name, name) for name in dict.fromkeys([*collections, scope.collection])],
        outlets=[("", phrases.library.all_outlets), *((outlet, outlet) for outlet in outlets)],
        version=secrets.token_hex(4),
    )


def scope_of(fields: Mapping[str, object]) -> Scope:
    """The scope that the form's fields describe; an invalid date counts as none."""
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    filters = Filters(
        source=texts.get("outlet") or None,
        after=_date(texts.get("after", "")),
        before=_date(texts.get("before", "")),
    )
    return Scope(
        collection=texts.get("collection") or "default", filters=filters, as_of=_date(texts.get("as_of", ""))
    )


def summary(phrases: Phrases, scope: Scope, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """The active filters, with a button that clears them; empty without any. `titles` are those of the
    articles that were chosen, by id.
    """
    if not scope.narrowed:
        return ""
    chosen = [(id_, titles.get(id_) or phrases.untitled) for id_ in scope.chosen]
    return render(
        "library/scope.html",
        phrases=phrases,
        parts=_limits(phrases, scope),
        chosen=chosen[:MAX_TITLES],
        more=len(chosen[MAX_TITLES:]),
        articles=json.dumps(scope.chosen),
        collection=scope.collection,
    )


def line(phrases: Phrases, scope: Scope, titles: Mapping[str, str]) -> str:
    """The active filters as one line of text; empty without any."""
    chosen = [titles.get(id_) or phrases.untitled for id_ in scope.chosen]
    more = [phrases.ask.and_more.format(len(chosen) - MAX_TITLES)] if len(chosen) > MAX_TITLES else []
    parts = [*_limits(phrases, scope), *chosen[:MAX_TITLES], *more]
    return render("library/limits.html", phrases=phrases, parts=parts) if parts else ""


def _limits(phrases: Phrases, scope: Scope) -> list[str]:
    words, filters = phrases.library, scope.filters
    parts = [
        f"{words.collection}: {scope.collection}" if scope.collection != Scope().collection else "",
        filters.source,
        words.from_day.format(phrases.day(filters.after)) if filters.after else "",
        words.until_day.format(phrases.day(filters.before)) if filters.before else "",
        words.as_of_day.format(phrases.day(scope.as_of)) if scope.as_of else "",
    ]
    return [part for part in parts if part]


def _date(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
