"""Articles, passages and duplicate clusters in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager

from index.errors import ArchiveEmpty, BatchLost
from index.schemas import Article, Passage
from index.storage.postgres import writing
from index.storage.postgres.article_queries import ArticleQueries
from index.storage.postgres.connection import Postgres, Transaction
from index.storage.postgres.metadata import ChangeableMetadata
from index.storage.postgres.text import restored, stored
from index.storage.protocols import CLOSED

OVERTAKEN = (
    "another process has rebuilt, replaced or removed the collection, or is rebuilding it, so this run has "
    "stopped; once the other one has ended, `quoth doctor` tells whether it has to be run again"
)
"""The message of ArchiveEmpty where what was being built is no longer this process's."""
BATCH_SECONDS = 120
"""How long after it was recorded a batch may store its articles for certain."""
WRITE_SECONDS = 120
"""How long a write may take, the wait for other processes' included."""
# How many vectors are deleted at once.
_ORPHANS_AT_ONCE = 3_000
_LOCK = 0x51756F63  # "Quoc"


class PostgresDocumentStore(ArticleQueries):
    """The document store of one generation; safe to use from several threads and processes.

    `put` and `remove` also update the keyword index (`PostgresKeywordIndex`), in the same transaction.
    """

    def __init__(self, postgres: Postgres, generation: int, *, purpose: str = "") -> None:
        """`purpose` is what the generation is built for; once it serves another one, nothing is written."""
        super().__init__(postgres, generation)
        self.metadata: MutableMapping[str, str] = ChangeableMetadata(postgres, generation, self._locked)
        self._postgres = postgres
        self._purpose = purpose

    def put(self, articles: Sequence[tuple[Article, Sequence[Passage]]], batch: int = 0) -> None:
        ids = [stored(passage.id) for _, passages in articles for passage in passages]
        # Of two with the same id or origin, the later one is kept.
        kept = {article.id: (article, passages) for article, passages in articles}
        # Computed before other writers have to wait.
        indexed = [writing.indexed_article(article, passages) for article, passages in kept.values()]
        with self._writing() as db:
            if batch:
                self._require_vectors(db, batch, ids)
            own = ArticleQueries(db, self.generation)
            origins = [article.origin for article, _ in kept.values()]
            writing.delete(db, self.generation, [*kept, *own._ids_by_origins(origins)])
            writing.insert(db, self.generation, indexed)
            db.execute("DELETE FROM pending_vectors WHERE batch = %s", (batch,))
            db.execute("DELETE FROM batches WHERE id = %s", (batch,))

    def _require_vectors(self, db: Transaction, batch: int, ids: Sequence[str]) -> None:
        """Raises BatchLost unless each vector still belongs to the batch, or to a passage."""
        mine = {
            id_
            for (id_,) in db.rows(
                "SELECT passage_id FROM pending_vectors WHERE batch = %s FOR UPDATE", (batch,)
            )
        }
        others = [id_ for id_ in ids if id_ not in mine]
        [(kept,)] = db.rows(
            "SELECT count(*) FROM passages WHERE generation = %s AND id = ANY(%s)", (self.generation, others)
        )
        if kept < len(set(others)):
            raise BatchLost(
                "writing took too long, and its vectors were taken for abandoned ones; add it again"
            )

    def remove(self, ids: Sequence[str]) -> None:
        with self._writing() as db:
            writing.delete(db, self.generation, ids)

    def set_origins(self, origins: Mapping[str, str]) -> None:
        with self._writing() as db:
            db.execute(
                "UPDATE articles SET origin = new.origin "
                "FROM unnest(%s::text[], %s::text[]) AS new (id, origin) WHERE generation = %s "
                "AND articles.id = new.id AND articles.origin != new.origin",
                ([*map(stored, origins)], [*map(stored, origins.values())], self.generation),
            )

    def mark_orphans(self, ids: Sequence[str]) -> int:
        with self._locked() as db:
            [(batch,)] = db.rows(
                "INSERT INTO batches (generation, expires) VALUES (%s, now() + make_interval(secs => %s)) "
                "RETURNING id",
                (self.generation, BATCH_SECONDS),
            )
            db.execute(
                "INSERT INTO pending_vectors (generation, passage_id, batch) "
                "SELECT %s, one, %s FROM unnest(%s::text[]) AS one WHERE NOT EXISTS "
                "(SELECT FROM passages WHERE generation = %s AND id = one) "
                "ON CONFLICT (generation, passage_id) DO UPDATE SET batch = excluded.batch",
                (self.generation, batch, sorted({*map(stored, ids)}), self.generation),
            )
        return int(batch)

    @contextmanager
    def take_orphans(self) -> Iterator[list[str]]:
        # The rows are locked until the vectors are deleted: who wants to write one of them waits for that.
        with self._postgres.transaction(seconds=WRITE_SECONDS) as db:
            taken = [
                id_
                for (id_,) in db.rows(
                    "SELECT passage_id FROM pending_vectors AS own WHERE generation = %s AND (batch IS NULL "
                    "OR NOT EXISTS (SELECT FROM batches WHERE id = own.batch AND expires > now())) "
                    "ORDER BY passage_id LIMIT %s FOR UPDATE OF own SKIP LOCKED",
                    (self.generation, _ORPHANS_AT_ONCE),
                )
            ]
            yield [restored(id_) for id_ in taken]
            db.execute(
                "DELETE FROM pending_vectors WHERE generation = %s AND passage_id = ANY(%s)",
                (self.generation, taken),
            )
            db.execute(
                "DELETE FROM batches WHERE id IN (SELECT id FROM batches AS old WHERE expires < now() AND "
                "NOT EXISTS (SELECT FROM pending_vectors WHERE batch = old.id) FOR UPDATE SKIP LOCKED)"
            )

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        """A transaction that changes the generation, as `_locked`."""
        with self._locked() as db:
            db.execute("UPDATE generations SET revision = revision + 1 WHERE id = %s", (self.generation,))
            yield db

    @contextmanager
    def _locked(self) -> Iterator[Transaction]:
        """A transaction that alone writes to the generation. Raises ArchiveEmpty if another one has taken
        its place, or if it was being built and another process has put it into use.
        """
        with self._postgres.transaction(seconds=WRITE_SECONDS) as db:
            lock_generation(db, self.generation)
            wanted = "SELECT FROM generations WHERE id = %s AND retired IS NULL AND purpose = %s"
            if not db.rows(wanted, (self.generation, self._purpose)):
                raise ArchiveEmpty(OVERTAKEN if self._purpose else CLOSED)
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[ArticleQueries]:
        with self._postgres.snapshot() as seen:
            yield ArticleQueries(seen, self.generation)

    def check_integrity(self) -> None:
        self._postgres.check()

    def check_writable(self) -> None:
        self._postgres.check()

    def ensure_space(self) -> None:
        """The server sees to its own disk."""

    def close(self) -> None:
        """The connections are the library's."""


def lock_generation(db: Transaction, generation: int) -> None:
    """Waits until no other process writes to the generation, and keeps them waiting until the end."""
    db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK, generation % 2**31))


def try_to_lock_generation(db: Transaction, generation: int) -> bool:
    """As `lock_generation`, without waiting; false if another process has the lock."""
    [(locked,)] = db.rows("SELECT pg_try_advisory_xact_lock(%s, %s)", (_LOCK, generation % 2**31))
    return bool(locked)
