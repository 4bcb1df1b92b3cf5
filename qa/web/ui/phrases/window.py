"""The window's own words in each language: what all views share, and the views' words below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from babel.core import negotiate_locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal

from index.schemas import Article, ArticleSummary, first_day
from qa.schemas import Citation, Limit, RetrievedPassage, Understood
from qa.web.ui.phrases import Counted, ask, check, library, quality, sources
from qa.web.ui.phrases.ask import AskPhrases
from qa.web.ui.phrases.check import CheckPhrases
from qa.web.ui.phrases.library import LibraryPhrases
from qa.web.ui.phrases.quality import QualityPhrases
from qa.web.ui.phrases.sources import SourcePhrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The window's words in one language. A missing phrase is a type error.

    `{}` marks what is filled in. `Counted` phrases are passed to `count`.
    """

    language: str
    locale: str
    views: Mapping[str, str]

    articles: Counted
    quotes: Counted
    passages: Counted
    more: str
    untitled: str
    undo: str

    new: str
    new_conversation: str
    conversations: str
    no_conversations: str
    saved_here: str
    not_saved: str
    rename: str
    delete: str
    deleted: str
    asked_on: str
    signed_in: str
    sign_out: str

    ask: AskPhrases
    check: CheckPhrases
    sources: SourcePhrases
    library: LibraryPhrases
    quality: QualityPhrases

    def count(self, number: int, phrase: Counted) -> str:
        """Returns the phrase with the number, such as `1 quote` or `1,200 quotes`."""
        return phrase[number != 1].format(format_decimal(number, locale=self.locale))

    def day(self, day: date | None) -> str:
        """Formats the day, such as `27 Oct 2022`; empty for None."""
        return str(format_skeleton("yMMMd", day, locale=self.locale)) if day else ""

    def dated(self, found: Article | ArticleSummary | Citation | RetrievedPassage) -> str:
        """Formats the date as far as it is known, such as `27 Oct 2022`, `Oct 2022` or `2022`."""
        if found.date or "-" not in found.period:
            return self.day(found.date) or found.period
        return str(format_skeleton("yMMM", first_day(found.period), locale=self.locale))

    def age(self, published: date, asked: date) -> str:
        """Returns the time between the two days, such as `3 weeks before the question`."""
        if published == asked:
            return self.sources.same_day
        span = format_timedelta(abs(asked - published), threshold=1.5, locale=self.locale)
        phrase = self.sources.before_question if published < asked else self.sources.after_question
        return phrase.format(span)

    def seconds(self, seconds: float) -> str:
        """Formats the seconds with one decimal, such as `1.5`."""
        return str(format_decimal(seconds, "0.0", locale=self.locale))

    def limits(self, understood: Understood) -> dict[Limit, str]:
        """What the question limited its articles to: an outlet, `1 Mar 2024 – 31 Mar 2024`, a title."""
        days = dict.fromkeys(filter(None, (self.day(understood.after), self.day(understood.before))))
        limits: dict[Limit, str] = {
            "outlet": understood.source or "",
            "dates": " – ".join(days),
            "article": understood.article_title,
        }
        return {limit: text for limit, text in limits.items() if text}

    def origin(self, found: Citation | RetrievedPassage) -> str:
        """Returns title, outlet and day in one line."""
        return ", ".join(filter(None, (found.title or self.untitled, found.source, self.dated(found))))


ENGLISH = Phrases(
    language="English",
    locale="en_GB",
    views=MappingProxyType({"ask": "Ask", "check": "Check", "library": "Library", "quality": "Quality"}),
    articles=("{} article", "{} articles"),
    quotes=("{} quote", "{} quotes"),
    passages=("{} passage", "{} passages"),
    more="{} and {} more",
    untitled="Untitled",
    undo="Undo",
    new="New",
    new_conversation="New conversation",
    conversations="Conversations",
    no_conversations="No conversations yet. They are saved in this browser as you ask.",
    saved_here="Saved only in this browser.",
    not_saved="This browser does not allow saving. Conversations are lost when you leave the page.",
    rename="Rename",
    delete="Delete",
    deleted="Conversation deleted.",
    asked_on="Asked on {}",
    signed_in="Signed in as {} ({})",
    sign_out="Sign out",
    ask=ask.ENGLISH,
    check=check.ENGLISH,
    sources=sources.ENGLISH,
    library=library.ENGLISH,
    quality=quality.ENGLISH,
)

GERMAN = Phrases(
    language="Deutsch",
    locale="de",
    views=MappingProxyType(
        {"ask": "Fragen", "check": "Prüfen", "library": "Bibliothek", "quality": "Qualität"}
    ),
    articles=("{} Artikel", "{} Artikel"),
    quotes=("{} Zitat", "{} Zitate"),
    passages=("{} Textstelle", "{} Textstellen"),
    more="{} und {} weitere",
    untitled="Ohne Titel",
    undo="Rückgängig",
    new="Neu",
    new_conversation="Neues Gespräch",
    conversations="Gespräche",
    no_conversations="Noch keine Gespräche. Sie werden beim Fragen in diesem Browser gespeichert.",
    saved_here="Nur in diesem Browser gespeichert.",
    not_saved="Dieser Browser erlaubt kein Speichern. Gespräche gehen beim Verlassen der Seite verloren.",
    rename="Umbenennen",
    delete="Löschen",
    deleted="Gespräch gelöscht.",
    asked_on="Gefragt am {}",
    signed_in="Angemeldet als {} ({})",
    sign_out="Abmelden",
    ask=ask.GERMAN,
    check=check.GERMAN,
    sources=sources.GERMAN,
    library=library.GERMAN,
    quality=quality.GERMAN,
)

LANGUAGES: Mapping[str, Phrases] = MappingProxyType({"en": ENGLISH, "de": GERMAN})


def preferred_language(accept_language: str) -> str:
    """Returns the best language for an `Accept-Language` header; English where none of them fits."""
    weighted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return negotiate_locale([tag for _, tag in sorted(weighted)], list(LANGUAGES), sep="-") or "en"
