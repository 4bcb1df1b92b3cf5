"""What the articles say nearest to a question that they do not answer."""

from __future__ import annotations

from collections.abc import Sequence

from index.text.normalization import content_words
from qa.guardrails.sanitizer import sanitize
from qa.schemas import AnswerSentence, Citation
from qa.verification.cited_text import CitedText
from qa.verification.excerpts import Excerpt

# A sentence that fits the question less is about something else.
MIN_RELEVANCE = 0.45
# A headline or a caption has fewer words, or no full stop.
MIN_WORDS = 5


def nearest_sentence(excerpts: Sequence[Excerpt]) -> CitedText:
    """The sentence of the excerpts that fits the question best, word for word; empty if none fits."""
    whole = [
        (relevance, excerpt, nth)
        for excerpt in excerpts
        for nth, relevance in enumerate(excerpt.relevance)
        if relevance >= MIN_RELEVANCE and _is_whole(excerpt.quote(nth, nth))
    ]
    if not whole:
        return CitedText()
    _, excerpt, nth = max(whole, key=lambda candidate: candidate[0])
    start, end = excerpt.spans[nth]
    citation = Citation.of(1, excerpt.hit, start, end)
    sentence = AnswerSentence(text=sanitize(citation.quote), citations=(1,), support="supported")
    return CitedText(sentences=(sentence,), citations=(citation,))


def _is_whole(sentence: str) -> bool:
    return sentence.rstrip(" \"”’')")[-1:] in (".", "!") and len(content_words(sentence)) >= MIN_WORDS
