"""What the keyword index has of a text, and what a word of a query is there.

English passages, and those of unknown language, are indexed as they are written, and stemmed by the index
itself; others by the stems of their language. Chinese, Japanese and Korean are indexed by letters and pairs
of letters, which any segmentation of a query into words has in common with that of the passage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from index.text.letters import normalize_letters
from index.text.terms.stemming import ENGLISH, plain, porter_stem, stem
from index.text.terms.words import letter_pairs, paired, paired_runs, word_parts, words

_LATIN = re.compile("[\0-\u036f\u1e00-\u1eff\u2000-\u2bff\ua720-\ua7ff\ufb00-\ufb06\ufffd]*")
_PARTS = re.compile(r"[^\W_]+")
# Hebrew writes "and", "the", "in", "to" … as the first letter of a word.
_HEBREW_PREFIXED = re.compile("[הובלכמש](?=[\u05d0-\u05ea]{3})")


def index_text(text: str, language: str) -> str:
    """The text, in a language (ISO 639; empty if unknown), as the keyword index stores it."""
    text = normalize_letters(text)
    if language in ("", ENGLISH) and _LATIN.fullmatch(text):
        return text
    return " ".join(_stemmed(text, language))


def index_terms(text: str, language: str) -> Counter[str]:
    """The terms by which a keyword index that knows no phrases has a text, in a language as in `index_text`,
    and how often: each word's, and beside the parts of a word such as "U.S." all of them joined by spaces.
    """
    counts: Counter[str] = Counter()
    for part, in_pairs in paired_runs(normalize_letters(text)):
        if in_pairs:
            counts.update(map(phrase_term, (*part, *(letter_pairs(part) if len(part) > 1 else ()))))
            continue
        for word, count in Counter(words(part)).items():
            for term in _terms(word, language):
                counts[term] += count
    return counts


@lru_cache(maxsize=200_000)
def _terms(word: str, language: str) -> tuple[str, ...]:
    terms = [phrase_term(form) for form in _forms(word, language)]
    return tuple(one for term in terms for one in (term, *(term.split(" ") if " " in term else ())))


@lru_cache(maxsize=20_000)
def phrase_term(phrase: str) -> str:
    """The term of a word or phrase of `query_terms`: the stems of its parts, joined by spaces."""
    return " ".join(map(porter_stem, _PARTS.findall(plain(phrase))))


def query_terms(word: str, languages: Iterable[str]) -> list[list[str]]:
    """The phrases by which passages in these languages have the word, alternatives in one list: one such
    list for most words, one for each pair of letters for those that are found by pairs.
    """
    if paired(word):
        return [[pair] for pair in letter_pairs(word)]
    forms = [form for language in languages for form in _forms(word, language)]
    # Two forms that the index stems alike would count twice.
    distinct = {tuple(map(porter_stem, word_parts(form))): form for form in reversed(forms)}
    return [list(distinct.values())]


def _forms(word: str, language: str) -> list[str]:
    if language in ("", ENGLISH) and _LATIN.fullmatch(word):
        return [word]
    stemmed = " ".join(stem(part, language) for part in word_parts(word)) or word
    return [stemmed, *_without_prefix(word)]


def _stemmed(text: str, language: str) -> Iterator[str]:
    for part, in_pairs in paired_runs(text):
        if in_pairs:
            yield from (*part, *(letter_pairs(part) if len(part) > 1 else ()))
            continue
        for word in words(part):
            if language in ("", ENGLISH) and _LATIN.fullmatch(word):
                yield word
            else:
                yield from (stem(piece, language) for piece in word_parts(word))
                yield from _without_prefix(word)


def _without_prefix(word: str) -> list[str]:
    return [plain(word)[1:]] if _HEBREW_PREFIXED.match(word) else []
