"""What of the library questions are asked of: the form that chooses it, and the line that tells it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from html import escape

from index.schemas import Filters
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope


def form(say: Phrases, scope: Scope, search: str, collections: Sequence[str], outlets: Sequence[str]) -> str:
    """The form with what is chosen now; its fields are those of `chosen`."""
    words, filters = say.library, scope.filters
    names = dict.fromkeys([*collections, scope.collection])
    fields = [
        _select("collection", words.collection, [(name, name) for name in names], scope.collection),
        _select(
            "outlet",
            words.outlet,
            [("", words.every_outlet), *((outlet, outlet) for outlet in outlets)],
            filters.source or "",
        ),
        _date("after", words.after, filters.after),
        _date("before", words.before, filters.before),
        _date("as_of", words.as_of, scope.as_of),
    ]
    return (
        f'<form class="narrowing" data-live data-made="{secrets.token_hex(4)}" '
        f'aria-label="{words.narrowing}">{"".join(fields)}'
        f'<p class="hint">{words.applies}</p>'
        f'<label class="find"><span class="unseen">{words.search}</span><input type="search" name="search" '
        f'placeholder="{words.search}" autocomplete="off" value="{escape(search)}"></label>'
        f'<button type="button" class="quiet jump" data-jump="adding">{words.add}</button></form>'
    )


def chosen(given: Mapping[str, object]) -> Scope:
    """The scope that a form was sent with; what is no day is none."""
    fields = {name: value for name, value in given.items() if isinstance(value, str)}
    filters = Filters(
        source=fields.get("outlet") or None,
        after=_day(fields.get("after", "")),
        before=_day(fields.get("before", "")),
    )
    return Scope(
        collection=fields.get("collection") or "default", filters=filters, as_of=_day(fields.get("as_of", ""))
    )


def line(say: Phrases, scope: Scope) -> str:
    """What narrows the questions, with a button that ends it; nothing where nothing does."""
    if not scope.narrowed:
        return ""
    words, filters = say.library, scope.filters
    parts = [
        f"{words.collection}: {scope.collection}" if scope.collection != Scope().collection else "",
        filters.source or "",
        words.from_day.format(say.day(filters.after)) if filters.after else "",
        words.until_day.format(say.day(filters.before)) if filters.before else "",
        words.on_day.format(say.day(scope.as_of)) if scope.as_of else "",
    ]
    told = "".join(f"<li><bdi>{escape(part)}</bdi></li>" for part in parts if part)
    return (
        f'<div class="scope"><span>{words.asked_of}</span><ul>{told}</ul>'
        f'<button type="button" data-do="clear" aria-label="{words.clear_of}">{words.clear}</button></div>'
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], value: str) -> str:
    told = "".join(
        f'<option value="{escape(own)}"{" selected" if own == value else ""}>{escape(shown)}</option>'
        for own, shown in options
    )
    return _field(name, label, f'<select id="narrowing-{name}" name="{name}">{told}</select>')


def _date(name: str, label: str, day: date | None) -> str:
    value = day.isoformat() if day else ""
    control = f'<input type="date" id="narrowing-{name}" name="{name}" max="9999-12-31" value="{value}">'
    return _field(name, label, control)


def _field(name: str, label: str, control: str) -> str:
    return f'<div class="field"><label for="narrowing-{name}">{label}</label>{control}</div>'


def _day(given: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(given)
    return None
