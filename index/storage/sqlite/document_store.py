"""Articles, passages and duplicate clusters in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date

from index.errors import ArticleUnknown
from index.schemas import Article, ArticlePage, Filters, Passage, first_day, site_of
from index.storage.article_rows import ARTICLE_FIELDS, article_of, filter_condition, placeholders, summary_of
from index.storage.disk_space import ensure_space
from index.storage.protocols import PassageSpan
from index.storage.sqlite import duplicate_clusters
from index.storage.sqlite.database import Database, SQLiteMetadata
from index.storage.sqlite.sql import delete_article, insert_article
from index.text.messages.phrase import Phrase

# Articles from before there were clusters are clustered so many with each batch that is stored.
CLUSTERED_PER_BATCH = 50
_NEWEST_FIRST = "ORDER BY date DESC NULLS LAST, title, id"


class SQLiteDocumentStore:
    """The document store of one collection, in one file; safe to use from several threads.

    `put` and `remove` also update the keyword index (`FTS5KeywordIndex`), in the same transaction.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.metadata = SQLiteMetadata(database)

    def article(self, article_id: str) -> Article:
        found = self.database.rows(f"SELECT {ARTICLE_FIELDS} FROM articles WHERE id = ?", (article_id,))
        if not found:
            raise ArticleUnknown(
                Phrase(
                    "no article has the id '{article_id}'; `quoth list` shows the ids", article_id=article_id
                )
            )
        return article_of(found[0])

    def present(self, ids: Iterable[str]) -> list[Article]:
        found: list[Article] = []
        for article_id in ids:
            with suppress(ArticleUnknown):
                found.append(self.article(article_id))
        return found

    def articles(self) -> Iterator[tuple[Article, int]]:
        ids = self.database.rows(f"SELECT id FROM articles {_NEWEST_FIRST}")
        for (article_id,) in ids:
            # In one query, so that the number belongs to this version of the text.
            found = self.database.rows(
                f"SELECT {ARTICLE_FIELDS}, (SELECT count(*) FROM passages WHERE article_id = articles.id) "
                "FROM articles WHERE id = ?",
                (article_id,),
            )
            for *fields, count in found:
                yield article_of(fields), count

    def list_articles(
        self, *, limit: int | None = None, offset: int = 0, search: str = "", filters: Filters = Filters()
    ) -> ArticlePage:
        condition, values = filter_condition(filters)
        if search:
            condition += " AND (instr(casefold(title), ?) OR instr(casefold(source), ?))"
            values += [search.casefold()] * 2
        with self.database.locked():  # page and total of the same state
            [(total,)] = self.database.rows(f"SELECT count(*) FROM articles WHERE {condition}", values)
            # The inner query selects the page, so that only its texts are read for their lengths.
            rows = self.database.rows(
                "SELECT id, title, url, date, source, "
                "(SELECT count(*) FROM passages WHERE article_id = articles.id), length(text) FROM articles "
                f"WHERE id IN (SELECT id FROM articles WHERE {condition} {_NEWEST_FIRST} LIMIT ? OFFSET ?) "
                f"{_NEWEST_FIRST}",
                (*values, -1 if limit is None else limit, min(offset, total)),
            )
        return ArticlePage(articles=tuple(summary_of(row) for row in rows), total=total)

    def sources(self) -> list[str]:
        found = self.database.rows("SELECT DISTINCT source FROM articles WHERE source != ''")
        return sorted((source for (source,) in found), key=str.casefold)

    def sites(self) -> list[str]:
        # The address up to its path has the host; most articles share one with others.
        found = self.database.rows(
            "SELECT DISTINCT substr(url, 1, instr(substr(url, 9) || '/', '/') + 8) FROM articles "
            "WHERE source = '' AND url != ''"
        )
        return sorted({site for (url,) in found if (site := site_of(url))})

    def ids_of_site(self, site: str) -> list[str]:
        rows = self.database.rows(
            "SELECT id, url FROM articles WHERE source = '' AND instr(casefold(url), ?)", (site,)
        )
        return [id_ for id_, url in rows if site_of(url) == site]

    def newest_date(self, as_of: date | None = None) -> date | None:
        [(day,)] = self.database.rows("SELECT max(date) FROM articles WHERE length(date) = 10")
        days = [date.fromisoformat(day)] if day else []
        return min([*days, as_of] if as_of else days, default=None)

    def counts(self) -> tuple[int, int]:
        [(articles, passages)] = self.database.rows(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        )
        return articles, passages

    def language_counts(self) -> dict[str, int]:
        counts = "SELECT language, count(*) FROM articles WHERE language <> '' GROUP BY language"
        return dict(self.database.rows(f"{counts} ORDER BY count(*) DESC, language"))

    def language(self, article_id: str) -> str:
        found = self.database.rows("SELECT language FROM articles WHERE id = ?", (article_id,))
        return (found[0][0] or "") if found else ""

    def without_language(self) -> int:
        [(count,)] = self.database.rows("SELECT count(*) FROM articles WHERE language IS NULL")
        return int(count)

    def digest(self, article_id: str) -> str | None:
        found = self.database.rows("SELECT digest FROM articles WHERE id = ?", (article_id,))
        return found[0][0] if found else None

    def origins(self) -> dict[str, str]:
        return dict(self.database.rows("SELECT id, origin FROM articles"))

    def ids_by_origin(self, origin: str) -> list[str]:
        if not origin:
            return []
        return [id_ for (id_,) in self.database.rows("SELECT id FROM articles WHERE origin = ?", (origin,))]

    def set_origins(self, origins: Mapping[str, str]) -> None:
        with self.database.transaction() as db:
            db.executemany(
                "UPDATE articles SET origin = ?1 WHERE id = ?2 AND origin != ?1",
                [(origin, id_) for id_, origin in origins.items()],
            )

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        # No write in between: offsets point into the text they were computed for.
        with self.database.locked():
            found = self.database.rows(
                f"SELECT id, article_id, start, end FROM passages WHERE id IN ({placeholders(ids)})", ids
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

    def passage_ids(self) -> set[str]:
        return {id_ for (id_,) in self.database.rows("SELECT id FROM passages")}

    def passage_spans(self, article_id: str) -> list[PassageSpan]:
        rows = self.database.rows(
            "SELECT id, start, end FROM passages WHERE article_id = ? ORDER BY row", (article_id,)
        )
        return [PassageSpan(id=id_, start=start, end=end) for id_, start, end in rows]

    def passage_dates(self, ids: Sequence[str]) -> dict[str, date | None]:
        rows = self.database.rows(
            "SELECT passages.id, articles.date FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE passages.id IN ({placeholders(ids)})",
            ids,
        )
        return {id_: first_day(dated or "") for id_, dated in rows}

    def matching_passages(self, ids: Sequence[str], filters: Filters) -> set[str]:
        condition, values = filter_condition(filters)
        rows = self.database.rows(
            "SELECT passages.id FROM passages JOIN articles ON articles.id = article_id "
            f"WHERE passages.id IN ({placeholders(ids)}) AND {condition}",
            (*ids, *values),
        )
        return {id_ for (id_,) in rows}

    def cluster(self, article_id: str) -> int | None:
        return duplicate_clusters.cluster_of(self.database, article_id)

    def cluster_members(self, cluster: int, filters: Filters, limit: int) -> list[Article]:
        condition, values = filter_condition(filters)
        rows = self.database.rows(
            f"SELECT {ARTICLE_FIELDS} FROM articles "
            f"WHERE id IN (SELECT article_id FROM cluster_members WHERE cluster = ?) AND {condition} "
            "ORDER BY date NULLS LAST, source, id LIMIT ?",
            (cluster, *values, limit),
        )
        return [article_of(row) for row in rows]

    def put(self, articles: Sequence[tuple[Article, Sequence[Passage]]], batch: int = 0) -> None:
        with self.database.transaction() as db:
            for article, passages in articles:
                for old in {article.id, *self.ids_by_origin(article.origin)}:
                    delete_article(db, old)
                insert_article(db, article, passages)
            duplicate_clusters.add_unclustered(db, CLUSTERED_PER_BATCH)

    def remove(self, ids: Sequence[str]) -> None:
        with self.database.transaction() as db:
            for article_id in ids:
                delete_article(db, article_id)

    def orphan_vectors(self) -> list[str]:
        return [id_ for (id_,) in self.database.rows("SELECT passage_id FROM orphan_vectors")]

    def mark_orphans(self, ids: Sequence[str]) -> int:
        with self.database.transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO orphan_vectors SELECT ?1 WHERE ?1 NOT IN (SELECT id FROM passages)",
                [(id_,) for id_ in ids],
            )
        return 0  # one process writes, one batch at a time

    @contextmanager
    def take_orphans(self) -> Iterator[list[str]]:
        taken = self.orphan_vectors()
        yield taken
        with self.database.transaction() as db:
            db.executemany("DELETE FROM orphan_vectors WHERE passage_id = ?", [(id_,) for id_ in taken])

    @contextmanager
    def snapshot(self) -> Iterator[SQLiteDocumentStore]:
        with closing(Database(self.database.file, snapshot=True)) as database:
            yield SQLiteDocumentStore(database)

    def check_integrity(self) -> None:
        self.database.check()

    def check_writable(self) -> None:
        self.database.check_present()
        with self.database.transaction():
            pass  # beginning it acquires the write lock

    def ensure_space(self) -> None:
        ensure_space(self.database.file.parent)

    def close(self) -> None:
        self.database.close()
