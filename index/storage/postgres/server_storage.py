"""Collections in PostgreSQL and a Chroma server, which several processes share."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from index.errors import ArchiveBroken, ArchiveEmpty
from index.storage.chroma.server_client import ChromaServer, ServerClient
from index.storage.chroma.vector_store import ChromaVectorStore
from index.storage.generations import Generation, Stores
from index.storage.postgres.connection import Postgres, Transaction
from index.storage.postgres.document_store import (
    OVERTAKEN,
    WRITE_SECONDS,
    PostgresDocumentStore,
    lock_generation,
    try_to_lock_generation,
)
from index.storage.postgres.keyword_index import PostgresKeywordIndex
from index.storage.postgres.migration import migrate
from index.storage.protocols import CLOSED, DocumentStore

RETIRED_SECONDS = 600
"""How long a generation is kept that another one replaced: answers that use it may be under way."""
_LOCK = 0x51756F6E  # "Quon"
_DELETE_SECONDS = 3_600
# Whoever is building one notices when it next writes, long before it is deleted.
_ABANDON = "UPDATE generations SET retired = now(), purpose = ''"
_ABANDON_ALL = f"{_ABANDON} WHERE collection = %s AND purpose = ANY(%s)"
_TABLES = ("minhash_bands", "cluster_members", "passages", "articles", "terms", "metadata", "pending_vectors")


@dataclass(frozen=True, slots=True)
class ServerGeneration:
    """A generation by its number; 0 stands for that of a collection that does not exist."""

    number: int
    collection: str
    vectors: str = ""
    purpose: str = field(default="", compare=False)
    postgres: Postgres = field(compare=False, repr=False, kw_only=True)
    chroma: ChromaServer = field(compare=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        return f"'{self.collection}' of {self.postgres.place}"

    def exists(self) -> bool:
        return self.number > 0

    def require_documents(self) -> None:
        """A transaction made both the collection and its tables."""

    def documents(self) -> DocumentStore:
        return PostgresDocumentStore(self.postgres, self.number, purpose=self.purpose)

    def open(self) -> Stores:
        if not self.exists():
            raise ArchiveEmpty(CLOSED)
        return Stores(
            documents=self.documents(),
            vectors=ChromaVectorStore(self._vectors()),
            keywords=PostgresKeywordIndex(self.postgres, self.number),
        )

    def lost_articles(self) -> ArchiveBroken:
        return ArchiveBroken(
            f"the articles of {self} are gone, but their vectors are there; restore them from a backup "
            "(`quoth import FILE --replace`), or, to begin anew, `quoth collections remove` it"
        )

    def clear(self) -> None:
        """Raises ArchiveEmpty if it is in use, which another process may have seen to meanwhile, or if
        another one is writing to it, or clearing it.
        """
        with self.postgres.transaction(seconds=_DELETE_SECONDS) as db:
            if not try_to_lock_generation(db, self.number):
                raise ArchiveEmpty(CLOSED)
            unused = "SELECT FROM generations WHERE id = %s AND (retired IS NOT NULL OR purpose != '')"
            if not db.rows(unused, (self.number,)):
                raise ArchiveEmpty(CLOSED)
            self._vectors().delete()
            self.empty(db)

    def empty(self, db: Transaction) -> None:
        """Deletes its rows of all tables but its own."""
        db.execute(
            "DELETE FROM postings WHERE term IN (SELECT id FROM terms WHERE generation = %s)", (self.number,)
        )
        for table in _TABLES:
            db.execute(f"DELETE FROM {table} WHERE generation = %s", (self.number,))
        db.execute(
            "UPDATE generations SET articles = 0, passages = 0, words = 0, revision = revision + 1 "
            "WHERE id = %s",
            (self.number,),
        )

    def vector_damage(self) -> str:
        return ""  # the server sees to its own files

    def drop_vectors(self) -> None:
        self._vectors().delete()

    def _vectors(self) -> ServerClient:
        return ServerClient(self.chroma, self.vectors)


class ServerStorage:
    """The collections of a database."""

    def __init__(self, postgres: Postgres, chroma: ChromaServer) -> None:
        """Brings the tables up to date. Raises StoreUnavailable, ArchiveBroken."""
        self.postgres = postgres
        self.chroma = chroma
        migrate(postgres)

    def names(self) -> list[str]:
        return [name for (name,) in self.postgres.rows("SELECT name FROM collections ORDER BY name")]

    def current(self, name: str) -> ServerGeneration:
        rows = self.postgres.rows(
            "SELECT id, vectors FROM collections JOIN generations ON id = generation WHERE name = %s", (name,)
        )
        number, vectors = rows[0] if rows else (0, "")
        return self._generation(number, vectors, name)

    def create(self, name: str) -> ServerGeneration:
        current = self.current(name)
        if current.exists():
            return current
        with self._renaming() as db:
            if not db.rows("SELECT FROM collections WHERE name = %s", (name,)):
                [(number,)] = db.rows(*_new_generation(name, ""))
                db.execute("INSERT INTO collections (name, generation) VALUES (%s, %s)", (name, number))
        return self.current(name)

    def building(self, name: str) -> ServerGeneration:
        with self._renaming() as db:
            return self._unfinished(db, name, "reindex")

    def begin_anew(self, building: Generation) -> ServerGeneration:
        """Another generation: emptied, the same one would also take what others go on writing to it, such as
        the vectors of their embedder.
        """
        assert isinstance(building, ServerGeneration)
        with self._renaming() as db:
            db.execute(f"{_ABANDON} WHERE id = %s AND purpose != ''", (building.number,))
            return self._unfinished(db, building.collection, building.purpose)

    def importing(self, name: str) -> ServerGeneration:
        """A new one for each import, so that two of one name are not mixed: the earlier one fails."""
        with self._renaming() as db:
            db.execute(_ABANDON_ALL, (name, ["import"]))
            return self._unfinished(db, name, "import")

    def install(self, new: Generation, *, copy_of: Generation | None = None) -> bool:
        assert isinstance(new, ServerGeneration)
        with self._renaming() as db:
            rows = db.rows("SELECT generation FROM collections WHERE name = %s", (new.collection,))
            old = int(rows[0][0]) if rows else 0
            if isinstance(copy_of, ServerGeneration) and copy_of.number != old:
                raise ArchiveEmpty(OVERTAKEN)  # what it was to replace is gone, and will not come back
            if old:
                lock_generation(db, old)  # nobody adds to it from here on
            lock_generation(db, new.number)
            if copy_of is not None and not _is_copy(db, new.number, old):
                return False
            finished = "UPDATE generations SET purpose = '' WHERE id = %s AND purpose != ''"
            if not db.execute(finished, (new.number,)):
                raise ArchiveEmpty(OVERTAKEN)  # another process has installed it
            db.execute(
                "INSERT INTO collections (name, generation) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET generation = excluded.generation",
                (new.collection, new.number),
            )
            db.execute("UPDATE generations SET retired = now() WHERE id = %s", (old,))
        return True

    def remove(self, name: str) -> None:
        with self._renaming() as db:
            for (number,) in db.rows("SELECT generation FROM collections WHERE name = %s", (name,)):
                lock_generation(db, number)
                db.execute("DELETE FROM collections WHERE name = %s", (name,))
                db.execute("UPDATE generations SET retired = '-infinity' WHERE id = %s", (number,))
            # Nor is anything built for it any more.
            db.execute(_ABANDON_ALL, (name, ["reindex", "import"]))

    def sweep(self) -> None:
        """Deletes generations that were removed, or replaced RETIRED_SECONDS ago."""
        rows = self.postgres.rows(
            "SELECT id, vectors, collection FROM generations "
            "WHERE retired < now() - make_interval(secs => %s)",
            (RETIRED_SECONDS,),
        )
        for number, vectors, name in rows:
            with suppress(ArchiveEmpty):  # another process is deleting it, or has
                self._generation(number, vectors, name).clear()
                self.postgres.rows("DELETE FROM generations WHERE id = %s", (number,))

    def check(self) -> None:
        self.postgres.check()
        self.chroma.check()

    def close(self) -> None:
        self.chroma.close()
        self.postgres.close()

    def _unfinished(self, db: Transaction, name: str, purpose: str) -> ServerGeneration:
        wanted = "SELECT id, vectors FROM generations WHERE collection = %s AND purpose = %s"
        if not db.rows(wanted, (name, purpose)):
            db.rows(*_new_generation(name, purpose))
        [(number, vectors)] = db.rows(wanted, (name, purpose))
        return self._generation(number, vectors, name, purpose)

    def _generation(self, number: int, vectors: str, name: str, purpose: str = "") -> ServerGeneration:
        return ServerGeneration(number, name, vectors, purpose, postgres=self.postgres, chroma=self.chroma)

    @contextmanager
    def _renaming(self) -> Iterator[Transaction]:
        """A transaction that alone changes which generations there are."""
        with self.postgres.transaction(seconds=WRITE_SECONDS) as db:
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield db


def _new_generation(name: str, purpose: str) -> tuple[str, tuple[str, str, str]]:
    """Several databases may share a Chroma server, so numbers alone would not do."""
    vectors = f"quoth-{name[:40]}-{secrets.token_hex(8)}"
    return (
        "INSERT INTO generations (collection, purpose, vectors) VALUES (%s, %s, %s) RETURNING id",
        (name, purpose, vectors),
    )


def _is_copy(db: Transaction, new: int, old: int) -> bool:
    """Whether two generations have the same articles, and the same of what was fitted to an embedder, whose
    name is behind a colon.
    """
    fields = "SELECT id, digest, origin FROM articles WHERE generation"
    fitted = "SELECT key, value FROM metadata WHERE strpos(key, ':') > 0 AND generation"
    return not any(
        db.rows(f"({selected} = %s EXCEPT {selected} = %s) LIMIT 1", pair)
        for selected in (fields, fitted)
        for pair in ((new, old), (old, new))
    )
