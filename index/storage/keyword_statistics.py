"""What words a query searches for, and how rare they are: the part of a keyword index that is the same in
every database.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from index.text.languages import ENGLISH
from index.text.normalization import WORD, TermWeights, plain, terms
from index.text.terms.keyword_terms import query_terms
from index.text.terms.related_words import Vocabulary
from index.text.terms.words import paired

# Filters usually leave the k requested passages among this many best ones.
FILTERED_CANDIDATES = 300
# Common terms are left out once a search would score more passages than this, about 10 ms.
MAX_SCORED = 10_000
MIN_TERMS = 3
# The forms of a stem are read from this many passages; they have this many of its letters.
FORM_PASSAGES, FORM_LETTERS = 3, 3

Alternatives = tuple[str, ...]
"""Phrases, of which a passage has one or more."""


class KeywordStatistics(ABC):
    """Counts the words of a collection. What concerns all of it is read again after it changed."""

    def __init__(self) -> None:
        self._read_vocabulary, self._read_revision = Vocabulary(()), (-1, -1)
        self._known_languages: frozenset[str | None] = frozenset()
        self._languages_revision = (-1, -1)

    @abstractmethod
    def _revision(self) -> tuple[int, int]:
        """A value that changes with every write, of this process or of another."""

    @abstractmethod
    def _article_languages(self) -> Iterable[str | None]:
        """The languages of the articles; None stands for an article whose language is not known yet."""

    @abstractmethod
    def _total(self) -> int:
        """The number of passages."""

    @abstractmethod
    def _passage_counts(self, alternatives: Iterable[Alternatives]) -> dict[Alternatives, int]:
        """The number of passages that have any of the phrases."""

    @abstractmethod
    def stems(self) -> list[str]: ...

    def languages(self) -> frozenset[str]:
        return frozenset(language for language in self._languages() if language)

    def idf_weights(self, words: Mapping[str, float], language: str = ENGLISH) -> TermWeights:
        """By term, the weight of its word times its inverse document frequency:
        log(1 + (N - n + 0.5) / (n + 0.5)), for n of N passages that contain it.
        """
        matches = [
            (term, weight, tuple(forms))
            for word, weight in words.items()
            for term, forms in zip(terms(word, language), self._forms(word), strict=True)
        ]
        counts = self._passage_counts([forms for _, _, forms in matches])
        total = self._total()
        # While articles are being added, a term can be counted in more passages than the total.
        weights = {
            term: weight
            * math.log1p((max(total, counts[forms]) - counts[forms] + 0.5) / (counts[forms] + 0.5))
            for term, weight, forms in matches
        }
        return TermWeights(weights, language)

    def has_word(self, word: str) -> bool:
        return all(self._passage_counts([tuple(forms) for forms in self._forms(word)]).values())

    def greatest_weight(self) -> float:
        """The inverse document frequency of a term that no passage contains."""
        return math.log1p(2 * (self._total() + 0.5))

    def _forms(self, word: str) -> list[list[str]]:
        """The forms in which the index has a word, by the languages of the articles; see `query_terms`."""
        forms = query_terms(word, sorted({*self.languages(), ENGLISH}))
        # Articles whose language is not known yet have their words as they are written.
        if None in self._languages() and len(forms) == 1 and word not in forms[0]:
            return [[*forms[0], word]]
        return forms

    def _languages(self) -> frozenset[str | None]:
        revision = self._revision()
        if revision != self._languages_revision:
            self._known_languages, self._languages_revision = frozenset(self._article_languages()), revision
        return self._known_languages

    def _matches(self, words: Mapping[str, float]) -> dict[str, float]:
        """The phrases to search for, rarest first, with their weights: those of the words, and of words that
        are related to them. Without those too common to be worth their time: every passage that contains any
        of them is scored.
        """
        forms = {word: [one for phrases in self._forms(word) for one in phrases] for word in words}
        weights = {one: words[word] for word in reversed(list(words)) for one in forms[word]}
        counts = self._counts(weights)
        languages = self.languages()
        for word, weight in words.items():
            known = any(counts[one] for one in forms[word])
            if not paired(word) and (languages - {ENGLISH} or not known):
                for stem, share in self._vocabulary().related(word, languages, known=known).items():
                    weights.setdefault(stem, weight * share)
        counts |= self._counts(one for one in weights if one not in counts)
        selected: dict[str, float] = {}
        scored = 0
        for match in sorted(weights, key=lambda match: counts[match]):
            scored += counts[match]
            if len(selected) >= MIN_TERMS and scored > MAX_SCORED:
                break
            selected[match] = weights[match]
        return selected

    def _counts(self, phrases: Iterable[str]) -> dict[str, int]:
        return {
            phrase: count for (phrase,), count in self._passage_counts([(one,) for one in phrases]).items()
        }

    def _vocabulary(self) -> Vocabulary:
        revision = self._revision()
        if revision != self._read_revision:
            self._read_vocabulary, self._read_revision = Vocabulary(self.stems()), revision
        return self._read_vocabulary


def forms_in(texts: Iterable[str], term: str) -> set[str]:
    """The words of the texts that begin like the term."""
    words = {word for text in texts for word in WORD.findall(text)}
    return {word for word in words if plain(word).startswith(term[:FORM_LETTERS])}
