"""Language identification."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from index.text.terms.stop_words import function_words
from index.text.terms.words import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The beginning of a text suffices, and takes less than a millisecond.
BEGINNING = 800
# Lists of names and numbers, which have no language, stay below these.
MIN_LETTERS, MIN_PROBABILITY = 40, 0.95
_NO_LANGUAGE = "zxx"
# A question is in one of the most likely languages, each at least this likely.
LIKELIEST, LEAST_LIKELY = 5, 0.02
# Letters up to this one are Latin.
_LAST_LATIN = "\u024f"
ENGLISH = "en"


def language_of(text: str, *, min_probability: float = MIN_PROBABILITY) -> str:
    """The ISO 639 code of the language that the text begins in; empty if uncertain.

    By n-grams (Lui & Baldwin, "langid.py: An Off-the-shelf Language Identification Tool", 2012).
    """
    beginning = text[:BEGINNING]
    if sum(map(str.isalpha, beginning)) < MIN_LETTERS:
        return ""
    language, probability = _identifier().classify(beginning)
    return language if probability >= min_probability and language != _NO_LANGUAGE else ""


def language_of_query(text: str, among: Iterable[str]) -> str:
    """The most likely language of a query over articles in the languages `among`, or English."""
    possible = {*among, ENGLISH} - {""}
    if possible == {ENGLISH}:
        return ENGLISH  # without reading the model
    return _language_of_query(text, frozenset(possible))


@lru_cache(maxsize=1_000)
def _language_of_query(text: str, among: frozenset[str]) -> str:
    return next((language for language, _ in _identifier().rank(text) if language in among), ENGLISH)


@lru_cache(maxsize=1_000)
def foreign_language(text: str, among: frozenset[str]) -> str:
    """The language of a question if it is surely in none of the languages `among`; empty otherwise.

    N-grams tell the languages of a few words badly, so the words without content decide: a question has more
    of its own language than of others. A question in another script than Latin has only its own.
    """
    letters = [letter for letter in text if letter.isalpha()]
    has_script = 2 * sum(letter > _LAST_LATIN for letter in letters) > len(letters)
    written = [word.lower() for word in words(text)]
    known = max((_count(written, language) for language in among), default=0)
    if not has_script and known >= len(written) / 2:
        return ""  # without reading the model
    ranked = _identifier().rank(text)
    if has_script:
        likeliest = ranked[0][0]
        return "" if likeliest in among or likeliest == _NO_LANGUAGE else likeliest
    likely = [
        (_count(written, language), probability, language)
        for language, probability in ranked[:LIKELIEST]
        if probability >= LEAST_LIKELY
    ]
    count, _, language = max(likely, default=(0, 0.0, ""))
    return language if count > known and language not in among else ""


def is_english_instead(text: str, language: str, quotes: str = "") -> bool:
    """Whether a text that should be in the language has more of the words that English has without content:
    small models fall back into English, and often into a mixture. The words of its `quotes`, such as the name
    of a ship, do not count; nor is it told of languages whose words without content are not known.
    """
    quoted = set(words(quotes))
    written = [word.lower() for word in words(text) if word not in quoted]
    is_known = language != ENGLISH and bool(function_words(language))
    return is_known and _count(written, ENGLISH) > _count(written, language)


def _count(written: Iterable[str], language: str) -> int:
    return sum(word in function_words(language) for word in written)


def language_name(code: str) -> str:
    """The English name of the language with its code: `German (de)`."""
    name = english_name(code)
    return f"{name} ({code})" if name else code


def english_name(code: str) -> str:
    """The English name of the language, such as German; empty if there is no such language."""
    from babel import Locale

    return str(Locale("en").languages.get(code, ""))


@cache
def _identifier() -> LanguageIdentifier:
    # Half a second and 100 MB, which are only needed to add articles.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
