"""A collection made anew by another embedder, beside the old one and then in its place.

The new one is built in `collections/.building/NAME`. Once it is whole, the old one is moved to
`collections/.replaced/NAME`, the new one to `collections/NAME`, and the old one is removed. Whenever
the process dies, `recover` finds one of the two whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.collection import Collection
from index.embedding.embedder import Embedder
from index.errors import ArchiveBroken, EmbedderMismatch
from index.schemas import Ingested, Skipped
from index.storage.document_store import DocumentStore

_BUILDING, _REPLACED, IMPORTING, REMOVED = ".building", ".replaced", ".importing", ".removed"


def outdated(folder: Path, embedder: Embedder) -> int | None:
    """How many articles the collection in `folder` has, if another embedder made it; else None."""
    with closing(DocumentStore(folder / "catalogue.db")) as catalogue:
        made_with = catalogue.rows("SELECT value FROM facts WHERE name = 'embedder'")
        return catalogue.counts()[0] if made_with and made_with != [(embedder.name,)] else None


def build(collections: Path, name: str, embedder: Embedder) -> Iterator[Ingested]:
    """Embed every article of the collection, and tell of each; what an earlier run did is unchanged.

    The old collection is only read. Raises DiskFull, and ArchiveBroken where an article cannot be kept.
    """
    with (
        closing(DocumentStore(collections / name / "catalogue.db")) as old,
        closing(_begun(collections / _BUILDING / name, embedder)) as new,
    ):
        # Two articles may have come from one place, of which the later would replace the earlier.
        articles = (replace(article, origin="") for article, _ in old.articles())
        for outcome in new.add(articles):
            if isinstance(outcome, Skipped):
                raise ArchiveBroken(
                    f"the article '{outcome.source}' of '{name}' {outcome.reason}; "
                    "`quoth remove` it, and run `quoth reindex` again"
                )
            yield outcome
        origins = dict(old.rows("SELECT id, origin FROM articles"))
        known = [id_ for (id_,) in new.catalogue.rows("SELECT id FROM articles")]
        new.remove([id_ for id_ in known if id_ not in origins])
        new.catalogue.note_origins(origins)


def _begun(folder: Path, embedder: Embedder) -> Collection:
    try:
        return Collection(folder, embedder)
    except (EmbedderMismatch, ArchiveBroken):
        # It was begun with yet another embedder, or is of no use; its articles are all in the old one.
        shutil.rmtree(folder)
        return Collection(folder, embedder)


def swap(collections: Path, name: str, new: Path | None = None) -> None:
    """Put what `build` has built, or `new`, in the place of the old collection, which must not be open."""
    old, new = collections / _REPLACED / name, new or collections / _BUILDING / name
    old.parent.mkdir(exist_ok=True)
    (collections / name).rename(old)
    new.rename(collections / name)
    shutil.rmtree(old)


def recover(collections: Path) -> None:
    """End a swap that was cut short: before the new collection was in place the old one stays. What an
    import had not built yet is gone, and so is what was removed.
    """
    for over in (IMPORTING, REMOVED):
        shutil.rmtree(collections / over, ignore_errors=True)
    for old in (collections / _REPLACED).glob("*"):
        if (collections / old.name).exists():
            shutil.rmtree(old)
        else:
            old.rename(collections / old.name)
