"""What the articles say that is nearest to a question, where no draft answers it: in their own sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES = 3
# How near a sentence has to be to a question: its cosine, plus half of the share of the topic's words that
# it has; others are shown if they are nearly as near.
NEAR, CLOSE = 0.55, 0.9
# The passage around it has this share of the topic's words: it is about the same subject.
SUBJECT = 0.35


class ScoredSentence(NamedTuple):
    """A sentence with how near it is to a question, 0 to 1.5."""

    sentence: ArticleSentence
    score: float


def compose(composition: Composition) -> Composed | None:
    """One or two sentences; None if none is near enough."""
    found = nearest_sentences(composition, composition.understanding.wording, composition.topic)
    return Composed(lines=tuple(map(Line.quoted, found))) if found else None


def nearest_sentences(
    composition: Composition,
    question: str,
    topic: str,
    article_ids: Sequence[str] = (),
    least: float = NEAR,
    count: int = 2,
    close: float = CLOSE,
) -> list[ArticleSentence]:
    """At most `count` sentences that are near enough to the question to say something about it, best first;
    of the given articles, or of those found for the topic. `least` is how near is enough, and `close` the
    share of the best one's nearness that the others need.
    """
    ranked = scored_sentences(composition, question, topic, article_ids)
    return [one.sentence for one in ranked[:count] if one.score >= max(least, close * ranked[0].score)]


def scored_sentences(
    composition: Composition, question: str, topic: str, article_ids: Sequence[str] = ()
) -> list[ScoredSentence]:
    """The sentences of the given articles, or of those found for the topic, with how near they are to the
    question, best first; without those that ask.
    """
    if article_ids:
        articles = composition.collection.documents.present(article_ids)
    else:
        relevant = composition.relevant()[:MAX_ARTICLES]
        articles = [one.article for one in relevant if one.coverage >= SUBJECT]
    sentences = [one for one in composition.read(articles) if not one.is_question]
    if not sentences:
        return []
    weights = composition.collection.weights(topic or question)
    texts = [one.text for one in sentences]
    cosines = np.asarray(composition.collection.similarity(question, texts), dtype=np.float64)
    near = cosines + 0.5 * np.array([coverage(weights, text) for text in texts])
    return [ScoredSentence(sentences[at], float(near[at])) for at in np.argsort(-near, kind="stable")]
