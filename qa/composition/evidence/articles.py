"""Which articles a topic is about."""

from __future__ import annotations

from dataclasses import dataclass

from index.collection import Collection
from index.schemas import Article, Filters
from index.text.normalization import coverage

# How many passages are searched for articles.
PASSAGES = 40
# The characters at an article's beginning that say what it is about.
LEDE = 400
# An article is about a topic if its title and beginning have this share of the topic's words, by weight, or
# if its best passage is this similar and has half of them.
ABOUT, SIMILAR, SIMILAR_COVERAGE = 0.66, 0.5, 0.5
# An article mentions a topic if a passage has this share of its words.
MENTIONS = 0.9
# An article below this share of the best one's relevance is about something else.
CLOSE = 0.72


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevantArticle:
    """An article with how well it fits a topic, all 0 to 1: `relevance`, the similarity and coverage of
    its best passage, and the coverage of its title and beginning, `lede`.
    """

    article: Article
    relevance: float
    similarity: float
    coverage: float
    lede: float

    @property
    def is_about(self) -> bool:
        return self.lede >= ABOUT or (self.similarity >= SIMILAR and self.coverage >= SIMILAR_COVERAGE)

    @property
    def mentions(self) -> bool:
        return self.coverage >= MENTIONS or self.is_about


def relevant_articles(
    collection: Collection, topic: str, filters: Filters, *, duplicates: bool = False
) -> list[RelevantArticle]:
    """The articles found for a topic, best first; with `duplicates` also copies of others."""
    weights = collection.weights(topic)
    found: dict[str, RelevantArticle] = {}
    for hit in collection.search(topic, k=PASSAGES, filters=filters):
        copies = [one.id for one in hit.also] if duplicates else []
        for article_id in (hit.passage.article_id, *copies):
            article = collection.documents.article(article_id)
            lede = coverage(weights, f"{article.title} {article.text[:LEDE]}")
            one = RelevantArticle(
                article=article,
                relevance=(max(hit.similarity, 0.0) + hit.coverage / 2 + lede / 2) / 2,
                similarity=hit.similarity,
                coverage=hit.coverage,
                lede=lede,
            )
            if article_id not in found or found[article_id].relevance < one.relevance:
                found[article_id] = one
    return sorted(found.values(), key=lambda one: -one.relevance)


def closest(articles: list[RelevantArticle], limit: int) -> list[Article]:
    """Those articles that fit about as well as the best one, which has to be about the topic."""
    if not articles or not (articles[0].is_about or articles[0].mentions):
        return []
    best = articles[0].relevance
    return [
        one.article
        for one in articles[:limit]
        if one.relevance >= CLOSE * best and (one.is_about or one.mentions)
    ]
