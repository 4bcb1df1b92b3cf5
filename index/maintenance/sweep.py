"""Deleting what interrupted writes, replaced and removed collections have left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable

from index.collection import Collection
from index.errors import ArchiveEmpty, EmbedderMismatch, QuothError
from index.ingest import delete_orphan_vectors
from index.storage.generations import Storage

logger = logging.getLogger(__name__)


def sweep(storage: Storage, collection: Callable[[str], Collection]) -> int:
    """Sweeps the storage and its collections; returns the number of vectors deleted from the latter. What
    cannot be deleted now is logged, and left for the next time. Raises StoreUnavailable if it is away.
    """
    sweep_storage(storage)
    return sum(_sweep_collection(name, collection) for name in storage.names())


def sweep_storage(storage: Storage) -> None:
    """Deletes collections that were replaced or removed; what cannot be deleted is left for the next time."""
    try:
        storage.sweep()
    except QuothError as error:
        logger.warning("what was replaced or removed cannot be deleted yet: %s", error)


def _sweep_collection(name: str, collection: Callable[[str], Collection]) -> int:
    try:
        opened = collection(name)
        return delete_orphan_vectors(opened.documents, opened.vectors)
    except (ArchiveEmpty, EmbedderMismatch):  # removed meanwhile, or to be reindexed
        return 0
    except QuothError as error:
        logger.warning("'%s' cannot be swept: %s", name, error)
        return 0
