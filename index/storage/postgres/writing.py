"""What PostgreSQL's tables have of an article. One transaction at a time writes to a generation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.schemas import Article, Passage, site_of
from index.storage.postgres import duplicate_clusters
from index.storage.postgres.connection import Transaction
from index.storage.postgres.text import indexed, stored
from index.text.languages import language_of
from index.text.shingles import Shingles
from index.text.terms.keyword_terms import index_terms

# The columns of counts have two bytes.
_MOST = 32_767
# The row of its article, a passage, and its terms, the title's included.
_Inserted = tuple[int, Passage, Counter[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedArticle:
    """An article with what the tables have of its words; `terms` are those of each passage, the title's
    included.
    """

    article: Article
    passages: Sequence[Passage]
    language: str
    shingles: Shingles
    bands: Sequence[int]
    terms: Sequence[Counter[str]]


def indexed_article(article: Article, passages: Sequence[Passage]) -> IndexedArticle:
    """What takes longer to compute than to insert, and needs no transaction."""
    language = language_of(article.text)
    shingles = Shingles.of(article.text)
    title = _terms(article.title, language)
    return IndexedArticle(
        article=article,
        passages=passages,
        language=language,
        shingles=shingles,
        bands=sorted(set(shingles.bands())),
        terms=[title + _terms(passage.text, language) for passage in passages],
    )


def insert(db: Transaction, generation: int, articles: Sequence[IndexedArticle]) -> None:
    """Inserts new articles with their passages into all tables. They own their vectors from now on."""
    inserted: list[_Inserted] = []
    for one in articles:
        row = _insert_article(db, generation, one.article, one.language)
        duplicate_clusters.add(db, generation, row, one.shingles, one.bands)
        inserted += ((row, *parts) for parts in zip(one.passages, one.terms, strict=True))
    rows = _insert_passages(db, generation, inserted)
    db.execute(
        "UPDATE generations SET articles = articles + %s, passages = passages + %s, words = words + %s "
        "WHERE id = %s",
        (len(articles), len(rows), sum(terms.total() for *_, terms in inserted), generation),
    )
    _insert_postings(db, generation, [(row, terms) for row, (*_, terms) in zip(rows, inserted, strict=True)])


def _terms(text: str, language: str) -> Counter[str]:
    return Counter({indexed(term): count for term, count in index_terms(text, language).items()})


def _insert_article(db: Transaction, generation: int, article: Article, language: str) -> int:
    texts = {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "site": site_of(article.url),
        "source": article.source,
        "origin": article.origin,
        "folded": folded(article.title, article.source),
        "text": article.text,
    }
    values = {name: stored(text) for name, text in texts.items()} | {
        "generation": generation,
        "digest": article.digest,
        "date": article.dated or None,
        "characters": len(article.text),
        "language": language,
    }
    places = ", ".join(f"%({name})s" for name in values)
    [(row,)] = db.rows(f"INSERT INTO articles ({', '.join(values)}) VALUES ({places}) RETURNING row", values)
    return int(row)


def folded(title: str, source: str) -> str:
    """What the list's search looks into."""
    return f"{title.casefold()}\x1f{source.casefold()}"


def _insert_passages(db: Transaction, generation: int, inserted: Sequence[_Inserted]) -> list[int]:
    """The rows of the passages, in their order. One statement for all: each takes longer than a row does."""
    ids = [stored(passage.id) for _, passage, _ in inserted]
    rows = db.rows(
        'INSERT INTO passages (generation, article, id, "start", "end", words) SELECT %s, * '
        "FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[]) RETURNING row",
        (
            generation,
            [article for article, _, _ in inserted],
            ids,
            [passage.start for _, passage, _ in inserted],
            [passage.end for _, passage, _ in inserted],
            [terms.total() for _, _, terms in inserted],
        ),
    )
    db.execute(
        "DELETE FROM pending_vectors WHERE generation = %s AND passage_id = ANY(%s)", (generation, ids)
    )
    return [int(row) for (row,) in rows]


def _insert_postings(db: Transaction, generation: int, counted: Sequence[tuple[int, Counter[str]]]) -> None:
    frequencies: Counter[str] = Counter()
    for _, terms in counted:
        frequencies.update(terms.keys())
    ids = _count_terms(db, generation, frequencies)
    postings = [
        (passage, ids[term], min(count, _MOST), words)
        for passage, terms in counted
        for words in (min(terms.total(), _MOST),)
        for term, count in terms.items()
    ]
    db.copy(
        "COPY postings (passage, term, frequency, words) FROM STDIN (FORMAT BINARY)",
        postings,
        ("int8", "int4", "int2", "int2"),
    )


def _count_terms(db: Transaction, generation: int, frequencies: Mapping[str, int]) -> dict[str, int]:
    """The number of each term. Known ones are updated first: an INSERT with ON CONFLICT takes a new number
    for each row, whether it keeps it or not, and there are no more than 2³¹.
    """
    ids: dict[str, int] = dict(
        db.rows(
            "UPDATE terms SET passages = terms.passages + counted.passages "
            "FROM unnest(%s::text[], %s::int[]) AS counted (term, passages) "
            "WHERE generation = %s AND terms.term = counted.term RETURNING terms.term, id",
            (list(frequencies), list(frequencies.values()), generation),
        )
    )
    new = [term for term in frequencies if term not in ids]
    inserted = db.rows(
        "INSERT INTO terms (generation, term, passages) "
        "SELECT %s, * FROM unnest(%s::text[], %s::int[]) RETURNING term, id",
        (generation, new, [frequencies[term] for term in new]),
    )
    return ids | dict(inserted)


def delete(db: Transaction, generation: int, ids: Sequence[str]) -> None:
    """Deletes the articles that exist from all tables; their vectors become orphans."""
    articles = [
        row
        for (row,) in db.rows(
            "SELECT row FROM articles WHERE generation = %s AND id = ANY(%s)", (generation, _all_stored(ids))
        )
    ]
    if not articles:
        return
    passages = db.rows("DELETE FROM passages WHERE article = ANY(%s) RETURNING row, id, words", (articles,))
    db.execute(
        "INSERT INTO pending_vectors (generation, passage_id) SELECT %s, unnest(%s::text[]) "
        "ON CONFLICT DO NOTHING",
        (generation, [id_ for _, id_, _ in passages]),
    )
    db.execute(
        "UPDATE generations SET articles = articles - %s, passages = passages - %s, words = words - %s "
        "WHERE id = %s",
        (len(articles), len(passages), sum(words for *_, words in passages), generation),
    )
    delete_postings(db, [row for row, *_ in passages])
    duplicate_clusters.remove(db, articles)
    db.execute("DELETE FROM articles WHERE row = ANY(%s)", (articles,))


def delete_postings(db: Transaction, passages: Sequence[int]) -> None:
    """Deletes the keywords of passages, by their rows."""
    db.execute(
        "WITH gone AS (DELETE FROM postings WHERE passage = ANY(%s) RETURNING term), "
        "counts AS (SELECT term, count(*) AS number FROM gone GROUP BY term) "
        "UPDATE terms SET passages = passages - number FROM counts WHERE terms.id = counts.term",
        (list(passages),),
    )


def _all_stored(texts: Sequence[str]) -> list[str]:
    return [stored(text) for text in texts]
