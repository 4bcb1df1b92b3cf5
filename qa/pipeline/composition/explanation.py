"""Reasons, yes-no questions and keywords without a model: the sentences that fit best, with neighbours."""

from __future__ import annotations

from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.sentences import ArticleSentence, in_order
from qa.pipeline.composition.nearest import ScoredSentence, scored_sentences

# How near the best sentence has to be to the question; a second one of the same article, nearly as near.
NEAR, CLOSE = 0.55, 0.75
# How near one has to be to a yes-no question, to which a sentence about the matter is worth showing.
NEAR_POLAR = 0.45
MAX_BEST = 3
# What the similarity of an article's title with the question, and the share of the question's words in it,
# count beside its nearest sentence.
TITLE = 0.5


def compose(composition: Composition) -> Composed | None:
    """The best sentences of the best article, each with its nearer neighbour, in the article's order; None
    if none is near enough. A reason seldom stands in one sentence.
    """
    understanding = composition.understanding
    ranked = scored_sentences(composition, understanding.wording, composition.topic)
    if not ranked or ranked[0].score < NEAR:
        return None
    best_article = _best_article(composition, ranked)
    own = [one for one in ranked if one.sentence.article.id == best_article]
    chosen: list[ArticleSentence] = []
    for best in [one for one in own if one.score >= CLOSE * own[0].score][:MAX_BEST]:
        chosen += [best.sentence, *_neighbour(best.sentence, own)]
    unique = {one.start: one for one in chosen}
    return Composed(lines=tuple(map(Line.quoted, sorted(unique.values(), key=in_order))))


def compose_polar(composition: Composition) -> Composed | None:
    """To a yes-no question, the nearest sentences and neither yes nor no, which nothing here can prove."""
    ranked = scored_sentences(composition, composition.understanding.wording, composition.topic)
    if not ranked or ranked[0].score < NEAR_POLAR:
        return None
    best, *others = [one.sentence for one in ranked[:MAX_BEST] if one.score >= CLOSE * ranked[0].score]
    own = [one for one in ranked if one.sentence.article.id == best.article.id]
    chosen = list(dict.fromkeys([best, *_neighbour(best, own), *others]))
    careful = composition.messages.gettext("The articles say:")
    lines = [Line.quoted(one, "" if nth else f"{careful} ") for nth, one in enumerate(chosen)]
    return Composed(lines=tuple(lines))


def _best_article(composition: Composition, ranked: list[ScoredSentence]) -> str:
    """The id of the article with the nearest sentence, by the sentence and by the article's title."""
    best: dict[str, ScoredSentence] = {}
    for one in ranked:
        best.setdefault(one.sentence.article.id, one)
    titles = [one.sentence.article.title for one in best.values()]
    near = composition.collection.similarity(composition.understanding.wording, titles)
    weights = composition.collection.weights(composition.understanding.wording)
    scores = [
        one.score + TITLE * (float(similarity) + coverage(weights, title))
        for one, similarity, title in zip(best.values(), near, titles, strict=True)
    ]
    return list(best)[scores.index(max(scores))]


def _neighbour(sentence: ArticleSentence, ranked: list[ScoredSentence]) -> list[ArticleSentence]:
    """The sentence before or after this one that is nearer to the question, if any; the one before, where
    this one needs it.
    """
    beside = [one.sentence for one in ranked if abs(one.sentence.nth - sentence.nth) == 1]
    if not sentence.stands_alone:
        before = [one for one in beside if one.nth < sentence.nth]
        beside = before or beside
    return beside[:1]
