"""Chroma on a server, which several processes share."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from index.errors import ArchiveBroken, QuothError, StoreUnavailable
from index.storage.chroma.folder_client import CONFIGURATION

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection
    from chromadb.api import ClientAPI

PART = "Chroma"
SECONDS = 15.0
"""How long a call may take: a batch of vectors takes less than one."""
CONNECT_SECONDS = 3.0
_TENANT, _DATABASE = "default_tenant", "default_database"


@dataclass(frozen=True, slots=True)
class ChromaAddress:
    """A server's URL, whose path may name a tenant and a database, and the key for it."""

    url: str
    key: str = ""

    @property
    def root(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def headers(self) -> dict[str, str]:
        """Chroma's own header, and the one that proxies understand."""
        return {"x-chroma-token": self.key, "authorization": f"Bearer {self.key}"} if self.key else {}

    def tenant_and_database(self) -> tuple[str, str]:
        parts = [part for part in urlsplit(self.url).path.split("/") if part]
        return (parts[0], parts[1]) if len(parts) == 2 else (_TENANT, _DATABASE)


class ChromaServer:
    """A connection to a server, safe to use from several threads, made at its first use."""

    def __init__(self, address: ChromaAddress, *, seconds: float = SECONDS) -> None:
        self.address = address
        self._timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None

    def client(self) -> ClientAPI:
        """Chroma's client. Raises whatever Chroma's parts raise, and StoreUnavailable."""
        with self._lock:
            if not self._client:
                self.check()  # its constructor would wait for ever
                import chromadb
                from chromadb.config import Settings

                parts = urlsplit(self.address.root)
                tenant, database = self.address.tenant_and_database()
                client = chromadb.HttpClient(
                    host=parts.hostname or "",
                    port=parts.port or (443 if parts.scheme == "https" else 80),
                    ssl=parts.scheme == "https",
                    headers=self.address.headers,
                    settings=Settings(anonymized_telemetry=False),
                    tenant=tenant,
                    database=database,
                )
                own: Any = client
                own._server._session.timeout = self._timeout  # it has none
                own._admin_client._server._session.close()  # it only looked for the tenant
                self._client = client
            return self._client

    def check(self) -> None:
        """Raises StoreUnavailable if the server does not answer."""
        try:
            httpx.get(
                f"{self.address.root}/api/v2/heartbeat", headers=self.address.headers, timeout=self._timeout
            ).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.unavailable(error) from error

    def unavailable(self, error: Exception) -> StoreUnavailable:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        return StoreUnavailable(PART, f"{self.address.root}: {reason}")

    def close(self) -> None:
        with self._lock:
            if self._client:
                own: Any = self._client
                own._server._session.close()  # closing the client leaves it open
                own.close()
                self._client = None


class ServerClient:
    """One Chroma collection on a server, made when vectors are first written."""

    batch = 300

    def __init__(self, server: ChromaServer, name: str) -> None:
        self._server = server
        self._name = name
        self._collection: ChromaCollection | None = None

    def collection(self) -> ChromaCollection:
        if self._collection is None:
            self._collection = self._server.client().get_or_create_collection(
                self._name, configuration=CONFIGURATION, embedding_function=None
            )
        return self._collection

    def translated(self, error: Exception) -> QuothError:
        from chromadb.errors import ChromaError, NotFoundError

        if isinstance(error, NotFoundError):
            self._collection = None  # it is made again at the next use
            return ArchiveBroken(
                f"the vectors '{self._name}' of {self._server.address.root} are gone, but the articles are "
                "whole; run `quoth doctor --mend`, which computes the vectors again"
            )
        if isinstance(error, ChromaError) and error.code() < 500 and error.code() != 429:
            return ArchiveBroken(
                f"Chroma at {self._server.address.root} refuses a call ({error}); check QUOTH_CHROMA_URL and "
                "QUOTH_CHROMA_KEY, and its version"
            )
        return self._server.unavailable(error)

    def exists(self) -> bool:
        from chromadb.errors import NotFoundError

        if self._collection is None:
            try:
                self._collection = self._server.client().get_collection(self._name, embedding_function=None)
            except NotFoundError:
                return False
        return True

    def check(self) -> None:
        self._server.check()

    def ensure_space(self) -> None:
        """The server sees to its own disk."""

    def delete(self) -> None:
        """Deletes the collection, if there is one. Raises StoreUnavailable, ArchiveBroken."""
        from chromadb.errors import NotFoundError

        self._collection = None
        try:
            self._server.client().delete_collection(self._name)
        except NotFoundError:
            return
        except QuothError:
            raise
        except Exception as error:
            raise self.translated(error) from error

    def close(self) -> None:
        """The connection is the library's."""
