"""Collections of articles: reading, storing and searching them.

from pathlib import Path
from index import Library, read_sources

with Library(Path("home"), embedder) as library:
    collection = library.collection("default", make=True)
    outcomes = list(collection.add(read_sources([Path("news")])))
    hits = collection.search("Who will operate the wind farm?")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.collection import Collection
    from index.embedding.embedder import Embedder, SentenceEmbedder
    from index.embedding.reranker import CrossEncoderReranker, Reranker
    from index.errors import QuothError
    from index.library import Library
    from index.readers.registry import read_sources
    from index.schemas import Article, Filters, Hit, Ingested, IngestReport, Passage, Skipped

__all__ = [
    "Article",
    "Collection",
    "CrossEncoderReranker",
    "Embedder",
    "Filters",
    "Hit",
    "IngestReport",
    "Ingested",
    "Library",
    "Passage",
    "QuothError",
    "Reranker",
    "SentenceEmbedder",
    "Skipped",
    "read_sources",
]
_MODULES = {
    "Collection": "collection",
    "CrossEncoderReranker": "embedding.reranker",
    "Embedder": "embedding.embedder",
    "Library": "library",
    "QuothError": "errors",
    "Reranker": "embedding.reranker",
    "SentenceEmbedder": "embedding.embedder",
    "read_sources": "readers.registry",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used, so that importing a module of this package stays fast."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'schemas')}"), name)
