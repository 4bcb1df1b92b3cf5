"""`make bench-search DATA=DIR`: measures ingestion and retrieval on DIR/articles.jsonl and
DIR/questions.jsonl, in a temporary folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Article
from qa.evaluation.questions import read_questions
from qa.settings import read_settings
from tests.benchmarks.storage.adding import add_all, compare_speed, peak_gigabytes
from tests.benchmarks.storage.finding import grow, quality, speed

COMPARED = 300
MANY = 200_000


def main(data: Path) -> None:
    say = Console(soft_wrap=True, highlight=False).print
    settings = read_settings()
    weights = settings.home / "models/all-MiniLM-L6-v2"
    embedder = SentenceEmbedder(weights, name="all-MiniLM-L6-v2", threads=settings.threads)
    outcomes = read_sources([data / "articles.jsonl"])
    articles = [outcome for outcome in outcomes if isinstance(outcome, Article)]
    questions = read_questions(data / "questions.jsonl")
    say(f"{len(articles):,} articles, {len(questions)} questions, {settings.threads} threads")
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "all", embedder) as library:
        say("\nIngestion")
        for line in add_all(articles, library):
            say(f"  {line}")
        collection = library.collection("default")
        say("\nRetrieval")
        for line in quality(collection, questions):
            say(f"  {line}")
        say(f"  {speed(collection, questions)}")
        say(f"\nThe first {COMPARED} articles, articles per second (median over batches)")
        rates = compare_speed(articles[:COMPARED], weights, embedder, Path(folder))
        for name, rate in rates.items():
            say(f"  {name}: {rate:.2f}")
        say(f"  Quoth is {rates['Quoth'] / rates['LangChain tutorial']:.2f} times as fast as the tutorial")
        say(f"  and reaches {rates['Quoth'] / rates['encoder alone']:.2f} of the speed of the encoder alone")
        say(f"\nRetrieval among {MANY:,} passages, most of them perturbed copies of the articles")
        grow(collection, MANY)
        say(f"  {speed(collection, questions)}")
        say(f"\n{peak_gigabytes():.2f} GB peak memory")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
