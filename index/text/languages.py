"""Language identification."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The beginning of a text suffices, and takes less than a millisecond.
BEGINNING = 800
# Lists of names and numbers, which have no language, stay below these.
MIN_LETTERS, MIN_PROBABILITY = 40, 0.95
_NO_LANGUAGE = "zxx"
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


def language_name(code: str) -> str:
    """The English name of the language with its code: `German (de)`."""
    from babel import Locale

    name = Locale("en").languages.get(code)
    return f"{name} ({code})" if name else code


@cache
def _identifier() -> LanguageIdentifier:
    # Half a second and 100 MB, which are only needed to add articles.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
