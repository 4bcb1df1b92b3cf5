"""Compares articles in a home with the same on servers: quality and time of searches.

python -m tests.benchmarks.storage.stores DATA [--home HOME --collection NAME] [--limit QUESTIONS]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import typer

from index.collection import Collection
from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Filters
from qa.evaluation.metrics.retrieval import hit_rate
from qa.evaluation.questions import EvalQuestion, read_questions
from qa.llm.embedders import open_embedder
from qa.settings import read_settings
from tests.servers import running_servers


def compare(data: Path, home: Path, name: str, limit: int) -> None:
    """Prints a line for each kind of storage. The home gets the articles if it has none."""
    questions = [one for one in read_questions(data / "questions.jsonl") if one.answerable and one.gold][
        :limit
    ]
    embedder = open_embedder(read_settings())
    with (
        running_servers() as servers,
        tempfile.TemporaryDirectory() as folder,
        Library(home, embedder) as local,
    ):
        if name not in local.names():
            for _ in local.collection(name, make=True).add(read_sources([data / "articles.jsonl"])):
                pass
        file = Path(folder) / "export.zip"
        with file.open("wb") as sink:
            list(local.export([name], sink))
        with Library(Path(folder), embedder, storage=servers.new_storage()) as served:
            began = time.perf_counter()
            list(served.restore(file, {name: name}))
            _, passages = served.collection(name).documents.counts()
            rate = passages / (time.perf_counter() - began)
            typer.echo(f"{passages:,} passages written to the servers, {rate:.0f} a second")
            for kind, library in {"home": local, "servers": served}.items():
                typer.echo(f"{kind}: {_measured(library.collection(name), questions)}")


def _measured(collection: Collection, questions: Sequence[EvalQuestion]) -> str:
    collection.search("ready", k=20)
    top1, top5, times = [], [], []
    for question in questions:
        began = time.perf_counter()
        hits = collection.search(question.question, k=20, filters=Filters(as_of=question.date))
        times.append((time.perf_counter() - began) * 1000)
        ranked = list(dict.fromkeys(hit.passage.article_id for hit in hits))
        top1.append(hit_rate(ranked, set(question.gold), 1))
        top5.append(hit_rate(ranked, set(question.gold), 5))
    p50, p95 = np.percentile(times, [50, 95])
    gold = f"gold@1 {np.mean(top1):.3f}, gold@5 {np.mean(top5):.3f}"
    return f"{gold}; p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(times)} questions)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--collection", default="default")
    parser.add_argument("--limit", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(given.data, given.home or Path(folder), given.collection, given.limit)


if __name__ == "__main__":
    main()
