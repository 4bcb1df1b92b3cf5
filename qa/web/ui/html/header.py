"""The top of the page: the name, what is in the library, conversations, languages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from index.schemas import ArticleSummary
from qa.auth import OWNER, Caller
from qa.web.auth.permissions import SIGN_OUT
from qa.web.ui.phrases.window import LANGUAGES, Phrases

OUTLETS = 4
WORDMARK = '<a class="wordmark" href="./" aria-label="Quoth"><span aria-hidden="true">“</span>Quoth</a>'


def masthead(say: Phrases, who: Caller = OWNER) -> str:
    """The name, and what else leads somewhere; a way out for one who is signed in."""
    others = "".join(
        f'<a href="../{code}/" hreflang="{code}" lang="{code}" title="{other.language}">'
        f'<span aria-hidden="true">{code.upper()}</span><span class="unseen">{other.language}</span></a>'
        for code, other in LANGUAGES.items()
        if other is not say
    )
    return (
        f'<header class="masthead"><h1>{WORDMARK}</h1><nav aria-label="Quoth">'
        f'<a class="anew" href="./" aria-label="{say.new_conversation}">{say.anew}</a>'
        f'<button type="button" popovertarget="conversations">{say.conversations}</button>'
        f"{others}{_way_out(say, who)}</nav></header>"
        f"{_conversations(say)}"
    )


def facts(say: Phrases, articles: Sequence[ArticleSummary]) -> list[str]:
    """How many articles there are, of which days, from which outlets."""
    days = sorted(article.date for article in articles if article.date)
    outlets = list(dict.fromkeys(article.source for article in articles if article.source))
    told = [say.count(len(articles), say.articles)]
    if days:
        told.append(say.day(days[0]) if days[0] == days[-1] else f"{say.day(days[0])} – {say.day(days[-1])}")
    if outlets:
        named, more = ", ".join(outlets[:OUTLETS]), len(outlets) - OUTLETS
        told.append(say.more.format(named, more) if more > 0 else named)
    return told


def _way_out(say: Phrases, who: Caller) -> str:
    if who == OWNER:
        return ""
    told = escape(say.signed_in.format(who.name, who.role))
    return f'<form method="post" action="..{SIGN_OUT}"><button title="{told}">{say.sign_out}</button></form>'


def _conversations(say: Phrases) -> str:
    """The list of what the browser keeps, empty, and the rows that the page fills it with."""
    deeds = "".join(
        f'<button type="button" data-deed="{do}">{label}</button>'
        for do, label in (
            ("rename", say.rename),
            ("markdown", "Markdown"),
            ("json", "JSON"),
            ("delete", say.delete),
        )
    )
    return (
        f'<section id="conversations" popover aria-label="{say.conversations}">'
        f"<h2>{say.conversations}</h2>"
        f'<ol></ol><p class="none">{say.no_conversations}</p><p class="hint">{say.kept_here}</p>'
        f'<p class="forgets">{say.not_kept}</p></section>'
        f'<template id="conversation"><li><a></a><time></time><div>{deeds}</div></li></template>'
        f'<template id="deleted"><li><span role="status">{say.deleted}</span> '
        f'<button type="button">{say.undo}</button></li></template>'
        f'<template id="search-as"><form class="search-as"><input name="searched" maxlength="2000" '
        f'aria-label="{say.searched_for}" dir="auto"><button type="submit">{say.search_this}</button>'
        f"</form></template>"
        f'<template id="phrases" data-copied="{say.copied}" data-thanks="{say.thanks}" '
        f'data-locale="{say.locale.replace("_", "-")}"></template>'
    )
