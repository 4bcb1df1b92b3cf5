"""What can be asked about the articles of one generation in PostgreSQL, now or in a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from index.errors import ArticleUnknown
from index.schemas import Article, ArticlePage, Filters, Passage, first_day
from index.storage.article_rows import article_of, filter_condition, summary_of
from index.storage.postgres.connection import Postgres, Row, Transaction
from index.storage.postgres.metadata import PostgresMetadata
from index.storage.postgres.text import restored, stored
from index.storage.protocols import PassageSpan
from index.text.messages.phrase import Phrase

_FIELDS = ", ".join(
    f"articles.{field}" for field in ("id", "text", "title", "url", "date", "source", "origin")
)
_NEWEST_FIRST = "ORDER BY date DESC NULLS LAST, title, id"


class ArticleQueries:
    """The reading half of a `DocumentStore`."""

    def __init__(self, database: Postgres | Transaction, generation: int) -> None:
        self.database = database
        self.generation = generation
        self.metadata: Mapping[str, str] = PostgresMetadata(database, generation)

    def article(self, article_id: str) -> Article:
        found = self._articles("articles.id = %s", (stored(article_id),))
        if not found:
            raise ArticleUnknown(
                Phrase(
                    "no article has the id '{article_id}'; `quoth list` shows the ids", article_id=article_id
                )
            )
        return found[0]

    def present(self, ids: Iterable[str]) -> list[Article]:
        wanted = list(ids)
        found = {one.id: one for one in self._articles("articles.id = ANY(%s)", (_all_stored(wanted),))}
        return [found[id_] for id_ in wanted if id_ in found]

    def articles(self) -> Iterator[tuple[Article, int]]:
        for id_ in self._texts(f"SELECT id FROM articles WHERE generation = %s {_NEWEST_FIRST}"):
            # In one query, so that the number belongs to this version of the text.
            rows = self._rows(
                f"SELECT {_FIELDS}, (SELECT count(*) FROM passages WHERE article = articles.row) "
                "FROM articles WHERE generation = %s AND id = %s",
                (stored(id_),),
            )
            for *fields, count in rows:
                yield _article(fields), int(count)

    def list_articles(
        self, *, limit: int | None = None, offset: int = 0, search: str = "", filters: Filters = Filters()
    ) -> ArticlePage:
        condition, values = _condition(filters)
        if search:
            condition += " AND strpos(folded, %s) > 0"
            values.append(stored(search.casefold()))
        # One query, so that page and total are of the same state; a page beyond the end has a row too.
        rows = self._rows(
            f"WITH passing AS (SELECT * FROM articles WHERE generation = %s AND {condition}) "
            "SELECT total, id, title, url, date, source, "
            "(SELECT count(*) FROM passages WHERE article = page.row), characters "
            "FROM (SELECT count(*) AS total FROM passing) AS counted LEFT JOIN "
            f"(SELECT row, id, title, url, date, source, characters FROM passing {_NEWEST_FIRST} "
            f"LIMIT %s OFFSET %s) AS page ON true {_NEWEST_FIRST}",
            (*values, limit, offset),
        )
        found = [summary_of(_restored(fields)) for _, *fields in rows if fields[0] is not None]
        return ArticlePage(articles=tuple(found), total=int(rows[0][0]))

    def sources(self) -> list[str]:
        found = self._texts("SELECT DISTINCT source FROM articles WHERE generation = %s AND source != ''")
        return sorted(found, key=str.casefold)

    def sites(self) -> list[str]:
        return sorted(
            self._texts(
                "SELECT DISTINCT site FROM articles WHERE generation = %s AND source = '' AND site != ''"
            )
        )

    def ids_of_site(self, site: str) -> list[str]:
        return self._texts(
            "SELECT id FROM articles WHERE generation = %s AND source = '' AND site = %s", (stored(site),)
        )

    def newest_date(self, as_of: date | None = None) -> date | None:
        rows = self._rows(
            "SELECT date FROM articles WHERE generation = %s AND length(date) = 10 ORDER BY date DESC LIMIT 1"
        )
        days = [date.fromisoformat(day) for (day,) in rows]
        return min([*days, as_of] if as_of else days, default=None)

    def counts(self) -> tuple[int, int]:
        rows = self._rows("SELECT articles, passages FROM generations WHERE id = %s")
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def language_counts(self) -> dict[str, int]:
        rows = self._rows(
            "SELECT language, count(*) FROM articles WHERE generation = %s AND language <> '' "
            "GROUP BY language ORDER BY count(*) DESC, language"
        )
        return {str(language): int(articles) for language, articles in rows}

    def language(self, article_id: str) -> str:
        found = self._texts(
            "SELECT coalesce(language, '') FROM articles WHERE generation = %s AND id = %s",
            (stored(article_id),),
        )
        return found[0] if found else ""

    def without_language(self) -> int:
        return 0  # all were added since languages are told apart

    def digest(self, article_id: str) -> str | None:
        found = self._texts(
            "SELECT digest FROM articles WHERE generation = %s AND id = %s", (stored(article_id),)
        )
        return found[0] if found else None

    def origins(self) -> dict[str, str]:
        rows = self._rows("SELECT id, origin FROM articles WHERE generation = %s")
        return {restored(id_): restored(origin) for id_, origin in rows}

    def ids_by_origin(self, origin: str) -> list[str]:
        return self._ids_by_origins([origin])

    def _ids_by_origins(self, origins: Sequence[str]) -> list[str]:
        wanted = [stored(origin) for origin in origins if origin]
        return self._texts(
            "SELECT id FROM articles WHERE generation = %s AND origin != '' "
            "AND md5(origin) IN (SELECT md5(one) FROM unnest(%s::text[]) AS one) AND origin = ANY(%s)",
            (wanted, wanted),
        )

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        # One query: offsets point into the text they were computed for.
        rows = self._rows(
            f"SELECT {_FIELDS}, own.ids, own.starts, own.ends FROM (SELECT article, array_agg(id) AS ids, "
            'array_agg("start") AS starts, array_agg("end") AS ends FROM passages '
            "WHERE generation = %s AND id = ANY(%s) GROUP BY article) AS own "
            "JOIN articles ON articles.row = own.article",
            (_all_stored(ids),),
        )
        found: dict[str, tuple[Passage, Article]] = {}
        for *fields, passage_ids, starts, ends in rows:
            article = _article(fields)
            for id_, start, end in zip(map(restored, passage_ids), starts, ends, strict=True):
                text = article.text[start:end]
                passage = Passage(id=id_, article_id=article.id, start=start, end=end, text=text)
                found[id_] = passage, article
        return found

    def passage_ids(self) -> set[str]:
        return set(self._texts("SELECT id FROM passages WHERE generation = %s"))

    def passage_spans(self, article_id: str) -> list[PassageSpan]:
        rows = self._rows(
            'SELECT id, "start", "end" FROM passages WHERE article = '
            "(SELECT row FROM articles WHERE generation = %s AND id = %s) ORDER BY row",
            (stored(article_id),),
        )
        return [PassageSpan(id=restored(id_), start=start, end=end) for id_, start, end in rows]

    def passage_dates(self, ids: Sequence[str]) -> dict[str, date | None]:
        rows = self._rows(
            "SELECT passages.id, date FROM passages JOIN articles ON articles.row = article "
            "WHERE passages.generation = %s AND passages.id = ANY(%s)",
            (_all_stored(ids),),
        )
        return {restored(id_): first_day(dated or "") for id_, dated in rows}

    def matching_passages(self, ids: Sequence[str], filters: Filters) -> set[str]:
        condition, values = _condition(filters)
        return set(
            self._texts(
                "SELECT passages.id FROM passages JOIN articles ON articles.row = article "
                f"WHERE passages.generation = %s AND passages.id = ANY(%s) AND {condition}",
                (_all_stored(ids), *values),
            )
        )

    def cluster(self, article_id: str) -> int | None:
        rows = self._rows(
            "SELECT own.cluster FROM articles JOIN cluster_members AS own ON own.article = articles.row "
            "WHERE articles.generation = %s AND articles.id = %s AND EXISTS (SELECT FROM cluster_members "
            "WHERE cluster = own.cluster AND row != own.row)",
            (stored(article_id),),
        )
        return int(rows[0][0]) if rows else None

    def cluster_members(self, cluster: int, filters: Filters, limit: int) -> list[Article]:
        condition, values = _condition(filters)
        return self._articles(
            f"articles.row IN (SELECT article FROM cluster_members WHERE cluster = %s) AND {condition} "
            "ORDER BY date NULLS LAST, source, id LIMIT %s",
            (cluster, *values, limit),
        )

    def orphan_vectors(self) -> list[str]:
        return self._texts("SELECT passage_id FROM pending_vectors WHERE generation = %s")

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Rows of a query whose first value is the generation."""
        return self.database.rows(sql, (self.generation, *values))

    def _texts(self, sql: str, values: Sequence[Any] = ()) -> list[str]:
        return [restored(text) for (text,) in self._rows(sql, values)]

    def _articles(self, condition: str, values: Sequence[Any]) -> list[Article]:
        rows = self._rows(f"SELECT {_FIELDS} FROM articles WHERE generation = %s AND {condition}", values)
        return [_article(row) for row in rows]


def _article(row: Sequence[Any]) -> Article:
    return article_of(_restored(row))


def _restored(row: Sequence[Any]) -> list[Any]:
    return [restored(value) if isinstance(value, str) else value for value in row]


def _condition(filters: Filters) -> tuple[str, list[str]]:
    condition, values = filter_condition(filters)
    return condition.replace("?", "%s"), _all_stored(values)


def _all_stored(texts: Sequence[str]) -> list[str]:
    return [stored(text) for text in texts]
