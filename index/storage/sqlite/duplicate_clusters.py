"""Clusters of near-duplicate articles, such as the copies of a wire report.

Every article of a cluster is a copy of at least one other of it. Clusters are formed while articles are
added, in any order; their tables change in the transactions of the document store.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

from index.storage.duplicates import CANDIDATES_PER_BAND, matching_clusters
from index.storage.sqlite.database import Database
from index.text.shingles import Shingles


def cluster_of(database: Database, article_id: str) -> int | None:
    """The cluster of the article; None if it is the only member."""
    found = database.rows(
        "SELECT cluster FROM cluster_members AS own WHERE article_id = ?1 AND EXISTS "
        "(SELECT 1 FROM cluster_members WHERE cluster = own.cluster AND article_id != ?1)",
        (article_id,),
    )
    return found[0][0] if found else None


def add(db: sqlite3.Connection, article_id: str, text: str) -> None:
    """Puts a new article into the cluster of the articles that it copies. Merges their clusters if
    there are several.
    """
    shingles = Shingles.of(text)
    bands = shingles.bands()
    clusters = set(_matching_clusters(db, shingles, bands))
    row = db.execute(
        "INSERT INTO cluster_members (article_id, cluster) VALUES (?, 0)", (article_id,)
    ).lastrowid
    assert row is not None
    cluster = min({row, *clusters})
    db.execute("UPDATE cluster_members SET cluster = ? WHERE row = ?", (cluster, row))
    db.executemany(
        "UPDATE cluster_members SET cluster = ? WHERE cluster = ?",
        [(cluster, other) for other in clusters - {cluster}],
    )
    # A short text can have the same band twice.
    db.executemany("INSERT OR IGNORE INTO minhash_bands VALUES (?, ?)", [(band, row) for band in bands])


def remove(db: sqlite3.Connection, article_id: str) -> None:
    """Takes an article out of its cluster; the others stay together."""
    found = db.execute(
        "SELECT row, cluster FROM cluster_members WHERE article_id = ?", (article_id,)
    ).fetchall()
    for row, cluster in found:
        db.execute("DELETE FROM minhash_bands WHERE member = ?", (row,))
        db.execute("DELETE FROM cluster_members WHERE row = ?", (row,))
        db.execute(
            "UPDATE cluster_members SET cluster = "
            "(SELECT min(row) FROM cluster_members WHERE cluster = ?1) WHERE cluster = ?1",
            (cluster,),
        )


def add_unclustered(db: sqlite3.Connection, limit: int) -> None:
    """Clusters up to `limit` articles that were stored by a version without clusters."""
    unclustered = db.execute(
        "SELECT id, text FROM articles WHERE id NOT IN (SELECT article_id FROM cluster_members) LIMIT ?",
        (limit,),
    ).fetchall()
    for article_id, text in unclustered:
        add(db, article_id, text)


def _matching_clusters(db: sqlite3.Connection, shingles: Shingles, bands: list[int]) -> Iterator[int]:
    """The clusters that contain a copy of the text."""
    shared_bands: Counter[int] = Counter()
    for band in bands:
        found = db.execute(
            "SELECT member FROM minhash_bands WHERE hash = ? LIMIT ?", (band, CANDIDATES_PER_BAND)
        )
        shared_bands.update(member for (member,) in found)

    def cluster_of_member(member: int) -> int:
        [(cluster,)] = db.execute("SELECT cluster FROM cluster_members WHERE row = ?", (member,))
        return int(cluster)

    def text_of(member: int) -> str:
        [(text,)] = db.execute(
            "SELECT text FROM cluster_members JOIN articles ON id = article_id WHERE row = ?", (member,)
        )
        return str(text)

    return matching_clusters(shingles, shared_bands, cluster_of_member, text_of)
