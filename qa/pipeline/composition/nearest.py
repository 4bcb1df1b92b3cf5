"""What the articles say that is nearest to a question, where no draft answers it: in their own sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES = 3
# How near a sentence has to be to a question: its cosine, plus half of the share of the topic's words that
# it has; a second one is shown if it is nearly as near.
NEAR, CLOSE = 0.55, 0.9
# The passage around it has this share of the topic's words: it is about the same subject.
SUBJECT = 0.35


def compose(composition: Composition) -> Composed | None:
    """At most `count` sentences; None if none is near enough."""
    found = nearest_sentences(composition, composition.understanding.wording, composition.topic)
    if not found:
        return None
    return Composed(lines=tuple(map(Line.quoted, found)))


def nearest_sentences(
    composition: Composition,
    question: str,
    topic: str,
    article_ids: Sequence[str] = (),
    least: float = NEAR,
    count: int = 2,
) -> list[ArticleSentence]:
    """One or two sentences that are near enough to the question to say something about it, best first; of the
    given articles, or of those found for the topic. `least` is how near is enough; of two
    the second has to be about as near as the first.
    """
    documents = composition.collection.documents
    if article_ids:
        articles = documents.present(article_ids)
    else:
        relevant = composition.relevant()[:MAX_ARTICLES]
        articles = [one.article for one in relevant if one.coverage >= SUBJECT]
    sentences = composition.read(articles)
    if not sentences:
        return []
    weights = composition.collection.weights(topic or question)
    texts = [one.text for one in sentences]
    cosines = np.asarray(composition.collection.similarity(question, texts), dtype=np.float64)
    near = cosines + 0.5 * np.array([coverage(weights, text) for text in texts])
    close = CLOSE if count == 2 else 0.0
    order = [int(at) for at in np.argsort(-near)[:count] if near[at] >= max(least, close * near.max())]
    return [sentences[at] for at in order]
