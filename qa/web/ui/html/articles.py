"""The library as HTML: the list of articles, and the form that adds some."""

from __future__ import annotations

from dataclasses import asdict

from index.schemas import ArticlePage
from qa.web.ui.html.rendering import render
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import MAX_CHOSEN
from qa.web.uploads import MAX_UPLOAD_BYTES

PAGE_SIZE = 25


def articles(
    phrases: Phrases, page: ArticlePage, offset: int, collection: str, *, empty: bool, removable: bool
) -> str:
    """A page of the list, which starts `offset` articles in. `empty` means the collection has none."""
    return render(
        "library/articles.html",
        phrases=phrases,
        page=page,
        page_size=PAGE_SIZE,
        max_chosen=MAX_CHOSEN,
        offset=offset,
        collection=collection,
        empty=empty,
        removable=removable,
    )


def upload_form(phrases: Phrases, *, allowed: bool) -> str:
    """The form that adds files and addresses, or why the caller may not. The page's script sends it and
    shows the results in the words of its `data-` attributes.
    """
    return render(
        "library/upload.html",
        phrases=phrases,
        allowed=allowed,
        max_bytes=MAX_UPLOAD_BYTES,
        uploads=asdict(phrases.library.uploads),
    )
