"""The filters of the library, which questions use too: as a form, and as one line in the Ask view."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from types import MappingProxyType

from index.schemas import Filters
from index.text.messages.messages import Messages
from qa.web.ui.html.rendering import render
from qa.web.ui.scope import Scope

# Chosen articles that are named above the question.
MAX_TITLES = 4


def form(
    messages: Messages, scope: Scope, search: str, collections: Sequence[str], outlets: Sequence[str]
) -> str:
    """The form with the current filters in it; `scope_of` reads its fields."""
    return render(
        "library/filters.html",
        messages,
        scope=scope,
        search=search,
        collections=[(name, name) for name in dict.fromkeys([*collections, scope.collection])],
        outlets=[("", messages.gettext("All outlets")), *((outlet, outlet) for outlet in outlets)],
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


def summary(messages: Messages, scope: Scope, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """The active filters, with a button that clears them; empty without any. `titles` are those of the
    articles that were chosen, by id.
    """
    if not scope.narrowed:
        return ""
    chosen = [(id_, titles.get(id_) or messages.gettext("Untitled")) for id_ in scope.chosen]
    return render(
        "library/scope.html",
        messages,
        parts=_limits(messages, scope),
        chosen=chosen[:MAX_TITLES],
        more=len(chosen[MAX_TITLES:]),
        articles=json.dumps(scope.chosen),
        collection=scope.collection,
    )


def line(messages: Messages, scope: Scope, titles: Mapping[str, str]) -> str:
    """The active filters as one line of text; empty without any."""
    chosen = [titles.get(id_) or messages.gettext("Untitled") for id_ in scope.chosen]
    parts = [*_limits(messages, scope), *chosen[:MAX_TITLES]]
    if (more := len(chosen) - MAX_TITLES) > 0:
        parts.append(messages.gettext("and {number} more", number=more))
    return render("library/limits.html", messages, parts=parts) if parts else ""


def _limits(messages: Messages, scope: Scope) -> list[str]:
    filters, collection = scope.filters, messages.gettext("Collection")
    parts = [
        f"{collection}: {scope.collection}" if scope.collection != Scope().collection else "",
        filters.source,
        messages.gettext("from {day}", day=messages.day(filters.after)) if filters.after else "",
        messages.gettext("until {day}", day=messages.day(filters.before)) if filters.before else "",
        messages.gettext("as of {day}", day=messages.day(scope.as_of)) if scope.as_of else "",
    ]
    return [part for part in parts if part]


def _date(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
