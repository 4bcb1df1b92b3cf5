"""The top of the page: the name, what is in the library, the languages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from index.articles import Summary
from qa.ui.phrases import LANGUAGES, Phrases

OUTLETS = 4
WORDMARK = '<a class="wordmark" href="./" aria-label="Quoth"><span aria-hidden="true">“</span>Quoth</a>'


def masthead(say: Phrases, articles: Sequence[Summary]) -> str:
    """How many articles there are, of which days, from which outlets, and what else leads somewhere."""
    line = "".join(f"<span>{escape(fact)}</span>" for fact in facts(say, articles))
    others = "".join(
        f'<a href="../{code}/" hreflang="{code}" lang="{code}">{other.language}</a>'
        for code, other in LANGUAGES.items()
        if other is not say
    )
    return (
        f'<header class="masthead"><h1>{WORDMARK}</h1><p class="library">{line}</p>'
        f'<a class="anew" href="./">{say.new_conversation}</a>'
        f'<nav class="languages" aria-label="{say.languages}">{others}</nav></header>'
    )


def facts(say: Phrases, articles: Sequence[Summary]) -> list[str]:
    """How many, of which days, from which outlets."""
    days = sorted(article.date for article in articles if article.date)
    outlets = list(dict.fromkeys(article.source for article in articles if article.source))
    told = [say.count(len(articles), say.articles)]
    if days:
        told.append(say.day(days[0]) if days[0] == days[-1] else f"{say.day(days[0])} – {say.day(days[-1])}")
    if outlets:
        named, more = ", ".join(outlets[:OUTLETS]), len(outlets) - OUTLETS
        told.append(say.more.format(named, more) if more > 0 else named)
    return told
