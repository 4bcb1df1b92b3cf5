"""`make bench-search DATA=DIR`: the figures of adding and of finding, on DIR/articles.jsonl and
DIR/questions.jsonl. Everything is made in a temporary folder.
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
from tests.benchmarks.adding import add_all, peak_gigabytes, take_turns
from tests.benchmarks.finding import grow, quality, speed

COMPARED = 300
MANY = 200_000


def main(data: Path) -> None:
    say = Console(soft_wrap=True, highlight=False).print
    settings = read_settings()
    weights = settings.home / "models/all-MiniLM-L6-v2"
    embedder = SentenceEmbedder(weights, name="all-MiniLM-L6-v2", threads=settings.threads)
    articles = [found for found in read_sources([data / "articles.jsonl"]) if isinstance(found, Article)]
    questions = read_questions(data / "questions.jsonl")
    say(f"{len(articles):,} articles, {len(questions)} questions, {settings.threads} threads")
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "all", embedder) as library:
        say("\nAdding everything")
        for line in add_all(articles, library):
            say(f"  {line}")
        collection = library.collection("default")
        say("\nFinding")
        for line in quality(collection, questions):
            say(f"  {line}")
        say(f"  {speed(collection, questions)}")
        say(f"\nThe first {COMPARED} articles in turns, articles a second (median over turns)")
        rates = take_turns(articles[:COMPARED], weights, embedder, Path(folder))
        for name, rate in rates.items():
            say(f"  {name}: {rate:.2f}")
        say(f"  Quoth is {rates['Quoth'] / rates['LangChain tutorial']:.2f} times as fast as the tutorial")
        say(f"  and does {rates['Quoth'] / rates['encoder alone']:.2f} of what the encoder does alone")
        say(f"\nFinding among {MANY:,} passages, most of them perturbed copies of the first")
        grow(collection, MANY)
        say(f"  {speed(collection, questions)}")
        say(f"\n{peak_gigabytes():.2f} GB resident at most in all of this")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
