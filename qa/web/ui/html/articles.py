"""The library as HTML: the list of articles, the form that adds some, what was removed. All is escaped."""

from __future__ import annotations

from html import escape

from index.schemas import Article, ArticlePage, ArticleSummary
from qa.web.ui.html.reader import place
from qa.web.ui.phrases.window import Phrases
from qa.web.uploads import MAX_UPLOAD_BYTES

PAGE = 25


def articles(
    say: Phrases, page: ArticlePage, offset: int, collection: str, *, empty: bool, removable: bool
) -> str:
    """A page of the collection's list, `offset` articles in; `empty` says that there are none at all."""
    words = say.library
    if not page.articles:
        return f'<p class="none">{words.nothing_yet if empty else words.none_fit}</p>'
    rows = "".join(_row(say, article, collection, removable=removable) for article in page.articles)
    return (
        f'<p class="total" role="status">{say.count(page.total, say.articles)}</p>'
        f'<ul class="shelf">{rows}</ul>{_pages(say, page, offset)}'
    )


def _row(say: Phrases, article: ArticleSummary, collection: str, *, removable: bool) -> str:
    words = say.library
    title, own = escape(article.title or say.untitled), escape(article.id)
    facts = (article.source, say.day(article.date), say.count(article.passages, say.passages))
    where = "".join(f"<span><bdi>{escape(fact)}</bdi></span>" for fact in facts if fact)
    remove = (
        f'<button type="button" class="quiet" data-do="remove" data-id="{own}" '
        f'aria-label="{words.remove_of.format(title)}">{words.remove}</button>'
    )
    return (
        f'<li><a class="title" href="{place(article.id, collection)}" dir="auto">{title}</a>'
        f'<p class="where">{where}</p>{remove if removable else ""}</li>'
    )


def _pages(say: Phrases, page: ArticlePage, offset: int) -> str:
    if page.total <= PAGE:
        return ""
    words, last = say.library, offset + len(page.articles)
    buttons = [("newer", words.newer, offset > 0), ("older", words.older, last < page.total)]
    newer, older = (
        f'<button type="button" class="quiet" data-do="{name}"{"" if there else " disabled"}>{label}</button>'
        for name, label, there in buttons
    )
    told = words.page.format(offset + 1, last, page.total)
    return f'<nav class="pages" aria-label="{told}">{newer}<span>{told}</span>{older}</nav>'


def removed(say: Phrases, article: Article) -> str:
    """That it is removed, and the way back."""
    words = say.library
    told = words.removed.format(_named(say, article))
    return (
        f'<p class="notice" role="status"><span id="removed">{told} '
        f'<span class="hint">{words.undo_ends}</span></span>'
        '<button type="button" data-do="undo" data-focus aria-describedby="removed">'
        f"{words.undo}</button></p>"
    )


def back(say: Phrases, article: Article) -> str:
    """That it is there again."""
    told = say.library.back.format(_named(say, article))
    return f'<p class="notice" role="status" tabindex="-1" data-focus><span>{told}</span></p>'


def _named(say: Phrases, article: Article) -> str:
    return f"<bdi>{escape(article.title or say.untitled)}</bdi>"


def trouble(message: str) -> str:
    """What went wrong."""
    return f'<p class="trouble" role="alert">{escape(message[:1].upper() + message[1:])}</p>'


def nothing_to_add(say: Phrases) -> str:
    """In place of the form, for one who may not add."""
    words = say.library
    return f'<div class="adding"><h2>{words.add}</h2><p class="hint">{words.may_not}</p></div>'


def adding(say: Phrases) -> str:
    """The form that sends files and addresses; the page's script does it, in the words that stand here."""
    words = say.library
    told = "".join(
        f' data-{name.replace("_", "-")}="{escape(getattr(words, name))}"'
        for name in (
            "waiting sending reading added updated unchanged skipped nothing too_large no_address broken "
            "stopped"
        ).split()
    )
    return (
        f'<form class="adding" data-most="{MAX_UPLOAD_BYTES}"{told} aria-labelledby="adding-title">'
        f'<h2 id="adding-title">{words.add}</h2>'
        f'<label class="drop"><span>{words.drop}</span><span class="choose">{words.choose}</span>'
        f'<input type="file" multiple class="unseen" aria-label="{words.choose}"></label>'
        f'<p class="hint">{words.formats}</p>'
        f'<label class="field"><span>{words.addresses}</span><textarea name="addresses" rows="2" '
        f'placeholder="https://" spellcheck="false"></textarea></label>'
        f'<label class="field"><span>{words.into}</span><input name="into" autocomplete="off" maxlength="63" '
        f'pattern="[a-z0-9][a-z0-9_\\-]*" title="{words.into_hint}" aria-describedby="into-hint"></label>'
        f'<p class="hint" id="into-hint">{words.into_hint}</p>'
        f'<button class="main">{words.start}</button>'
        f'<button type="button" class="quiet stop" hidden>{words.stop}</button>'
        f'<ol class="outcomes" role="log" aria-label="{words.progress}"></ol></form>'
    )
