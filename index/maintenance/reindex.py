"""Rebuilding a collection with another embedder, in another folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.collection import Collection, made_with, open_collection, open_documents
from index.embedding.embedder import Embedder
from index.errors import ArchiveBroken, EmbedderMismatch
from index.schemas import Ingested, Skipped


def outdated(folder: Path, embedder: Embedder) -> int | None:
    """The number of articles of the collection in `folder` if another embedder made it; else None."""
    with closing(open_documents(folder)) as documents:
        name = made_with(documents)
        return documents.counts()[0] if name and name != embedder.name else None


def reindex(current: Path, building: Path, embedder: Embedder) -> Iterator[Ingested]:
    """Embeds every article of the collection in the folder `current` into the folder `building`; yields the
    outcome of each. Articles that an earlier run has embedded are unchanged.

    The current collection is only read. Raises DiskFull, and ArchiveBroken if an article cannot be stored.
    """
    with closing(open_documents(current)) as old, closing(_continued(building, embedder)) as new:
        # Two articles may have the same origin, and the later one would replace the earlier.
        articles = (replace(article, origin="") for article, _ in old.articles())
        for outcome in new.add(articles):
            if isinstance(outcome, Skipped):
                raise ArchiveBroken(
                    f"the article '{outcome.source}' of '{current.name}' {outcome.reason}; "
                    "`quoth remove` it, and run `quoth reindex` again"
                )
            yield outcome
        origins = old.origins()
        new.remove([id_ for id_ in new.documents.origins() if id_ not in origins])
        new.documents.set_origins(origins)


def _continued(folder: Path, embedder: Embedder) -> Collection:
    try:
        return open_collection(folder, embedder)
    except (EmbedderMismatch, ArchiveBroken):
        # It was begun with another embedder or is damaged; all its articles are in the current one.
        shutil.rmtree(folder)
        return open_collection(folder, embedder)
