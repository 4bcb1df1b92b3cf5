"""Passages that duplicate articles share are found once, with the duplicates listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from index.schemas import Article, Filters, Passage
from index.storage.protocols import DocumentStore
from index.text.shingles import Shingles

# Longer lists are not read, and each article takes a millisecond.
MAX_DUPLICATES = 20


def deduplicate(
    ranked: Iterable[tuple[Passage, Article]], documents: DocumentStore, filters: Filters
) -> Iterator[tuple[Passage, Article, tuple[Article, ...]]]:
    """The passages, best first, without those whose words an earlier one's article contains. Each comes with
    the duplicates of its article that pass the filters and share the passage, oldest first.

    A passage that only its own article has is kept, even if the rest of that article is a copy.
    """

    @cache
    def shingles(article: Article) -> Shingles:
        return Shingles.of(article.text)

    shown: dict[int, set[Article]] = {}
    for passage, article in ranked:
        cluster = documents.cluster(article.id)
        if cluster is None:
            yield passage, article, ()
            continue
        words = Shingles.of(passage.text)
        earlier = shown.setdefault(cluster, set())
        if any(words.is_contained_in(shingles(other)) for other in earlier - {article}):
            continue
        earlier.add(article)
        members = documents.cluster_members(cluster, filters, MAX_DUPLICATES + 1)
        duplicates = [
            other
            for other in members
            if other.id != article.id
            and (words.is_contained_in(shingles(other)) or shingles(other).is_contained_in(words))
        ]
        yield passage, article, tuple(duplicates[:MAX_DUPLICATES])
