"""Collections of articles: reading, storing and searching them.

from pathlib import Path
from index import Library, read_sources

with Library(Path("home"), embedder) as library:
    collection = library.collection("default", make=True)
    outcomes = list(collection.add(read_sources([Path("news")])))
    hits = collection.search("Who will operate the wind farm?")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
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


def imported_on_use(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The `__getattr__` of a package that offers `names`, by module. Each is imported on first use:
    importing a module of the package stays fast.
    """
    modules = {name: module for module, of_module in names.items() for name in of_module}

    def attribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return attribute


if not TYPE_CHECKING:  # it knows the names by their imports, and so finds misspelt ones
    __getattr__ = imported_on_use(
        __name__,
        {
            "index.collection": ["Collection"],
            "index.embedding.embedder": ["Embedder", "SentenceEmbedder"],
            "index.embedding.reranker": ["CrossEncoderReranker", "Reranker"],
            "index.errors": ["QuothError"],
            "index.library": ["Library"],
            "index.readers.registry": ["read_sources"],
            "index.schemas": ["Article", "Filters", "Hit", "IngestReport", "Ingested", "Passage", "Skipped"],
        },
    )
