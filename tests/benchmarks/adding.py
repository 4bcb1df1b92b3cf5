"""How fast articles are added: by Quoth, by LangChain's tutorial, and by the encoder alone."""

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

# How many articles are timed in one go, so that the three take turns on a machine that others use too.
TURN = 50


def take_turns(
    articles: Sequence[Article], weights: Path, embedder: Embedder, folder: Path
) -> dict[str, float]:
    """Articles a second of each way, the median over turns of TURN articles."""
    tutorial = TutorialIndex(weights, folder / "tutorial")
    library = Library(folder / "quoth", embedder)
    collection = library.collection("default", make=True)
    ways: dict[str, Callable[[Sequence[Article]], object]] = {
        "LangChain tutorial": tutorial.add,
        "Quoth": lambda some: IngestReport.of(collection.add(some)),
        "encoder alone": lambda some: embedder.encode(list(_texts(some, embedder))),
    }
    for way in ways.values():
        way(articles[:2])  # loads what it needs
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for at in range(2, len(articles), TURN):
        turn = articles[at : at + TURN]
        for name, way in ways.items():
            began = time.perf_counter()
            way(turn)
            rates[name].append(len(turn) / (time.perf_counter() - began))
    library.close()
    tutorial.close()
    return {name: median(found) for name, found in rates.items()}


def _texts(articles: Sequence[Article], embedder: Embedder) -> Iterator[str]:
    for article in articles:
        for passage in chunk_article(article, embedder.tokens):
            yield f"{title_prefix(article.title, embedder.tokens)}\n{passage.text}"


def add_all(articles: Sequence[Article], library: Library) -> Iterator[str]:
    """Adds everything, then the same again; tells the time, and the memory along the way."""
    collection = library.collection("default", make=True)
    began = time.perf_counter()
    for number, _ in enumerate(collection.add(articles), start=1):
        if number in {len(articles) // 10, len(articles) // 2, len(articles)}:
            yield f"{number:,} articles: {peak_gigabytes():.2f} GB resident at most"
    first = time.perf_counter() - began
    _, passages = collection.documents.counts()
    yield f"added in {first:.0f} s, {passages / first:.0f} passages a second"
    began = time.perf_counter()
    report = IngestReport.of(collection.add(articles))
    again = time.perf_counter() - began
    yield f"added again in {again:.1f} s, {again / first:.1%} of the first time ({report})"


def peak_gigabytes() -> float:
    """The most memory this process has had so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
