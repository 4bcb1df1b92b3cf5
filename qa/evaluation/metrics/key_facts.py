"""The names, numbers and negations of a sentence.

The metrics do not use those of `qa.verification`, so that an error there is not hidden from them.
"""

from __future__ import annotations

from collections.abc import Iterator

from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, is_stop_word, stem
from index.text.numbers import number_value
from index.text.sentences import sentence_spans
from qa.evaluation.metrics.answer_match import tokens

_UNITS = frozenset({"percent", "dollar"})
_NEGATIONS = frozenset("no not never none nobody nothing neither nor without cannot".split())


def key_facts(text: str) -> set[str]:
    """The capitalised words of `text`, except the first of a sentence, as stems; its numbers by value; and
    "percent" or "dollar" if a number has that unit.
    """
    numbers = {token for token in tokens(text) if token[0].isdigit() or token in _UNITS}
    return numbers.union(_normalized(token) for name in _names(text) for token in tokens(name))


def missing_facts(facts: set[str], text: str) -> set[str]:
    """The facts that `text` does not have, in any case."""
    return facts - {_normalized(token) for token in tokens(text)}


def negated_words(text: str) -> set[str]:
    """The stem of the next content word after each negation."""
    negated, pending = set(), False
    for word in WORD.findall(text):
        if pending and not is_stop_word(word):
            negated.add(stem(word))
            pending = False
        pending |= word.lower() in _NEGATIONS or word.lower().endswith(("n't", "n’t"))
    return negated


def _names(text: str) -> Iterator[str]:
    for start, end in sentence_spans(text):
        for word in WORD.findall(text[start:end])[1:]:
            if word[0].isupper() and not is_stop_word(word) and number_value(word) is None:
                yield word


def _normalized(token: str) -> str:
    return token[:3] if is_calendar_word(token) else stem(token)
