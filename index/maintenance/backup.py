"""Exporting collections, with their vectors, to one file while articles are added.

`index.maintenance.backup_file` describes the file.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Protocol

import numpy as np
from numpy.lib import format as npy

from index.collection import Collection
from index.maintenance.backup_file import (
    FORMAT,
    MANIFEST,
    BackupManifest,
    CollectionBackup,
    article_line,
    articles_file,
    vectors_file,
)
from index.storage.protocols import StoredArticles

_VECTORS_AT_ONCE = 300
# Metadata that belongs to this collection's vectors alone.
_LOCAL_METADATA = {"embedder"}


class Sink(Protocol):
    """Where a file is written, from its first byte to its last."""

    def write(self, content: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Attachments(Protocol):
    """What an export holds beside the collections: contents by the name of a member, which mean nothing to
    the index.
    """

    def contents(self) -> Mapping[str, bytes]:
        """What there is to be exported now."""

    def check(self, contents: Mapping[str, bytes]) -> None:
        """Raises whatever would keep `adding` from adding them, as things are now: SnapshotInvalid if one of
        them cannot be read.
        """

    def adding(self, contents: Mapping[str, bytes]) -> AbstractContextManager[None]:
        """Adds what `contents` gave, here or elsewhere; what is there already stays as it is. What gives
        access to the collections is added last, and only if the block, which puts them in use, succeeds.
        """


def write_backup(
    collections: Mapping[str, Collection], embedder: str, sink: Sink, attached: Mapping[str, bytes]
) -> Iterator[None]:
    """Writes the collections as they are at the first step, a step for each article, and what is `attached`.
    Articles may be added, changed or removed meanwhile; a vector deleted before it was written is computed
    again on import.
    """
    digests: dict[str, str] = {}
    saved: dict[str, CollectionBackup] = {}
    with ExitStack() as stack:
        # All snapshots before any write, so that the collections are of one moment.
        snapshots = {
            name: stack.enter_context(collection.documents.snapshot())
            for name, collection in collections.items()
        }
        archive = stack.enter_context(zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1))
        for name, documents in snapshots.items():
            articles, passages = documents.counts()
            metadata = {key: value for key, value in documents.metadata.items() if key not in _LOCAL_METADATA}
            saved[name] = CollectionBackup(articles=articles, passages=passages, metadata=metadata)
            ids: list[str] = []
            with hashed_member(archive, articles_file(name), digests) as member:
                for line, article_id in _lines(documents):
                    member.write(line)
                    ids.append(article_id)
                    yield
            with hashed_member(archive, vectors_file(name), digests) as member:
                passage_ids = (span.id for article_id in ids for span in documents.passage_spans(article_id))
                _write_vectors(collections[name], passage_ids, passages, member)
        attachments: dict[str, str] = {}
        for name, content in attached.items():
            with hashed_member(archive, name, attachments) as member:
                member.write(content)
        manifest = BackupManifest(
            format=FORMAT,
            made=datetime.now(UTC),
            embedder=embedder,
            collections=saved,
            sha256=digests,
            attachments=attachments,
        )
        archive.writestr(MANIFEST, manifest.to_json())


class _HashedMember:
    """A member of the zip with the digest of what was written to it."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        return self._member.write(content)


@contextmanager
def hashed_member(archive: zipfile.ZipFile, name: str, digests: dict[str, str]) -> Iterator[_HashedMember]:
    """A member to be written, whose digest is put into `digests` at the end."""
    with archive.open(name, "w", force_zip64=True) as member:
        hashed = _HashedMember(member)
        yield hashed
    digests[name] = hashed.sha256.hexdigest()


def _lines(documents: StoredArticles) -> Iterator[tuple[bytes, str]]:
    """Each article as a line of JSON, and its id."""
    for article, _ in documents.articles():
        spans = [(span.start, span.end) for span in documents.passage_spans(article.id)]
        yield article_line(article, spans), article.id


def _write_vectors(
    collection: Collection, passage_ids: Iterable[str], count: int, member: _HashedMember
) -> None:
    ids = iter(passage_ids)
    dimension = 0
    while batch := list(islice(ids, _VECTORS_AT_ONCE)):
        found, vectors = collection.vectors.get(batch)
        if not dimension:
            dimension = vectors.shape[1] if found else collection.encode([""]).shape[1]
            npy.write_array_header_2_0(
                member, {"descr": "<f4", "fortran_order": False, "shape": (count, dimension)}
            )
        known = dict(zip(found, vectors, strict=True))
        missing = np.full(dimension, np.nan, dtype="<f4")
        member.write(np.asarray([known.get(id_, missing) for id_ in batch], dtype="<f4").tobytes())
