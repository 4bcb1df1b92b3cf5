"""The articles that questions and checks are limited to by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from index.errors import QuothError
from index.schemas import Article
from qa.assistant import Assistant
from qa.web.ui.scope import MAX_CHOSEN, Scope


def choose(assistant: Assistant, scope: Scope, sent: Mapping[str, object]) -> Scope:
    """The scope limited to the articles that the page sent; as it was if the caller can read none of them."""
    collection, given = str(sent.get("collection") or Scope().collection), sent.get("articles")
    ids = [str(id_) for id_ in given][:MAX_CHOSEN] if isinstance(given, list) else []
    found = [article.id for article in _present(assistant, ids, collection)]
    return Scope(collection=collection, edition=scope.edition).choosing(found) if found else scope


def titles_of(assistant: Assistant, scope: Scope) -> dict[str, str]:
    """The titles of the chosen articles, by id."""
    return {article.id: article.title for article in _present(assistant, scope.chosen, scope.collection)}


def _present(assistant: Assistant, ids: Iterable[str], collection: str) -> Iterator[Article]:
    for id_ in ids:
        with suppress(QuothError):
            yield assistant.article(id_, collection=collection)
