"""The Library view: what there is, what of it is asked, what comes and goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index.errors import QuothError
from index.schemas import Article
from qa.assistant import Assistant
from qa.auth import caller
from qa.web.ui.components import QUIET, live
from qa.web.ui.html import articles, filters
from qa.web.ui.phrases.window import Phrases
from qa.web.ui.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """What of the list is looked at: articles with `search` in title or outlet, `offset` of them in."""

    search: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedArticle:
    """An article that can be put back."""

    article: Article
    collection: str


def build(assistant: Assistant, say: Phrases, scope: gr.State) -> None:
    """The view's parts and what happens between them."""
    view = _LibraryEvents(assistant, say)
    looking, entered, kept = gr.State(ListState()), gr.State(None), gr.State(None)
    with gr.Column(elem_id="shelf"):
        form, notice, listed = live("narrowing"), live("notice"), live("articles")
    with gr.Column(elem_id="beside"):
        adding = live("adding", articles.adding(say))
    shown = [entered, form, listed]
    gr.on(None, view.opened, None, [scope, adding, *shown], **QUIET)
    # Whatever changes the scope but the form itself has the form made anew.
    scope.change(view.told, [scope, entered, looking], shown, **QUIET)
    form.input(view.narrowed, [scope], [scope, entered, looking, listed], **QUIET)
    done = [scope, kept, notice, looking, listed]
    listed.click(view.pressed, [scope, looking, kept], done, **QUIET)
    notice.click(view.put_back, [scope, kept], [scope, kept, notice], **QUIET)
    adding.upload(view.added, [scope], [scope], **QUIET)


class _LibraryEvents:
    """What the view does when something is pressed."""

    def __init__(self, assistant: Assistant, say: Phrases) -> None:
        self._assistant = assistant
        self._say = say

    def opened(self) -> list[Any]:
        """The scope of a window that opens, what may be added, and the rest as `anew`."""
        who, names = caller(), self._assistant.collections()
        seen = who.sees(Scope().collection) or not names
        scope = Scope() if seen else Scope(collection=names[0])
        adding = gr.skip() if who.has("editor") else articles.nothing_to_add(self._say)
        return [gr.skip() if seen else scope, adding, *self.anew(scope, ListState())]

    def told(self, scope: Scope, entered: Scope | None, looking: ListState) -> list[Any]:
        """The form and the list, unless the form is what tells the scope."""
        return [gr.skip()] * 3 if scope == entered else self.anew(scope, looking)

    def anew(self, scope: Scope, looking: ListState) -> list[Any]:
        """What the form was made of, the form, and the list."""
        outlets = self._assistant.sources(collection=scope.collection)
        form = filters.form(self._say, scope, looking.search, self._assistant.collections(), outlets)
        return [scope, form, self._list(scope, looking)[1]]

    def narrowed(self, before: Scope, event: gr.EventData) -> list[Any]:
        """The scope and the list after a field of the form was changed."""
        given = event._data or {}
        scope = replace(filters.chosen(given), edition=before.edition)
        looking = ListState(search=str(given.get("search", "")).strip())
        entered: Scope | None = scope
        if scope.collection != before.collection:
            # Its outlets are others: the form is made anew.
            scope, entered = replace(scope, filters=replace(scope.filters, source=None)), None
        return [scope, entered, *self._list(scope, looking)]

    def pressed(
        self, scope: Scope, looking: ListState, kept: RemovedArticle | None, event: gr.EventData
    ) -> list[Any]:
        """What a button in the list does: a page on or back, an article removed."""
        given = event._data or {}
        own, notice = str(given.get("id", "")), gr.skip()
        try:
            match given.get("do"):
                case "newer":
                    looking = replace(looking, offset=max(0, looking.offset - articles.PAGE))
                case "older":
                    looking = replace(looking, offset=looking.offset + articles.PAGE)
                case "remove":
                    article = self._assistant.article(own, collection=scope.collection)
                    self._assistant.remove([own], collection=scope.collection)
                    kept = RemovedArticle(article=article, collection=scope.collection)
                    notice, scope = articles.removed(self._say, article), _changed(scope)
        except QuothError as error:
            notice = articles.trouble(str(error))
        return [scope, kept, notice, *self._list(scope, looking)]

    def put_back(self, scope: Scope, kept: RemovedArticle | None) -> list[Any]:
        """What was removed last is there again, as it was."""
        if kept is None:
            return [scope, None, ""]
        try:
            list(self._assistant.add([kept.article], collection=kept.collection))
        except QuothError as error:
            return [scope, kept, articles.trouble(str(error))]
        return [_changed(scope), None, articles.back(self._say, kept.article)]

    def added(self, scope: Scope, event: gr.EventData) -> Scope:
        """The scope once articles were added: of another collection, where that is where they went."""
        name = (event._data or {}).get("collection")
        known = name != scope.collection and name in self._assistant.collections()
        return _changed(Scope(collection=str(name), edition=scope.edition) if known else scope)

    def _list(self, scope: Scope, looking: ListState) -> tuple[ListState, str]:
        """What is looked at, and the list; in place of a page that has become empty, the one before it."""
        filters = replace(scope.filters, as_of=scope.as_of)
        page = self._assistant.articles(
            collection=scope.collection,
            limit=articles.PAGE,
            offset=looking.offset,
            search=looking.search,
            filters=filters,
        )
        if looking.offset and not page.articles:
            return self._list(scope, replace(looking, offset=max(0, looking.offset - articles.PAGE)))
        shown = articles.articles(
            self._say,
            page,
            looking.offset,
            scope.collection,
            empty=not (filters or looking.search),
            removable=caller().has("editor"),
        )
        return looking, shown


def _changed(scope: Scope) -> Scope:
    return replace(scope, edition=scope.edition + 1)
