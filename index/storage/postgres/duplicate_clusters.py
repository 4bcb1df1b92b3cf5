"""Clusters of near-duplicate articles; see `index.storage.sqlite.duplicate_clusters`, whose counterpart this
is. Their tables change in the transactions of the document store, one of them at a time in a generation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from index.storage.duplicates import CANDIDATES_PER_BAND, matching_clusters
from index.storage.postgres.connection import Transaction
from index.storage.postgres.text import restored
from index.text.shingles import Shingles


def add(db: Transaction, generation: int, article: int, shingles: Shingles, bands: Sequence[int]) -> None:
    """Puts a new article, by its row, its shingles and their bands, into the cluster of the articles that it
    copies. Merges their clusters if there are several.
    """
    clusters = set(matching_clusters(shingles, _shared_bands(db, generation, bands), *_lookups(db)))
    first = min(clusters, default=None)
    if others := sorted(clusters - {first}):
        db.execute("UPDATE cluster_members SET cluster = %s WHERE cluster = ANY(%s)", (first, others))
    # In one statement, for most articles the only one. Without a copy the article's own cluster begins.
    db.execute(
        "WITH own AS (SELECT nextval(pg_get_serial_sequence('cluster_members', 'row')) AS row), "
        "member AS (INSERT INTO cluster_members (row, generation, article, cluster) "
        "OVERRIDING SYSTEM VALUE SELECT row, %s, %s, coalesce(%s::bigint, row) FROM own RETURNING row) "
        "INSERT INTO minhash_bands (generation, hash, member) "
        "SELECT %s, unnest(%s::bigint[]), row FROM member",
        (generation, article, first, generation, list(bands)),
    )


def remove(db: Transaction, articles: Sequence[int]) -> None:
    """Takes articles, by their rows, out of their clusters; the others stay together."""
    clusters = [
        cluster
        for (cluster,) in db.rows(
            "DELETE FROM cluster_members WHERE article = ANY(%s) RETURNING cluster", (list(articles),)
        )
    ]
    db.execute(
        "UPDATE cluster_members SET cluster = (SELECT min(own.row) FROM cluster_members AS own "
        "WHERE own.cluster = cluster_members.cluster) WHERE cluster = ANY(%s)",
        (clusters,),
    )


def _shared_bands(db: Transaction, generation: int, bands: Sequence[int]) -> Counter[int]:
    rows = db.rows(
        "SELECT found.member FROM unnest(%s::bigint[]) AS band CROSS JOIN LATERAL "
        "(SELECT member FROM minhash_bands WHERE generation = %s AND hash = band ORDER BY member LIMIT %s) "
        "AS found",
        (list(bands), generation, CANDIDATES_PER_BAND),
    )
    return Counter(member for (member,) in rows)


def _lookups(db: Transaction) -> tuple[Callable[[int], int], Callable[[int], str]]:
    """The cluster and the text of a member, by its row."""

    def cluster_of(member: int) -> int:
        [(cluster,)] = db.rows("SELECT cluster FROM cluster_members WHERE row = %s", (member,))
        return int(cluster)

    def text_of(member: int) -> str:
        [(text,)] = db.rows(
            "SELECT text FROM cluster_members JOIN articles ON articles.row = article "
            "WHERE cluster_members.row = %s",
            (member,),
        )
        return restored(text)

    return cluster_of, text_of
