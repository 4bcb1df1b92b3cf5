"""Which articles a topic is about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.collection import Collection
from index.schemas import Article, Filters
from index.text.normalization import coverage

# How many passages are searched for articles.
PASSAGES = 40
# The first paragraph, up to so many characters, says what an article is about.
LEDE = 250
# An article is about a topic if its title and beginning have this share of the topic's words, by weight, or
# if its best passage has half of them and is this similar, and nearly as similar as any.
ABOUT, SIMILAR, SIMILAR_COVERAGE, MOST_SIMILAR = 0.66, 0.45, 0.5, 0.85
# The best article for a topic may be this little similar.
MAYBE = 0.35
# An article mentions a topic if a passage has this share of its words.
MENTIONS = 0.9
# The beginning of an article by which others of the same matter are found, in characters.
BEGINNING = 300
# The best articles for a topic in other words are so many times as relevant as the next one; at most so many.
CLEARLY, MAX_CLEAREST = 1.35, 3
# An article below this share of the best one's relevance is about something else.
CLOSE = 0.72


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevantArticle:
    """An article with how well it fits a topic, all 0 to 1: `relevance`, the similarity and coverage of
    its best passage, and the coverage of its title and beginning, `lede`. `is_about` is whether the topic
    is what it is about, `mentions` whether it has the topic at all.
    """

    article: Article
    relevance: float
    similarity: float
    coverage: float
    lede: float
    is_about: bool = False

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
        for article in collection.documents.present([hit.passage.article_id, *copies]):
            lede = coverage(weights, f"{article.title} {article.text[:LEDE].strip().partition(chr(10))[0]}")
            one = RelevantArticle(
                article=article,
                relevance=(max(hit.similarity, 0.0) + hit.coverage / 2 + lede / 2) / 2,
                similarity=hit.similarity,
                coverage=hit.coverage,
                lede=lede,
            )
            if article.id not in found or found[article.id].relevance < one.relevance:
                found[article.id] = one
    most = max((one.similarity for one in found.values()), default=0.0)
    judged = [replace(one, is_about=_is_about(one, most)) for one in found.values()]
    return sorted(judged, key=lambda one: -one.relevance)


def _is_about(one: RelevantArticle, most: float) -> bool:
    similar = one.similarity >= max(SIMILAR, MOST_SIMILAR * most) and one.coverage >= SIMILAR_COVERAGE
    return one.lede >= ABOUT or similar


def same_matter(
    collection: Collection, article: Article, filters: Filters, least: float, relevance: float = 0.0
) -> list[Article]:
    """Other articles that tell of the same matter as this one, best first: their similarity with its
    beginning is at least `least`, 0 to 1, and nearly as high as any; their `relevance` to it, which counts
    common words too, at least that.

    Another outlet seldom uses the words of a question, so they are found by the article's own.
    """
    beginning = f"{article.title} {article.text[:BEGINNING]}"
    others = [
        one
        # The same report in another paper is one of the same matter too.
        for one in relevant_articles(collection, beginning, filters, duplicates=True)
        if one.article.id != article.id and one.similarity >= least and one.relevance >= relevance
    ]
    best = max((one.similarity for one in others), default=0.0)
    return [one.article for one in others if one.similarity >= MOST_SIMILAR * best]


def closest(articles: list[RelevantArticle], limit: int) -> list[Article]:
    """Those articles that fit about as well as the best one, which has to be on the topic."""
    if not articles or not (articles[0].mentions or _may_be_about(articles[0])):
        return []
    best = articles[0].relevance
    others = (one for one in articles[1:limit] if one.relevance >= CLOSE * best and one.mentions)
    return [articles[0].article, *(one.article for one in others)]


def clearest(articles: list[RelevantArticle]) -> list[Article]:
    """The few articles that fit much better than any other, though they tell of the topic in other words:
    one, or several of one matter if the best of them is similar.
    """
    for count in range(1, MAX_CLEAREST + 1):
        few, others = articles[:count], articles[count : count + 1]
        least = MAYBE if count == 1 else SIMILAR
        if len(few) < count or few[0].similarity < least or few[-1].similarity < MAYBE:
            break
        same = few[-1].relevance >= CLOSE * few[0].relevance
        if same and all(few[-1].relevance >= CLEARLY * one.relevance for one in others):
            return [one.article for one in few]
    return []


def _may_be_about(one: RelevantArticle) -> bool:
    return one.similarity >= MAYBE and one.coverage >= SIMILAR_COVERAGE
