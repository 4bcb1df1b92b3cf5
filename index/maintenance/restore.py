"""Building collections from an exported file."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from index.chunking import Span
from index.collection import open_collection
from index.embedding.embedder import Embedder, Vectors
from index.errors import QuothError, SnapshotInvalid
from index.ingest import Place
from index.maintenance.backup import Attachments
from index.maintenance.backup_file import (
    BackupManifest,
    read_articles,
    read_attachments,
    verify_backup,
)
from index.schemas import Article, Skipped
from index.storage.folders.layout import checked_name
from index.storage.generations import Generation, Storage


def verified(file: Path, attachments: Attachments | None) -> tuple[BackupManifest, Mapping[str, bytes]]:
    """The manifest of an undamaged file, and what it has for the attachments, if there are any, which are
    able to take it: an import that fails for a few bytes should not write all the articles first.

    Raises SnapshotInvalid, and what `Attachments.check` raises.
    """
    manifest = verify_backup(file)
    contents = read_attachments(file) if attachments else {}
    if attachments:
        attachments.check(contents)
    return manifest, contents


def build(
    file: Path,
    manifest: BackupManifest,
    names: Mapping[str, str],
    storage: Storage,
    embedder: Embedder,
    *,
    replace: bool,
) -> Generator[None, None, list[Generation]]:
    """Builds the collections of a verified file, a step for each article, and returns them, not in use yet.
    `names` are those that they get, by their names in the file. What was built of a file that turns out to
    be wrong is deleted.

    Raises SnapshotInvalid if a collection exists and `replace` is not set.
    """
    for name in map(checked_name, names.values()):
        if not replace:
            _require_free(storage.current(name))
    # Asked for once: if another process installs one, the next of its name is another one, and empty.
    built = {saved: storage.importing(name) for saved, name in names.items()}
    with undone(list(built.values())):
        for saved, building in built.items():
            yield from _build(file, manifest, saved, building, embedder)
    return list(built.values())


@contextmanager
def undone(built: Sequence[Generation]) -> Iterator[None]:
    """Deletes the generations that are still in the list if the block fails or is left early."""
    try:
        yield
    except BaseException:
        for building in built:
            with suppress(QuothError):  # the store is away, or the next import deletes it
                building.clear()
        raise


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

    The file's passages and vectors are used if the same embedder computed them. Raises SnapshotInvalid,
    DiskFull.
    """
    building.clear()
    backup = manifest.collections[saved]
    with closing(open_collection(building, embedder)) as collection:
        origins: dict[str, str] = {}
        known: dict[Place, Vectors] = {}
        spans: dict[str, Sequence[Span]] = {}

        def articles() -> Iterator[Article]:
            for article in read_articles(file, saved, known, spans):
                if manifest.embedder != embedder.name:
                    known.clear()
                    spans.clear()
                origins[article.id] = article.origin
                # Two articles may have the same origin, and the later one would replace the earlier.
                yield replace(article, origin="")

        for outcome in collection.add(articles(), known=known, spans=spans):
            if isinstance(outcome, Skipped):
                raise SnapshotInvalid(
                    f"{file} cannot be imported: its article '{outcome.source}' {outcome.reason}"
                )
            yield
        collection.documents.set_origins(origins)
        collection.documents.metadata.update(backup.metadata)
        if collection.documents.counts()[0] != backup.articles:
            raise SnapshotInvalid(f"{file} cannot be imported: '{saved}' lacks some of its articles")
