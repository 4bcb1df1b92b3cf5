"""A collection out of an exported file: built beside the others, then put in its place in whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.collection import Collection
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotInvalid
from index.maintenance.backup import BackupManifest, Place, read
from index.schemas import Article, Skipped


def restore(
    file: Path, manifest: BackupManifest, saved: str, building: Path, embedder: Embedder
) -> Iterator[None]:
    """Builds the collection `saved` of the file in the folder `building`, a step for each article.

    The file's vectors are taken over where the same embedder made them.
    """
    shutil.rmtree(building, ignore_errors=True)
    same = manifest.embedder == embedder.name
    with closing(Collection(building, embedder)) as collection:
        origins: dict[str, str] = {}
        known: dict[Place, Vectors] = {}

        def articles() -> Iterator[Article]:
            for article in read(file, saved, known):
                if not same:
                    known.clear()
                origins[article.id] = article.origin
                # Two articles may have come from one place, of which the later would replace the earlier.
                yield replace(article, origin="")

        for outcome in collection.add(articles(), known=known):
            if isinstance(outcome, Skipped):
                raise SnapshotInvalid(
                    f"{file} cannot be imported: its article '{outcome.source}' {outcome.reason}"
                )
            yield
        collection.catalogue.note_origins(origins)
        for name, value in manifest.collections[saved].facts.items():
            collection.catalogue.keep_fact(name, value)
        if collection.catalogue.counts()[0] != manifest.collections[saved].articles:
            raise SnapshotInvalid(f"{file} cannot be imported: '{saved}' lacks some of its articles")
