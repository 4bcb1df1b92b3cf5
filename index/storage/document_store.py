"""The articles and where their passages lie, in SQLite: what is written here is what exists.

Vectors live elsewhere and cannot share a transaction with this file. So every vector id that is
about to be written, or to lose its passage, is first noted as a *stray*; strays are swept at the
next chance. Whenever the process dies, an article is in whole or not at all.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from index.errors import ArchiveBroken, ArchiveEmpty, ArticleUnknown, DiskFull
from index.schemas import Article, ArticlePage, ArticleSummary, Filters, Passage
from index.storage import duplicate_clusters

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL, date TEXT,
    source TEXT NOT NULL, origin TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS articles_by_date ON articles (date);
CREATE INDEX IF NOT EXISTS articles_by_origin ON articles (origin) WHERE origin != '';
CREATE TABLE IF NOT EXISTS passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS passages_by_article ON passages (article_id);
CREATE TABLE IF NOT EXISTS strays (passage_id TEXT PRIMARY KEY);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    title, text, tokenize = "porter unicode61 remove_diacritics 2");
"""
_NEWEST_FIRST = "ORDER BY date DESC NULLS LAST, title, id"
# Articles that were kept before there were stories are placed with every batch that is kept.
PLACED_A_BATCH = 50
_FIELDS = "id, text, title, url, date, source, origin"


CLOSED = "the collection is being removed or put in another's place; ask again"


