"""Whether a sentence orders whoever answers or retells to say something, told by how it is built.

A logistic regression over n-grams of `speech_acts`: who is addressed, which act is wanted, how it is
demanded. What the sentence is about does not count. An embedder's vector beside them found few more orders at
the same number of false alarms, and would have to be computed for every sentence. Its training sentences are
`orders.jsonl`; `make fit-orders` writes `orders.npz`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from index.embedding.text_classifier import TextClassifier
from index.text.normalization import content_words, stem, stems
from qa.guardrails.disguise import undisguised
from qa.guardrails.sanitizer import sanitize
from qa.guardrails.speech_acts import speech_acts

TRAINING, WEIGHTS = Path(__file__).with_name("orders.jsonl"), Path(__file__).with_name("orders.npz")
ORDER = "order"
# So many common words make two sentences of the same matter.
_SAME_MATTER = 2
_NUMBER, _NAME = re.compile(r"\d[\d.,:]*\d|\d"), re.compile(r"(?<=[\w,;:] )[^\W\d_a-zß-ÿ]\w+")
# An order to say something has a word for it, or at least for texts or those who answer.
_PART_ACTS = frozenset({"TELL", "PUT", "RETELL", "DROP", "ASK", "MACHINE"})
_ACTS = _PART_ACTS | {"TOLD", "TELLS", "TEXT", "YOU"}
# Fewer words and signs say too little of whom they address, and what for.
_MIN_WORDS = 6
# The cells of a table, lines, and what stands in brackets can be an order within a harmless sentence.
_PARTS = re.compile(r"[|\n()\[\]{}]+")


@lru_cache(maxsize=20_000)
def order_probability(sentence: str) -> float:
    """The probability, 0 to 1, that the sentence, or a part of it, is an order to say something."""
    classifier = TextClassifier.load(WEIGHTS)
    forms = [form_of(sentence) for sentence in (sentence, *_parts(sentence))]
    orders = [
        form
        for form, acts in zip(forms, (_ACTS, *[_PART_ACTS] * len(forms)), strict=False)
        if len(form.split()) >= _MIN_WORDS and not acts.isdisjoint(form.split())
    ]
    return max((classifier.probabilities(form, None)[ORDER] for form in orders), default=0.0)


def replaces_plain_fact(doubtful: str, plain: str) -> bool:
    """Whether a doubtful sentence gives other numbers or names than a plain one of the same matter."""
    if len(set(stems(doubtful)) & {stem(word) for word in content_words(plain)}) < _SAME_MATTER:
        return False
    return any(
        bool(own - others) and bool(others - own)
        for own, others in (
            (set(pattern.findall(doubtful)), set(pattern.findall(plain))) for pattern in (_NUMBER, _NAME)
        )
    )


@lru_cache(maxsize=4_000)
def readable(sentence: str) -> str:
    """The sentence as it is meant to be read, sanitized."""
    return sanitize(undisguised(sentence))


def form_of(sentence: str) -> str:
    """What the regression reads of a sentence."""
    return speech_acts(readable(sentence))


def _parts(sentence: str) -> list[str]:
    parts = [part for part in _PARTS.split(sentence) if part.strip()]
    return parts if len(parts) > 1 else []
