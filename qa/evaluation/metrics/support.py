"""Whether quotes hold a sentence, judged by its words alone.

ALCE asks an 11-billion-parameter model; this asks for less and can run anywhere. It is stricter than
a reader with paraphrases, and blind to words put in another order. It is also stricter than the check
that made the answer: nothing but the quotes, their titles and their days counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text.normalization import content_words, stem, stems
from qa.evaluation.metrics.key_facts import key_facts, missing_facts, negated_words
from qa.schemas import Citation

# The share of a sentence's other words that its quotes have at least.
WORDS = 0.6


def premise(citation: Citation) -> str:
    """What a citation says: title and text as in ALCE, and the day."""
    day = f"{citation.date:%d %B %Y}" if citation.date else ""
    return "\n".join((citation.title, day, citation.quote))


def supports(citations: Sequence[Citation], claim: str) -> bool:
    """Whether the citations together hold the claim: they have all its names and numbers, deny what
    it denies and nothing else of it, and have WORDS of the stems of its other words that carry matter.
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
    return not negated and len(told & had) >= WORDS * len(told)
