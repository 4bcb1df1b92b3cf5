"""What SQLite's tables have of an article."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from index.schemas import Article, Passage
from index.storage.sqlite import duplicate_clusters
from index.text.languages import language_of
from index.text.terms.keyword_terms import index_text


def insert_article(db: sqlite3.Connection, article: Article, passages: Sequence[Passage]) -> None:
    """Inserts a new article with its passages into all tables. They own their vectors from now on."""
    dated = article.dated or None
    fields = (article.id, article.digest, article.title, article.url, dated, article.source, article.origin)
    language = language_of(article.text)
    db.execute(
        "INSERT INTO articles (id, digest, title, url, date, source, origin, text, language) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*fields, article.text, language),
    )
    duplicate_clusters.add(db, article.id, article.text)
    for passage in passages:
        row = db.execute(
            "INSERT INTO passages (id, article_id, start, end) VALUES (?, ?, ?, ?)",
            (passage.id, article.id, passage.start, passage.end),
        ).lastrowid
        db.execute(
            "INSERT INTO passage_fts (rowid, title, text) VALUES (?, ?, ?)",
            (row, index_text(article.title, language), index_text(passage.text, language)),
        )
        db.execute("DELETE FROM orphan_vectors WHERE passage_id = ?", (passage.id,))


def delete_article(db: sqlite3.Connection, article_id: str) -> None:
    """Deletes the article from all tables, if it exists; its vectors become orphans."""
    own = "passages WHERE article_id = ?"
    db.execute(f"INSERT OR IGNORE INTO orphan_vectors SELECT id FROM {own}", (article_id,))
    db.execute(f"DELETE FROM passage_fts WHERE rowid IN (SELECT row FROM {own})", (article_id,))
    db.execute(f"DELETE FROM {own}", (article_id,))
    duplicate_clusters.remove(db, article_id)
    db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
