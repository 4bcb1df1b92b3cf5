"""Renders the window's markup from `templates/`."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from index.text.messages.messages import Messages
from qa.schemas import also_in
from qa.web.ui.html import links, text


class _CompactMarkup(Extension):
    """Drops line breaks between tags: in running text they would show as spaces."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"(?<=[>}])\s*\n\s*(?=[<{]|$)", "", source)


def _fill(phrase: str, **values: object) -> Markup:
    """Fills in a phrase; values are escaped unless they are markup."""
    return escape(phrase).format(**values)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    extensions=[_CompactMarkup],
    autoescape=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {"fill": _fill, "capitalized": text.capitalized, "shorten": text.shorten}
_ENVIRONMENT.globals |= {
    "also_in": also_in,
    "fragment": links.fragment,
    "is_web_address": links.is_web_address,
    "limits": text.limits,
    "origin": text.origin,
    "place": links.place,
    "place_of": links.place_of,
    "surroundings": text.surroundings,
}


def render(template: str, messages: Messages | None = None, **values: object) -> str:
    """Returns the template as HTML. Values are escaped; a missing one raises UndefinedError. Without
    `messages` the template has no words of its own.
    """
    if messages:
        values |= {"messages": messages, "_": messages.gettext}
        values |= {"ngettext": messages.ngettext, "pgettext": messages.pgettext}
    return _ENVIRONMENT.get_template(template).render(values)


def error(message: str) -> str:
    """An error message as one line."""
    return render("error.html", message=message)
