"""What copies of one story say alike is found once, and names who else has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from index.schemas import Article, Filters, Passage
from index.storage.document_store import DocumentStore
from index.text.shingles import Shingles

# More outlets than these are not named: nobody reads them, and each takes a millisecond.
NAMED = 20


def told_once(
    ranked: Iterable[tuple[Passage, Article]], catalogue: DocumentStore, filters: Filters
) -> Iterator[tuple[Passage, Article, tuple[Article, ...]]]:
    """The passages, best first, but those that a copy of their article tells which came before. Each
    with the copies that pass the filters and tell it too, oldest first.

    What an article has for itself is found in it, even where the rest of it is a copy.
    """

    @cache
    def wording(article: Article) -> Shingles:
        return Shingles.of(article.text)

    shown: dict[int, set[Article]] = {}
    for passage, article in ranked:
        story = catalogue.story(article.id)
        if story is None:
            yield passage, article, ()
            continue
        words = Shingles.of(passage.text)
        earlier = shown.setdefault(story, set())
        if any(words.is_told_by(wording(other)) for other in earlier - {article}):
            continue
        earlier.add(article)
        also = (other for other in catalogue.telling(story, filters, NAMED + 1) if other.id != article.id)
        alike = [
            other for other in also if words.is_told_by(wording(other)) or wording(other).is_told_by(words)
        ]
        yield passage, article, tuple(alike[:NAMED])
