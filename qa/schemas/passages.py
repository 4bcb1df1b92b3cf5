"""Retrieved passages and citations, with the duplicates of their articles.

`period` is the year or month of an article without a known day, as `2022` or `2022-03`.
"""

from __future__ import annotations

from datetime import date

from index.schemas import Article, Hit
from index.text.shingles import Shingles
from qa.schemas.base import Schema


class DuplicateArticle(Schema):
    """An article with the same text as another one, such as a reprint of an agency's report."""

    article_id: str
    title: str
    url: str
    date: date | None
    period: str = ""
    source: str

    @classmethod
    def of(cls, article: Article) -> DuplicateArticle:
        return cls(
            article_id=article.id,
            title=article.title,
            url=article.url,
            date=article.date,
            period=article.period,
            source=article.source,
        )


class RetrievedPassage(Schema):
    """A passage that a search returns; `text` is exactly `article.text[start:end]`.

    `also` are the duplicates that contain most of it.
    """

    article_id: str
    title: str
    url: str
    date: date | None
    period: str = ""
    source: str
    start: int
    end: int
    text: str
    score: float
    also: tuple[DuplicateArticle, ...] = ()

    @classmethod
    def of(cls, hit: Hit) -> RetrievedPassage:
        passage = hit.passage
        return cls(
            article_id=passage.article_id,
            title=hit.title,
            url=hit.url,
            date=hit.date,
            period=hit.period,
            source=hit.source,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            score=round(hit.score, 4),
            also=tuple(map(DuplicateArticle.of, hit.also)),
        )


class Citation(Schema):
    """The source of a sentence: `quote` is exactly `article.text[start:end]`, in code points.

    `also` are the duplicates that contain the same words in the same order, ignoring punctuation and spaces.
    """

    number: int
    article_id: str
    title: str
    url: str
    date: date | None
    period: str = ""
    source: str
    start: int
    end: int
    quote: str
    also: tuple[DuplicateArticle, ...] = ()

    @classmethod
    def of(cls, number: int, hit: Hit, start: int, end: int) -> Citation:
        """The citation of `article.text[start:end]`, which lies within the passage of the hit."""
        passage = hit.passage
        quote = passage.text[start - passage.start : end - passage.start]
        words = Shingles.of(quote)
        return cls(
            number=number,
            article_id=passage.article_id,
            title=hit.title,
            url=hit.url,
            date=hit.date,
            period=hit.period,
            source=hit.source,
            start=start,
            end=end,
            quote=quote,
            # A duplicate may differ in just these words.
            also=tuple(
                DuplicateArticle.of(article) for article in hit.also if Shingles.of(article.text).has(words)
            ),
        )

    def is_in(self, hit: Hit) -> bool:
        """Whether the quote lies within the passage of the hit."""
        passage = hit.passage
        is_inside = passage.start <= self.start and self.end <= passage.end
        return is_inside and self.article_id == passage.article_id

    def is_part_of(self, other: Citation) -> bool:
        """Whether the other citation quotes these words of the same article too."""
        is_inside = other.start <= self.start and self.end <= other.end
        return is_inside and self.article_id == other.article_id


def also_in(cited: Citation | RetrievedPassage) -> dict[str, str]:
    """The URLs of the duplicates by their labels: the source, or the title where the source is empty or
    the same as that of `cited`.
    """
    return {
        (copy.source if copy.source != cited.source else "") or copy.title or copy.article_id: copy.url
        for copy in cited.also
    }