class DocumentStore:
    """One collection's articles, passages and keyword index; safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA + duplicate_clusters.SCHEMA
            )
        except sqlite3.DatabaseError as error:
            raise _translated(error, file) from error
        # SQLite's own lower() knows ASCII alone.
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, or ArchiveBroken."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise _translated(error, self.file) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    self._connection.execute("BEGIN IMMEDIATE")
                    yield self._connection
            except sqlite3.DatabaseError as error:
                raise _translated(error, self.file) from error

    def fact(self, name: str, value: str) -> str:
        """What is kept under `name`; the first value given for it stays."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, value))
        return str(self.rows("SELECT value FROM facts WHERE name = ?", (name,))[0][0])

    def fact_of(self, name: str) -> str | None:
        """What is kept under `name`, if anything."""
        found = self.rows("SELECT value FROM facts WHERE name = ?", (name,))
        return found[0][0] if found else None

    def keep_fact(self, name: str, value: str) -> None:
        """Keep `value` under `name`, in place of what was there."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def digest(self, article_id: str) -> str | None:
        found = self.rows("SELECT digest FROM articles WHERE id = ?", (article_id,))
        return found[0][0] if found else None

    def ids_of_origin(self, origin: str) -> list[str]:
        """The ids of the articles that were read from this place, which a new reading replaces."""
        if not origin:
            return []
        return [id_ for (id_,) in self.rows("SELECT id FROM articles WHERE origin = ?", (origin,))]

    def note_origin(self, article_id: str, origin: str) -> None:
        """The article lies in this place now; what is read from its old one no longer replaces it."""
        if origin:
            with self._transaction() as db:
                db.execute(
                    "UPDATE articles SET origin = ?1 WHERE id = ?2 AND origin != ?1", (origin, article_id)
                )

    def note_origins(self, origins: Mapping[str, str]) -> None:
        """Where each of the articles lies, by its id."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE articles SET origin = ? WHERE id = ?",
                [(origin, id_) for id_, origin in origins.items()],
            )

    def article(self, article_id: str) -> Article:
        """The article, or ArticleUnknown."""
        found = self.rows(f"SELECT {_FIELDS} FROM articles WHERE id = ?", (article_id,))
        if not found:
            raise ArticleUnknown(f"no article has the id '{article_id}'; `quoth list` shows the ids")
        return _article(found[0])

    def articles(self) -> Iterator[tuple[Article, int]]:
        """Every article with its number of passages, newest first; without any that go meanwhile."""
        ids = self.rows(f"SELECT id FROM articles {_NEWEST_FIRST}")
        for (article_id,) in ids:
            # In one query, so that the number is of the passages that this text has.
            found = self.rows(
                f"SELECT {_FIELDS}, (SELECT count(*) FROM passages WHERE article_id = articles.id) "
                "FROM articles WHERE id = ?",
                (article_id,),
            )
            for *fields, count in found:
                yield _article(fields), count

    def listing(
        self, *, limit: int | None = None, offset: int = 0, search: str = "", filters: Filters = Filters()
    ) -> ArticlePage:
        """A page of summaries, newest first, of articles that pass the filters; all from `offset` on where
        there is no limit. `search` keeps those that have it in their title or source, in whatever case.
        """
        wanted, values = filter_sql(filters)
        if search:
            wanted += " AND (instr(folded(title), ?) OR instr(folded(source), ?))"
            values += [search.casefold()] * 2
        with self._lock:  # so that page and total are of the same moment
            [(total,)] = self.rows(f"SELECT count(*) FROM articles WHERE {wanted}", values)
            # The page is cut before anything of it is counted, which means reading its texts.
            rows = self.rows(
                "SELECT id, title, url, date, source, "
                "(SELECT count(*) FROM passages WHERE article_id = articles.id), length(text) FROM articles "
                f"WHERE id IN (SELECT id FROM articles WHERE {wanted} {_NEWEST_FIRST} LIMIT ? OFFSET ?) "
                f"{_NEWEST_FIRST}",
                (*values, -1 if limit is None else limit, min(offset, total)),
            )
        return ArticlePage(articles=tuple(_summary(row) for row in rows), total=total)

    def sources(self) -> list[str]:
        """Who published articles, each once, in alphabetical order."""
        found = self.rows("SELECT DISTINCT source FROM articles WHERE source != ''")
        return sorted((source for (source,) in found), key=str.casefold)

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids that exist, each with its article."""
        marks = ",".join("?" * len(ids))
        # No write in between: offsets point into the text that they were made for.
        with self._lock:
            found = self.rows(
                f"SELECT id, article_id, start, end FROM passages WHERE id IN ({marks})", tuple(ids)
            )
            articles = {article_id: self.article(article_id) for article_id in {row[1] for row in found}}
        return {
            id_: (
                Passage(
                    id=id_,
                    article_id=article_id,
                    start=start,
                    end=end,
                    text=articles[article_id].text[start:end],
                ),
                articles[article_id],
            )
            for id_, article_id, start, end in found
        }

    def days(self, ids: Sequence[str]) -> dict[str, date | None]:
        """The day of the article of each of these passages that exists."""
        marks = ",".join("?" * len(ids))
        rows = self.rows(
            "SELECT passages.id, articles.date FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE passages.id IN ({marks})",
            tuple(ids),
        )
        return {id_: date.fromisoformat(day) if day else None for id_, day in rows}

    def passing(self, ids: Sequence[str], filters: Filters) -> set[str]:
        """Which of these passages are of articles that pass the filters."""
        condition, values = filter_sql(filters)
        marks = ",".join("?" * len(ids))
        rows = self.rows(
            "SELECT passages.id FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE passages.id IN ({marks}) AND {condition}",
            (*ids, *values),
        )
        return {id_ for (id_,) in rows}

    def newest(self, as_of: date | None = None) -> date | None:
        """`as_of`, or the day of the newest article where none is given or that is earlier."""
        [(day,)] = self.rows("SELECT max(date) FROM articles")
        days = [date.fromisoformat(day)] if day else []
        return min([*days, as_of] if as_of else days, default=None)

    def story(self, article_id: str) -> int | None:
        """The number of the story that this article and others tell; None if no other does."""
        found = self.rows(
            "SELECT story FROM tellings WHERE article_id = ?1 AND EXISTS (SELECT 1 FROM tellings AS other "
            "WHERE other.story = tellings.story AND other.article_id != ?1)",
            (article_id,),
        )
        return found[0][0] if found else None

    def telling(self, story: int, filters: Filters, most: int) -> list[Article]:
        """Up to `most` articles that tell the story and pass the filters, oldest first."""
        condition, values = filter_sql(filters)
        rows = self.rows(
            f"SELECT {_FIELDS} FROM articles WHERE id IN (SELECT article_id FROM tellings WHERE story = ?) "
            f"AND {condition} ORDER BY date NULLS LAST, source, id LIMIT ?",
            (story, *values, most),
        )
        return [_article(row) for row in rows]

    def check_file(self) -> None:
        """Raises ArchiveBroken where the file is damaged, also in parts that are seldom read."""
        with self._lock:
            [(found,)] = self.rows("PRAGMA quick_check(1)")
        if found != "ok":
            raise _translated(sqlite3.DatabaseError(found), self.file)

    def check_writable(self) -> None:
        """Raises ArchiveBroken or DiskFull where nothing could be written now."""
        with self._transaction():
            pass  # it began by claiming the right to write

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        [(articles, passages)] = self.rows(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        )
        return articles, passages

    def passage_ids(self) -> set[str]:
        return {id_ for (id_,) in self.rows("SELECT id FROM passages")}

    def strays(self) -> list[str]:
        """Ids of vectors that no article owns."""
        return [id_ for (id_,) in self.rows("SELECT passage_id FROM strays")]

    def note_strays(self, ids: Sequence[str]) -> None:
        """Vectors of these ids are about to be written; they count only once `put` has run.

        A passage that is kept again owns its vector all the while, and is not noted.
        """
        with self._transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO strays SELECT ?1 WHERE ?1 NOT IN (SELECT id FROM passages)",
                [(id_,) for id_ in ids],
            )

    def forget_strays(self, ids: Sequence[str]) -> None:
        """The vectors of these ids are gone."""
        with self._transaction() as db:
            db.executemany("DELETE FROM strays WHERE passage_id = ?", [(id_,) for id_ in ids])

    def put(self, batch: Sequence[tuple[Article, Sequence[Passage]]]) -> None:
        """Keep the articles with their passages, each in place of what it replaces, all or none."""
        with self._transaction() as db:
            for article, passages in batch:
                for old in {article.id, *self.ids_of_origin(article.origin)}:
                    _remove(db, old)
                _insert(db, article, passages)
            duplicate_clusters.place_waiting(db, PLACED_A_BATCH)

    def forget_words(self, rows: Sequence[int]) -> None:
        """Drop these rows of the keyword index, which no passage has."""
        with self._transaction() as db:
            db.executemany("DELETE FROM words WHERE rowid = ?", [(row,) for row in rows])

    def remove(self, ids: Sequence[str]) -> None:
        """Forget the articles, all or none; their vectors become strays."""
        with self._transaction() as db:
            for article_id in ids:
                _remove(db, article_id)

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def filter_sql(filters: Filters) -> tuple[str, list[str]]:
    """A condition on `articles`, and its values; true of all where there is no filter."""
    clauses, values = ["1"], []
    if filters.source:
        clauses.append("articles.source = ?")
        values.append(filters.source)
    if filters.article_ids:
        clauses.append(f"articles.id IN ({','.join('?' * len(filters.article_ids))})")
        values.extend(filters.article_ids)
    if filters.without_ids:
        clauses.append(f"articles.id NOT IN ({','.join('?' * len(filters.without_ids))})")
        values.extend(filters.without_ids)
    if filters.after:
        clauses.append("articles.date >= ?")
        values.append(filters.after.isoformat())
    if filters.before:
        clauses.append("articles.date <= ?")
        values.append(filters.before.isoformat())
    if filters.as_of:
        clauses.append("(articles.date IS NULL OR articles.date <= ?)")
        values.append(filters.as_of.isoformat())
    return " AND ".join(clauses), values


def _insert(db: sqlite3.Connection, article: Article, passages: Sequence[Passage]) -> None:
    day = article.date.isoformat() if article.date else None
    about = (article.id, article.digest, article.title, article.url, day, article.source, article.origin)
    db.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*about, article.text))
    duplicate_clusters.place(db, article.id, article.text)
    for passage in passages:
        row = db.execute(
            "INSERT INTO passages (id, article_id, start, end) VALUES (?, ?, ?, ?)",
            (passage.id, article.id, passage.start, passage.end),
        ).lastrowid
        db.execute(
            "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (row, article.title, passage.text)
        )
        db.execute("DELETE FROM strays WHERE passage_id = ?", (passage.id,))


def _remove(db: sqlite3.Connection, article_id: str) -> None:
    db.execute("INSERT OR IGNORE INTO strays SELECT id FROM passages WHERE article_id = ?", (article_id,))
    db.execute(
        "DELETE FROM words WHERE rowid IN (SELECT row FROM passages WHERE article_id = ?)", (article_id,)
    )
    db.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
    duplicate_clusters.leave(db, article_id)
    db.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _article(row: Sequence[Any]) -> Article:
    id_, text, title, url, day, source, origin = row
    return Article(
        id=id_,
        text=text,
        title=title,
        url=url,
        date=date.fromisoformat(day) if day else None,
        source=source,
        origin=origin,
    )


def _summary(row: Sequence[Any]) -> ArticleSummary:
    id_, title, url, day, source, passages, characters = row
    return ArticleSummary(
        id=id_,
        title=title,
        url=url,
        date=date.fromisoformat(day) if day else None,
        source=source,
        passages=passages,
        characters=characters,
    )


def _translated(error: sqlite3.DatabaseError, file: Path) -> DiskFull | ArchiveBroken | ArchiveEmpty:
    if "closed database" in str(error):
        return ArchiveEmpty(CLOSED)
    if "full" in str(error):
        return DiskFull(f"the disk of {file.parent} is full; nothing was lost: free some space and go on")
    return ArchiveBroken(
        f"the catalogue {file} cannot be used ({error}); "
        "restore it from a backup, or move the collection's folder away and add the articles again"
    )
