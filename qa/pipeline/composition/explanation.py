"""Why and how, and what a few words ask for, without a model: the sentences that fit best, with their neighbours."""

from __future__ import annotations

from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.sentences import ArticleSentence, in_order
from qa.pipeline.composition.nearest import ScoredSentence, scored_sentences

# How near the best sentence has to be to the question; a second one of the same article, nearly as near.
NEAR, CLOSE = 0.55, 0.75
MAX_BEST = 2


def compose(composition: Composition) -> Composed | None:
    """The best two sentences of the best article, each with its nearer neighbour, in the article's order; None
    if none is near enough. A reason seldom stands in one sentence.
    """
    understanding = composition.understanding
    ranked = scored_sentences(composition, understanding.wording, composition.topic)
    if not ranked or ranked[0].score < NEAR:
        return None
    own = [one for one in ranked if one.sentence.article.id == ranked[0].sentence.article.id]
    chosen: list[ArticleSentence] = []
    for best in [one for one in own if one.score >= CLOSE * own[0].score][:MAX_BEST]:
        chosen += [best.sentence, *_neighbour(best.sentence, own)]
    unique = {one.start: one for one in chosen}
    return Composed(lines=tuple(map(Line.quoted, sorted(unique.values(), key=in_order))))


def _neighbour(sentence: ArticleSentence, ranked: list[ScoredSentence]) -> list[ArticleSentence]:
    """The sentence before or after this one that is nearer to the question; the one before, if it is needed."""
    beside = [one.sentence for one in ranked if abs(one.sentence.nth - sentence.nth) == 1]
    if not sentence.stands_alone:
        before = [one for one in beside if one.nth < sentence.nth]
        beside = before or beside
    return beside[:1]
