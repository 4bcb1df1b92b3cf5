"""Building a collection from an exported file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.collection import open_collection
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotInvalid
from index.maintenance.backup_file import BackupManifest, Place, read_articles
from index.schemas import Article, Skipped
from index.storage.generations import Generation


def require_free(current: Generation) -> None:
    """Raises SnapshotInvalid if there is a collection of the name."""
    if current.exists():
        raise SnapshotInvalid(
            f"there is a collection '{current.collection}' already; import the file under another name, with "
            "--as, or put it in the place of that one, with --replace"
        )


def restore(
    file: Path, manifest: BackupManifest, saved: str, building: Generation, embedder: Embedder
) -> Iterator[None]:
    """Builds the collection `saved` of the file as the generation `building`, a step for each article.

    The file's vectors are used if the same embedder computed them. Raises SnapshotInvalid, DiskFull.
    """
    building.clear()
    backup = manifest.collections[saved]
    with closing(open_collection(building, embedder)) as collection:
        origins: dict[str, str] = {}
        known: dict[Place, Vectors] = {}

        def articles() -> Iterator[Article]:
            for article in read_articles(file, saved, known):
                if manifest.embedder != embedder.name:
                    known.clear()
                origins[article.id] = article.origin
                # Two articles may have the same origin, and the later one would replace the earlier.
                yield replace(article, origin="")

        for outcome in collection.add(articles(), known=known):
            if isinstance(outcome, Skipped):
                raise SnapshotInvalid(
                    f"{file} cannot be imported: its article '{outcome.source}' {outcome.reason}"
                )
            yield
        collection.documents.set_origins(origins)
        collection.documents.metadata.update(backup.metadata)
        if collection.documents.counts()[0] != backup.articles:
            raise SnapshotInvalid(f"{file} cannot be imported: '{saved}' lacks some of its articles")
