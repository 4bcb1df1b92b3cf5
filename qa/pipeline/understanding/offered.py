"""The questions that Quoth itself offers, in every language of its messages, and what each asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from index.collection import Collection
from index.text.messages.catalogue import languages, messages_in
from index.text.messages.messages import Messages
from index.text.messages.phrase import Phrase
from qa.pipeline.understanding.kinds import KindGuess
from qa.schemas import Kind

SUMMARISE = Phrase("Summarise the article “{title}”.", title="")
EVERYONE = Phrase("List everyone named in the article “{title}”.", title="")
OVERVIEW = Phrase("What are these articles about?")
THIS = Phrase("Summarise this article.")
THESE = Phrase("Summarise these articles.")
_ASKS: Mapping[Phrase, tuple[Kind, str]] = MappingProxyType(
    {
        SUMMARISE: ("summary", "article"),
        EVERYONE: ("list", "person"),
        OVERVIEW: ("overview", ""),
        THIS: ("summary", "article"),
        THESE: ("summary", "topic"),
    }
)


def words_for(collection: Collection, article_id: str, language: str) -> Messages:
    """The messages of the article's language; without any, those of the given `language`."""
    return languages().get(collection.documents.language(article_id)) or messages_in(language)


class OfferedQuestion(NamedTuple):
    """What an offered question asks for; `title` is that of the article that it names, or empty."""

    guess: KindGuess
    title: str


def offered(question: str) -> OfferedQuestion | None:
    """The question as one that is offered; None if it is another, in other words. Words of other languages
    are not known to what tells kinds of questions apart.
    """
    asked = _plain(question)
    for form, (kind, detail) in _forms():
        if found := form.fullmatch(asked):
            guess = KindGuess(kind=kind, detail=detail, probability=1.0)
            return OfferedQuestion(guess, found.groupdict().get("title", ""))
    return None


@cache
def _forms() -> tuple[tuple[re.Pattern[str], tuple[Kind, str]], ...]:
    return tuple(
        (_form(messages.gettext(phrase.form)), asks)
        for messages in languages().values()
        for phrase, asks in _ASKS.items()
    )


def _form(text: str) -> re.Pattern[str]:
    escaped = re.escape(_plain(text)).replace(r"\{title\}", "(?P<title>.+)")
    return re.compile(escaped, re.IGNORECASE)


def _plain(text: str) -> str:
    """The text as people type it, with plain spaces and apostrophes and no full stop."""
    return " ".join(text.replace("’", "'").split()).rstrip(".")
