"""Rebuilding a collection, with another embedder or for the languages of its articles, beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from index.collection import FITTED, made_with, open_collection
from index.embedding.embedder import Embedder, Vectors
from index.embedding.served import ServedEmbedder
from index.errors import ArchiveBroken, EmbedderMismatch
from index.ingest import Place
from index.maintenance.vector_sample import check_sample
from index.schemas import Article, Ingested, Skipped
from index.storage.generations import Generation, Storage
from index.storage.protocols import DocumentStore, VectorStore


def outdated(generation: Generation, embedder: Embedder) -> int | None:
    """The number of articles of the collection if another embedder made it, or if some were
    indexed without their language; else None.
    """
    with closing(generation.documents()) as documents:
        name = made_with(documents)
        current = not name or (name == embedder.name and not documents.without_language())
        return None if current else documents.counts()[0]


def unfinished(storage: Storage, name: str, embedder: Embedder) -> Generation:
    """The generation in which `reindex` goes on with this embedder, or begins. One that was begun with
    another embedder, or is damaged, is abandoned: all its articles are in the current one.
    """
    building = storage.building(name)
    try:
        with closing(open_collection(building, embedder)) as begun:
            if isinstance(embedder, ServedEmbedder):  # its name does not tell its weights
                check_sample(begun, embedder)
        return building
    except (EmbedderMismatch, ArchiveBroken):
        return storage.begin_anew(building)


def reindex(
    current: Generation, building: Generation, embedder: Embedder, vectors: VectorStore | None = None
) -> Iterator[Ingested]:
    """Embeds every article of the collection `current` into `building`, beside it; yields the outcome of
    each. `building` is that of `unfinished`; articles that an earlier run has embedded are unchanged.
    `vectors` are those of the current collection if the same embedder made them; they are not computed again.

    The current collection is only read, but that thresholds of an earlier version get its embedder's name.
    Raises DiskFull, ArchiveBroken if an article cannot be stored, and ArchiveEmpty if another process has
    begun anew with another embedder.
    """
    with closing(current.documents()) as old, closing(open_collection(building, embedder)) as new:
        known: dict[Place, Vectors] = {}

        def articles() -> Iterator[Article]:
            for article, _ in old.articles():
                if vectors:
                    known.update(_known_vectors(old, vectors, article.id))
                # Two articles may have the same origin, and the later one would replace the earlier.
                yield replace(article, origin="")

        for outcome in new.add(articles(), known=known):
            if isinstance(outcome, Skipped):
                raise ArchiveBroken(
                    f"the article '{outcome.source}' of '{current.collection}' {outcome.reason}; "
                    "`quoth remove` it, and run `quoth reindex` again"
                )
            yield outcome
        origins = old.origins()
        new.remove([id_ for id_ in new.documents.origins() if id_ not in origins])
        new.documents.set_origins(origins)
        _copy_fitted(old, new.documents)


def _copy_fitted(old: DocumentStore, new: DocumentStore) -> None:
    """Makes what was fitted to embedders the same in both: an earlier run may have copied what is gone."""
    if unnamed := old.metadata.get(FITTED):
        old.metadata.setdefault(f"{FITTED}:{made_with(old)}", unnamed)
        old.metadata.pop(FITTED, None)
    fitted = {key: value for key, value in old.metadata.items() if key.startswith(f"{FITTED}:")}
    for key in new.metadata:
        if key.startswith(f"{FITTED}:") and key not in fitted:
            del new.metadata[key]
    new.metadata.update(fitted)


def _known_vectors(documents: DocumentStore, vectors: VectorStore, article_id: str) -> dict[Place, Vectors]:
    places = {one.id: (article_id, one.start, one.end) for one in documents.passage_spans(article_id)}
    ids, found = vectors.get(list(places))
    return {places[id_]: vector for id_, vector in zip(ids, found, strict=True)}
