"""The Library view: lists, filters, adds and removes articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from index.errors import QuothError
from index.schemas import Article
from index.text.messages.messages import Messages
from qa.assistant import Assistant
from qa.auth import caller
from qa.web.ui.html import articles, filters
from qa.web.ui.html.rendering import error, render
from qa.web.ui.scope import Scope
from qa.web.ui.views.components import QUIET, live


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """The visible page of the list: articles with `search` in title or outlet, from the `offset` on."""

    search: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedArticle:
    """An article that can be restored."""

    article: Article
    collection: str


def build(assistant: Assistant, messages: Messages, scope: gr.State) -> None:
    """Adds the view's components and events to the page."""
    events = _LibraryEvents(assistant, messages)
    state, form_scope, removed = gr.State(ListState()), gr.State(None), gr.State(None)
    with gr.Column(elem_id="shelf"):
        form, notice, listed = live("narrowing"), live("notice"), live("articles")
    with gr.Column(elem_id="beside"):
        upload = live("adding", articles.upload_form(messages, allowed=True))
    shown = [form_scope, form, listed]
    gr.on(None, events.open_view, None, [scope, upload, *shown], **QUIET)
    scope.change(events.scope_changed, [scope, form_scope, state], shown, **QUIET)
    form.input(events.filter, [scope], [scope, form_scope, state, listed], **QUIET)
    listed.click(events.click, [scope, state, removed], [scope, removed, notice, state, listed], **QUIET)
    notice.click(events.restore, [scope, removed], [scope, removed, notice], **QUIET)
    upload.upload(events.added, [scope], [scope], **QUIET)


class _LibraryEvents:
    """Handles the view's events. Each method returns new values of the components it is connected to."""

    def __init__(self, assistant: Assistant, messages: Messages) -> None:
        self._assistant = assistant
        self._messages = messages

    def open_view(self) -> list[Any]:
        """The scope of a new window, the upload form, and what `render` returns."""
        who, names = caller(), self._assistant.collections()
        readable = who.sees(Scope().collection) or not names
        scope = Scope() if readable else Scope(collection=names[0])
        upload = gr.skip() if who.has("editor") else articles.upload_form(self._messages, allowed=False)
        return [gr.skip() if readable else scope, upload, *self._render(scope, ListState())]

    def scope_changed(self, scope: Scope, form_scope: Scope | None, state: ListState) -> list[Any]:
        """The form and the list, unless the form itself changed the scope."""
        return [gr.skip()] * 3 if scope == form_scope else self._render(scope, state)

    def filter(self, before: Scope, event: gr.EventData) -> list[Any]:
        """The scope and the list after a field of the form has changed."""
        fields = event._data or {}
        scope = replace(filters.scope_of(fields), edition=before.edition)
        state = ListState(search=str(fields.get("search", "")).strip())
        form_scope: Scope | None = scope
        if scope.collection == before.collection:
            scope = form_scope = scope.choosing(before.chosen)
        else:
            # Another collection has other outlets: the form must be rendered again.
            scope, form_scope = replace(scope, filters=replace(scope.filters, source=None)), None
        return [scope, form_scope, *self._list(scope, state)]

    def click(
        self, scope: Scope, state: ListState, removed: RemovedArticle | None, event: gr.EventData
    ) -> list[Any]:
        """Turns a page, or removes an article."""
        data = event._data or {}
        notice = gr.skip()
        try:
            match data.get("do"):
                case "previous":
                    state = replace(state, offset=max(0, state.offset - articles.PAGE_SIZE))
                case "next":
                    state = replace(state, offset=state.offset + articles.PAGE_SIZE)
                case "remove":
                    article_id = str(data.get("id", ""))
                    article = self._assistant.article(article_id, collection=scope.collection)
                    self._assistant.remove([article_id], collection=scope.collection)
                    removed = RemovedArticle(article=article, collection=scope.collection)
                    notice = render("library/removed.html", self._messages, article=article)
                    scope = _next_edition(scope.choosing(one for one in scope.chosen if one != article_id))
        except QuothError as failure:
            notice = error(self._messages.told(failure.message))
        return [scope, removed, notice, *self._list(scope, state)]

    def restore(self, scope: Scope, removed: RemovedArticle | None) -> list[Any]:
        """Adds the article that was removed last again."""
        if removed is None:
            return [scope, None, ""]
        try:
            list(self._assistant.add([removed.article], collection=removed.collection))
        except QuothError as failure:
            return [scope, removed, error(self._messages.told(failure.message))]
        notice = render("library/restored.html", self._messages, article=removed.article)
        return [_next_edition(scope), None, notice]

    def added(self, scope: Scope, event: gr.EventData) -> Scope:
        """The scope after articles were added: the collection that they were added to."""
        name = (event._data or {}).get("collection")
        moved = name != scope.collection and name in self._assistant.collections()
        return _next_edition(Scope(collection=str(name), edition=scope.edition) if moved else scope)

    def _render(self, scope: Scope, state: ListState) -> list[Any]:
        """The scope that the form shows, the form, and the list."""
        outlets = self._assistant.sources(collection=scope.collection)
        form = filters.form(self._messages, scope, state.search, self._assistant.collections(), outlets)
        return [scope, form, self._list(scope, state)[1]]

    def _list(self, scope: Scope, state: ListState) -> tuple[ListState, str]:
        """The state and the list; a page that has become empty is replaced by the one before it."""
        # Chosen articles limit the questions: the others can still be chosen too.
        filters = replace(scope.filters, as_of=scope.as_of, article_ids=())
        page = self._assistant.articles(
            collection=scope.collection,
            limit=articles.PAGE_SIZE,
            offset=state.offset,
            search=state.search,
            filters=filters,
        )
        if state.offset and not page.articles:
            return self._list(scope, replace(state, offset=max(0, state.offset - articles.PAGE_SIZE)))
        shown = articles.articles(
            self._messages,
            page,
            state.offset,
            scope.collection,
            empty=not (filters or state.search),
            removable=caller().has("editor"),
        )
        return state, shown


def _next_edition(scope: Scope) -> Scope:
    return replace(scope, edition=scope.edition + 1)
