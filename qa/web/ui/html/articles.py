"""The library as HTML: the list of articles, and the form that adds some."""

from __future__ import annotations

from index.schemas import ArticlePage
from index.text.messages.messages import Messages
from qa.web.ui.html.rendering import render
from qa.web.ui.scope import MAX_CHOSEN
from qa.web.uploads import MAX_UPLOAD_BYTES

PAGE_SIZE = 25


def articles(
    messages: Messages, page: ArticlePage, offset: int, collection: str, *, empty: bool, removable: bool
) -> str:
    """A page of the list, which starts `offset` articles in. `empty` means the collection has none."""
    return render(
        "library/articles.html",
        messages,
        page=page,
        page_size=PAGE_SIZE,
        max_chosen=MAX_CHOSEN,
        offset=offset,
        collection=collection,
        empty=empty,
        removable=removable,
    )


def upload_form(messages: Messages, *, allowed: bool) -> str:
    """The form that adds files and addresses, or why the caller may not. The page's script sends it and
    shows the results in the words of its `data-` attributes.
    """
    return render(
        "library/upload.html",
        messages,
        allowed=allowed,
        max_bytes=MAX_UPLOAD_BYTES,
        uploads=_outcomes(messages),
    )


def _outcomes(messages: Messages) -> dict[str, str]:
    """What becomes of each file and address, by the name of the form's attribute."""
    return {
        "waiting": messages.gettext("waiting"),
        "sending": messages.gettext("uploading"),
        "reading": messages.gettext("reading"),
        "added": messages.gettext("{number} added"),
        "updated": messages.gettext("{number} updated"),
        "replaced": messages.gettext("replaced: {titles}"),
        "unchanged": messages.gettext("{number} unchanged"),
        "skipped": messages.gettext("{number} skipped"),
        "nothing": messages.gettext("no articles found"),
        "too-large": messages.gettext("larger than 25 MB; split the file"),
        "no-address": messages.gettext("use an address that starts with http:// or https://"),
        "broken": messages.gettext("connection lost; articles added so far are kept"),
        "stopped": messages.gettext("stopped; articles added so far are kept"),
    }
