"""A lexical test of whether quotes support a sentence.

ALCE uses an 11-billion-parameter entailment model; this test runs anywhere. It rejects more paraphrases than
a reader would, and ignores word order. It is stricter than the verification of the answer: only the quotes,
their titles and their dates count.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text.normalization import content_words, stem, stems
from qa.evaluation.metrics.key_facts import key_facts, missing_facts, negated_words
from qa.schemas import Citation

# The minimum share of a sentence's other words in its quotes.
MIN_OVERLAP = 0.6


def premise(citation: Citation) -> str:
    """Returns title and quote as in ALCE, and the date."""
    day = f"{citation.date:%d %B %Y}" if citation.date else ""
    return "\n".join((citation.title, day, citation.quote))


def supports(citations: Sequence[Citation], claim: str) -> bool:
    """Whether the citations together support the claim: they contain all its names and numbers, agree with it
    in negation, and contain MIN_OVERLAP of the stems of its other content words.
    """
    if not citations:
        return False
    text = "\n".join(map(premise, citations))
    if missing_facts(key_facts(claim), text):
        return False
    quoted = "\n".join(citation.quote for citation in citations)
    had, told = set(stems(text)), {stem(word) for word in content_words(claim)} - key_facts(claim)
    own, theirs = negated_words(claim), negated_words(quoted)
    negated = (theirs - own) & set(stems(claim)) or (own - theirs) & had
    return not negated and len(told & had) >= MIN_OVERLAP * len(told)
