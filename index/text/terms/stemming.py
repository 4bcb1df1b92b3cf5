"""Stems by language and script."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

ENGLISH = "en"
# The Snowball algorithms (snowballstem.org) by language; those of other languages are not stemmed.
_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
# Scripts, the languages written in them, and the one by whose rules a word is stemmed whose language is
# another or not known. What is in none of them is in Latin letters, or not stemmed.
_SCRIPTS: tuple[tuple[re.Pattern[str], frozenset[str], str], ...] = (
    (re.compile("[\u0400-\u052f]"), frozenset({"ru", "sr"}), "ru"),
    (re.compile("[\u0600-\u06ff\u0750-\u077f]"), frozenset({"ar", "fa", "ur", "ps", "ug", "ku"}), "ar"),
    (re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), frozenset({"el"}), "el"),
    (re.compile("[\u0530-\u058f]"), frozenset({"hy"}), "hy"),
    (re.compile("[\u0900-\u097f]"), frozenset({"hi", "ne", "mr"}), "hi"),
    (re.compile("[\u0b80-\u0bff]"), frozenset({"ta"}), "ta"),
    (re.compile("[\u0590-\u05ff\u0700-\u08ff\u0980-\u0b7f\u0c00-\uabff]"), frozenset(), ""),
)
_NOT_LATIN = frozenset().union(*(languages for _, languages, _ in _SCRIPTS)) - {"sr", "ku"}
# Persian and Urdu keyboards have other letters for two Arabic ones.
_ARABIC_LETTERS = str.maketrans("یىکہۀ", "يیكهه") | str.maketrans("ى", "ي")
_PORTER = "porter"
_stemmers = threading.local()


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = ENGLISH) -> str:
    """The word's stem by the rules of a language (ISO 639): "offers", "Offered" and "offer" have the stem
    "offer". A word in another script than the language's is stemmed by those of the script's main language.
    """
    lower = unicodedata.normalize("NFC", word.lower().replace("’", "'"))
    rules = _rules(lower, language)
    if rules == ENGLISH:
        return _snowball(rules, plain(lower).removesuffix("'s"))
    return plain(_snowball(rules, lower.translate(_ARABIC_LETTERS)) if rules in _ALGORITHMS else lower)


def porter_stem(word: str) -> str:
    """The stem that SQLite's keyword index makes of a word."""
    return _snowball(_PORTER, plain(word))


def plain(word: str) -> str:
    """The word in lower case and without accents."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _rules(word: str, language: str) -> str:
    if not word.isascii():
        for letters, languages, main in _SCRIPTS:
            if letters.search(word):
                return language if language in languages else main
    return ENGLISH if not language or language in _NOT_LATIN else language


def _snowball(language: str, word: str) -> str:
    # A stemmer must not be used by two threads at once.
    stemmer = getattr(_stemmers, language, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer(_ALGORITHMS.get(language, language))
        setattr(_stemmers, language, stemmer)
    return str(stemmer.stemWord(word))
