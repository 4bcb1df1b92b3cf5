"""Measures ingestion speed: Quoth, LangChain's tutorial, and the encoder alone."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from index.chunking import chunk_article, title_prefix
from index.embedding.embedder import Embedder
from index.library import Library
from index.schemas import Article, IngestReport
from tests.benchmarks.tutorial import TutorialIndex

# Articles per timed batch. The systems take turns, so that other load on the machine affects all of them.
BATCH = 50


def compare_speed(
    articles: Sequence[Article], weights: Path, embedder: Embedder, folder: Path
) -> dict[str, float]:
    """Returns articles per second of each system, the median over batches of BATCH articles."""
    tutorial = TutorialIndex(weights, folder / "tutorial")
    library = Library(folder / "quoth", embedder)
    collection = library.collection("default", make=True)
    systems: dict[str, Callable[[Sequence[Article]], object]] = {
        "LangChain tutorial": tutorial.add,
        "Quoth": lambda batch: IngestReport.of(collection.add(batch)),
        "encoder alone": lambda batch: embedder.encode(list(_texts(batch, embedder))),
    }
    for add in systems.values():
        add(articles[:2])  # loads the models
    rates: dict[str, list[float]] = {name: [] for name in systems}
    for start in range(2, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        for name, add in systems.items():
            began = time.perf_counter()
            add(batch)
            rates[name].append(len(batch) / (time.perf_counter() - began))
    library.close()
    tutorial.close()
    return {name: median(values) for name, values in rates.items()}


def _texts(articles: Sequence[Article], embedder: Embedder) -> Iterator[str]:
    for article in articles:
        for passage in chunk_article(article, embedder.tokens):
            yield f"{title_prefix(article.title, embedder.tokens)}\n{passage.text}"


def add_all(articles: Sequence[Article], library: Library) -> Iterator[str]:
    """Adds all articles twice; yields lines with times and peak memory."""
    collection = library.collection("default", make=True)
    began = time.perf_counter()
    for number, _ in enumerate(collection.add(articles), start=1):
        if number in {len(articles) // 10, len(articles) // 2, len(articles)}:
            yield f"{number:,} articles: {peak_gigabytes():.2f} GB peak memory"
    first = time.perf_counter() - began
    _, passages = collection.documents.counts()
    yield f"added in {first:.0f} s, {passages / first:.0f} passages per second"
    began = time.perf_counter()
    report = IngestReport.of(collection.add(articles))
    again = time.perf_counter() - began
    yield f"added again in {again:.1f} s, {again / first:.1%} of the first time ({report})"


def peak_gigabytes() -> float:
    """Returns the peak memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
