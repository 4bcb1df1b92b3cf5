"""Reads the tables of a document store, which no public method shows."""

from __future__ import annotations

from typing import Any

from index.storage.document_store import SQLiteDocumentStore
from index.storage.protocols import DocumentStore


def rows(documents: DocumentStore, sql: str) -> list[tuple[Any, ...]]:
    assert isinstance(documents, SQLiteDocumentStore)
    return documents.database.rows(sql)
