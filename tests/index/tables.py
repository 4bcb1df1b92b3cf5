"""Reads the tables of a document store, which no public method shows."""

from __future__ import annotations

from typing import Any

from index.storage.protocols import DocumentStore
from index.storage.sqlite.document_store import SQLiteDocumentStore


def rows(documents: DocumentStore, sql: str) -> list[tuple[Any, ...]]:
    assert isinstance(documents, SQLiteDocumentStore)
    return documents.database.rows(sql)
