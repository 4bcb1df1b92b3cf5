"""Words as search and verification compare them: lower case, without accents and endings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from index.text.letters import in_capitals
from index.text.sentences import sentence_spans
from index.text.terms.stemming import ENGLISH, plain, stem
from index.text.terms.stop_words import is_stop_word
from index.text.terms.words import WORD, letter_pairs, paired, words

__all__ = [
    "CONTEXT_WEIGHT", "WORD", "TermWeights", "content_words", "coverage", "is_stop_word", "name_terms",
    "plain", "stem", "stems", "weighted_words",
]  # fmt: skip

# How much a word counts that stands only in a query's context.
CONTEXT_WEIGHT = 0.3
CAPITALIZES_NOUNS = frozenset({"de", "lb"})


class TermWeights(dict[str, float]):
    """The weights of a query's terms, which are stems by the rules of its `language`."""

    def __init__(self, weights: Mapping[str, float], language: str = ENGLISH) -> None:
        super().__init__(weights)
        self.language = language


def stems(text: str, language: str = ENGLISH) -> list[str]:
    """The stem of each word of `text`, in order."""
    return [stem(word, language) for word in words(text)]


def terms(word: str, language: str = ENGLISH) -> list[str]:
    """What a word is searched by: its stem, or the pairs of its letters where words are found by those."""
    return letter_pairs(word) if paired(word) else [stem(word, language)]


def content_words(text: str, language: str = "") -> list[str]:
    """The distinct words of `text` except stop words, in order, as written; all if it has no others."""
    distinct = list({word.lower(): word for word in words(text)}.values())
    return [word for word in distinct if not is_stop_word(word, language)] or distinct


def weighted_words(text: str, context: str = "", language: str = "") -> dict[str, float]:
    """The content words of a query with their weights: 1 for those of its text, CONTEXT_WEIGHT for those
    that stand only in its context. All words, with weight 1, if none carries matter.
    """

    def content(part: str) -> list[str]:
        return [word for word in content_words(part, language) if not is_stop_word(word, language)]

    weights = dict.fromkeys(content(text), 1.0)
    known = {stem(word, language) for word in weights}
    for word in content(context):
        if stem(word, language) not in known:
            weights[word] = CONTEXT_WEIGHT
    return weights or dict.fromkeys(content_words(f"{text} {context}", language), 1.0)


def name_terms(text: str, language: str = ENGLISH) -> set[str]:
    """The terms of the words of `text` that are names or numbers as they are written: with a digit, or with
    a capital letter that does not only begin the text or a sentence. Capitals tell nothing in a language that
    writes all nouns with one, and in a sentence that is written all in capitals.
    """
    named = {word for word in words(text) if any(letter.isdigit() for letter in word)}
    if language not in CAPITALIZES_NOUNS:
        sentences = [text[start:end] for start, end in sentence_spans(text)]
        cased = [words(sentence) for sentence in sentences if not in_capitals(sentence)]
        inside = {word for written in cased for word in written[1:] if word[0].isupper()}
        named |= inside
        named |= {
            written[0]
            for nth, written in enumerate(cased)
            if written and _opens_with_name(written, inside, language, is_first=nth == 0)
        }
    return {term for word in named for term in terms(word, language)}


def context_names(context: str, language: str = ENGLISH) -> set[str]:
    """The terms of those words of a query's context that are names or numbers: it is a list and no sentence,
    so a capital letter means a name wherever it stands.
    """
    cased = language not in CAPITALIZES_NOUNS
    named = (
        word
        for word in words(context)
        if (cased and word[0].isupper()) or any(letter.isdigit() for letter in word)
    )
    return {term for word in named for term in terms(word, language)}


def _opens_with_name(
    written: Sequence[str], inside: Collection[str], language: str, *, is_first: bool
) -> bool:
    """Whether the first word of a sentence is a name: it has capitals further in, is one of the names
    `inside` sentences, or is followed by one, unless it may be what the text asks to do: "Describe Veybus".
    """
    first, second = (*written, "")[:2]
    if not first[0].isupper() or is_stop_word(first, language):
        return False
    followed = second[:1].isupper() and not is_stop_word(second, language)
    return any(map(str.isupper, first[1:])) or first in inside or (followed and not is_first)


def coverage(weights: Mapping[str, float], text: str) -> float:
    """The share of the terms, by weight, that `text` contains, 0 to 1."""
    found = found_terms(weights, text)
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0.0


def found_terms(weights: Mapping[str, float], text: str) -> set[str]:
    """The terms that `text` contains, by the rules of the weights' language."""
    language = weights.language if isinstance(weights, TermWeights) else ENGLISH
    written = words(text)
    found = {stem(word, language) for word in written}
    for word in written:
        if paired(word):
            found.update(word, letter_pairs(word))
    return found
