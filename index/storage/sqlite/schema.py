"""The tables of a collection's SQLite file, and how older files are brought up to date.

`PRAGMA user_version` holds the version of the tables. Each migration is one transaction: a file is
at its old version or at the new one, whenever the process dies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import ArchiveBroken
from index.text.letters import normalize_letters

VERSION = 3
# The first version whose keyword index has normalized words.
NORMALIZED_VERSION = 2

# `language` is the one whose stems the keyword index has of an article, empty if it is uncertain, NULL if the
# article was added before languages were told apart. `cluster` is the smallest row of the cluster's members.
# `hash` is one of `Shingles.bands`.
TABLES = (
    "CREATE TABLE IF NOT EXISTS metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS articles (
        id TEXT PRIMARY KEY, digest TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL, date TEXT,
        source TEXT NOT NULL, origin TEXT NOT NULL, text TEXT NOT NULL, language TEXT)""",
    "CREATE INDEX IF NOT EXISTS articles_by_date ON articles (date)",
    "CREATE INDEX IF NOT EXISTS articles_by_origin ON articles (origin) WHERE origin != ''",
    """CREATE TABLE IF NOT EXISTS passages (
        row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles (id),
        start INTEGER NOT NULL, end INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS passages_by_article ON passages (article_id)",
    "CREATE TABLE IF NOT EXISTS orphan_vectors (passage_id TEXT PRIMARY KEY)",
    """CREATE VIRTUAL TABLE IF NOT EXISTS passage_fts USING fts5 (
        title, text, tokenize = "porter unicode61 remove_diacritics 2")""",
    """CREATE TABLE IF NOT EXISTS cluster_members (
        row INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE REFERENCES articles (id),
        cluster INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS cluster_members_by_cluster ON cluster_members (cluster)",
    """CREATE TABLE IF NOT EXISTS minhash_bands (
        hash INTEGER NOT NULL, member INTEGER NOT NULL, PRIMARY KEY (hash, member)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS minhash_bands_by_member ON minhash_bands (member)",
)
# From version 0 to 1, by table: the files of Quoth 0.1, of which the oldest have no tables for duplicates.
RENAMES = {
    "facts": (
        "ALTER TABLE facts RENAME TO metadata",
        "ALTER TABLE metadata RENAME COLUMN name TO key",
    ),
    "strays": ("ALTER TABLE strays RENAME TO orphan_vectors",),
    "words": ("ALTER TABLE words RENAME TO passage_fts",),
    "tellings": (
        "DROP INDEX tellings_by_story",
        "ALTER TABLE tellings RENAME TO cluster_members",
        "ALTER TABLE cluster_members RENAME COLUMN story TO cluster",
    ),
    "bands": (
        "DROP INDEX bands_by_telling",
        "ALTER TABLE bands RENAME TO minhash_bands",
        "ALTER TABLE minhash_bands RENAME COLUMN telling TO member",
    ),
}
# From version 1 to 2: the words of passages are indexed as people type them.
NORMALIZED_WORDS = """UPDATE passage_fts SET title = normalize_letters(title), text = normalize_letters(text)
    WHERE title != normalize_letters(title) OR text != normalize_letters(text)"""
# From version 2 to 3: articles have a language. `quoth reindex` finds out that of the stored ones.
LANGUAGES = "ALTER TABLE articles ADD COLUMN language TEXT"
LANGUAGES_INDEX = "CREATE INDEX IF NOT EXISTS articles_by_language ON articles (language)"


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Brings the tables to VERSION; creates them in a new file.

    Raises ArchiveBroken, and leaves the file alone, if a newer version wrote it.
    """
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise ArchiveBroken(
            f"the catalogue {file} was written by a newer version of Quoth (its schema is {version}, this "
            f"version reads up to {VERSION}); update Quoth, or choose another --home"
        )
    if version < VERSION:
        connection.create_function("normalize_letters", 1, normalize_letters, deterministic=True)
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in _statements(connection, version):
                connection.execute(statement)


def _statements(connection: sqlite3.Connection, version: int) -> Iterator[str]:
    existing = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    renames: Iterable[tuple[str, ...]] = (RENAMES[table] for table in RENAMES if table in existing)
    yield from (statement for statements in renames for statement in statements)
    yield from TABLES
    if version < NORMALIZED_VERSION:
        yield NORMALIZED_WORDS
    if "language" not in {column for _, column, *_ in connection.execute("PRAGMA table_info(articles)")}:
        yield LANGUAGES
    yield LANGUAGES_INDEX
    yield f"PRAGMA user_version = {VERSION}"
