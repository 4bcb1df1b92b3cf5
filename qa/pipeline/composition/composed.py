"""A composed answer: lines of text with the sentences they quote or the articles they were read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.collection import Collection
from index.schemas import Article, Filters, Hit
from index.text.messages.catalogue import messages_in
from index.text.messages.messages import Messages
from qa.pipeline.composition.evidence.articles import RelevantArticle, closest, relevant_articles
from qa.pipeline.composition.evidence.sentences import ArticleSentence, article_sentences
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import AnswerSentence, Citation, Support

# How many copies of a cited article are listed.
MAX_COPIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence of an answer. A supported one has `quotes`, one of the catalogue the ids of `articles`, a
    computed one the quotes of its figures.
    """

    text: str
    quotes: tuple[ArticleSentence, ...] = ()
    articles: tuple[str, ...] = ()
    support: Support = "supported"

    @classmethod
    def quoted(cls, sentence: ArticleSentence, before: str = "") -> Line:
        """The sentence itself, after a label such as its day."""
        return cls(text=f"{before}{sentence.text}", quotes=(sentence,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The lines of an answer. `is_list` is whether each stands on a line of its own, `is_chat` whether it
    is talk, which is about no article.
    """

    lines: tuple[Line, ...]
    is_list: bool = False
    is_chat: bool = False

    @property
    def article_ids(self) -> list[str]:
        """The articles that are quoted or named, in order."""
        return list(
            dict.fromkeys(
                id_
                for line in self.lines
                for id_ in (*(quote.article.id for quote in line.quotes), *line.articles)
            )
        )

    def cited(self, collection: Collection) -> tuple[tuple[AnswerSentence, ...], tuple[Citation, ...]]:
        """The sentences with numbered citations."""
        citations: dict[tuple[str, int, int], Citation] = {}
        sentences = []
        for line in self.lines:
            numbers = []
            for quote in line.quotes:
                key = quote.article.id, quote.start, quote.end
                if key not in citations:
                    citations[key] = _citation(len(citations) + 1, quote, collection)
                numbers.append(citations[key].number)
            sentences.append(
                AnswerSentence(
                    text=line.text,
                    citations=tuple(dict.fromkeys(numbers)),
                    support=line.support,
                    articles=line.articles,
                )
            )
        return tuple(sentences), tuple(citations.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What a composer works with. `reading` is called with the number of articles read and to read."""

    understanding: Understanding
    collection: Collection
    reading: Callable[[int, int], None]

    @property
    def topic(self) -> str:
        return self.understanding.topic

    @property
    def messages(self) -> Messages:
        """The words of what is said beside quotes."""
        return messages_in(self.understanding.question.language)

    @property
    def filters(self) -> Filters:
        return self.understanding.filters

    def relevant(self, *, duplicates: bool = False) -> list[RelevantArticle]:
        """The articles found for the topic, best first; none without a topic."""
        if not self.topic:
            return []
        return relevant_articles(self.collection, self.topic, self.filters, duplicates=duplicates)

    def articles(self, limit: int) -> list[Article]:
        """At most `limit` articles that the question is about, best first."""
        if self.understanding.article:
            return self.collection.documents.present([self.understanding.article])
        if not self.topic:
            # "Summarise the article", where there is one, or some were chosen.
            found = self.collection.documents.list_articles(filters=self.filters, limit=limit)
            if found.total > 1 and not self.filters.article_ids:
                return []
            return self.collection.documents.present(one.id for one in found.articles)
        return closest(self.relevant(), limit)

    def read(self, articles: Sequence[Article]) -> list[ArticleSentence]:
        """The sentences of the articles, in order, without those that ask: they say nothing."""
        sentences: list[ArticleSentence] = []
        for done, article in enumerate(articles):
            self.reading(done + 1, len(articles))
            every = article_sentences(article, self.understanding.wording)
            own = [one for one in every if not one.is_question] or every
            self.collection.encode([sentence.text for sentence in own])  # so that stopping need not wait
            sentences += own
        return sentences


def _citation(number: int, quote: ArticleSentence, collection: Collection) -> Citation:
    article = quote.article
    cluster = collection.documents.cluster(article.id)
    copies = [] if cluster is None else collection.documents.cluster_members(cluster, Filters(), MAX_COPIES)
    hit = Hit.whole(article, also=tuple(one for one in copies if one.id != article.id))
    return Citation.of(number, hit, quote.start, quote.end)
