"""Where the settings say that the articles are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.storage.folders.folder_storage import FolderStorage
from index.storage.generations import Storage

if TYPE_CHECKING:
    from index.queue.ingest_queue import IngestQueue
    from qa.settings import Settings


def open_storage(settings: Settings, *, address: str = "", token: str = "") -> Storage:
    """The servers with the articles and vectors, or the home, which this process then owns.

    Raises ArchiveLocked and ArchiveBroken (a home); StoreUnavailable, StorePackagesMissing (servers).
    """
    if not settings.database_url or not settings.chroma_url:
        return FolderStorage(settings.home, address=address, token=token)
    # Processes keep some files of their own in it, such as a worker's sign of life.
    settings.home.mkdir(parents=True, exist_ok=True)
    # Not needed, and not installed, where articles are in the home.
    from index.storage.chroma.server_client import ChromaAddress, ChromaServer
    from index.storage.postgres.connection import Postgres
    from index.storage.postgres.server_storage import ServerStorage

    key = settings.chroma_key.get_secret_value() if settings.chroma_key else ""
    chroma = ChromaServer(ChromaAddress(settings.chroma_url, key))
    return ServerStorage(Postgres(settings.database_url.get_secret_value()), chroma)


def open_queue(storage: Storage) -> IngestQueue | None:
    """The queue of articles in the database of the storage; None for a home, which needs none.

    Raises StoreUnavailable, StorePackagesMissing.
    """
    if isinstance(storage, FolderStorage):
        return None
    from index.queue.ingest_queue import IngestQueue
    from index.queue.tables import make_queue
    from index.storage.postgres.server_storage import ServerStorage

    assert isinstance(storage, ServerStorage)
    make_queue(storage.postgres)
    return IngestQueue(storage.postgres)
