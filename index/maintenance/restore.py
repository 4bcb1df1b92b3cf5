"""Building collections from an exported file."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.collection import open_collection
from index.embedding.embedder import Embedder, Vectors
from index.errors import SnapshotInvalid
from index.maintenance.backup_file import BackupManifest, Place, read_articles, verify_backup
from index.schemas import Article, Skipped
from index.storage.folders.layout import checked_name
from index.storage.generations import Generation, Storage


def build(
    file: Path, names: Mapping[str, str], storage: Storage, embedder: Embedder, *, replace: bool
) -> Generator[None, None, list[Generation]]:
    """Builds the collections of the file, a step for each article, and returns them, not in use yet. `names`
    are those that they get, by their names in the file.

    Raises SnapshotInvalid if the file is damaged, or if a collection exists and `replace` is not set.
    """
    manifest = verify_backup(file)
    for name in map(checked_name, names.values()):
        if not replace:
            _require_free(storage.current(name))
    # Asked for once: if another process installs one, the next of its name is another one, and empty.
    built = {saved: storage.importing(name) for saved, name in names.items()}
    for saved, building in built.items():
        yield from _build(file, manifest, saved, building, embedder)
    return list(built.values())


def _require_free(current: Generation) -> None:
    """Raises SnapshotInvalid if there is a collection of the name."""
    if current.exists():
        raise SnapshotInvalid(
            f"there is a collection '{current.collection}' already; import the file under another name, with "
            "--as, or put it in the place of that one, with --replace"
        )


def _build(
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
