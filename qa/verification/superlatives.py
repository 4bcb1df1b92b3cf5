"""Ranks of superlatives: "the fourth longest-running" does not prove "the longest-running"."""

from __future__ import annotations

import re

_RANK = (
    r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,3}(?:st|nd|rd|th)|next|one of the)"
)
_SUPERLATIVE = re.compile(
    rf"(?:\b(?P<rank>{_RANK})[ -]{{1,3}})?"
    r"\b(?P<word>(?:most|least) [^\W\d_]+|best|worst|[^\W\d_]{2,}est)\b",
    re.IGNORECASE,
)
# Nouns and verbs that end like superlatives, and are counted ("the third test").
_OTHER = frozenset(
    "arrest chest conquest contest forest guest harvest inquest interest nest protest quest request rest test"
    " west".split()
)


def is_outranked(claim: str, quote: str) -> bool:
    """Whether the claim has a superlative that the quote has with other ranks only."""
    own, quoted = _ranks(claim), _ranks(quote)
    return any(not ranks & quoted[word] for word, ranks in own.items() if word in quoted)


def _ranks(text: str) -> dict[str, set[str]]:
    """The ranks of each superlative of the text, in lower case; an empty one for the first rank."""
    ranks: dict[str, set[str]] = {}
    for found in _SUPERLATIVE.finditer(text):
        word = found["word"].lower()
        if word not in _OTHER:
            ranks.setdefault(word, set()).add((found["rank"] or "").lower())
    return ranks
