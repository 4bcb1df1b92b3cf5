"""Killed at any moment, a collection has every article that was told, whole, and nothing else.

Run as a program, this file is the one that is killed.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import ingest
from index.chunking import chunk_article, title_prefix
from index.embedding.embedder import SentenceEmbedder, TextTokenizer, TokenizerFile, Vectors
from index.library import Library
from index.schemas import Article, Ingested
from index.text.normalization import stems
from tests.index.tables import rows
from tests.paths import ROOT

IDS = [f"story{number}" for number in range(12)]
GONE = 0


class WordCounter:
    """An embedder that takes no seconds to load, so that a process can be killed thirty times:
    each word is a direction.
    """

    name = "word-counter"
    languages: Collection[str] = ()

    def __init__(self, tokenizer_file: Path) -> None:
        self.tokens: TextTokenizer = TokenizerFile(tokenizer_file, 256)
        self.unrelated = 0.0

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in ["", *stems(text)]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
                vector += np.random.default_rng(seed).standard_normal(64, dtype=np.float32)
            vector /= np.linalg.norm(vector)
        return vectors

    def encode_query(self, query: str) -> Vectors:
        [vector] = self.encode([query])
        return np.asarray(vector)


def story(id_: str, version: int) -> Article:
    sentences = [
        f"In edition {version} sentence {n} of {id_} speaks about the ferry. "
        for n in range(8 + version % 40)
    ]
    return Article(id=id_, title=f"{id_}, edition {version}", text="".join(sentences))


def tell(what: str, **versions: int) -> None:
    """Says what is tried or done: each article with its version, 0 for none."""
    sys.stdout.write(json.dumps([what, versions]) + "\n")
    sys.stdout.flush()


def work(folder: Path, tokenizer_file: Path, seed: int) -> None:
    """Adds, changes and removes articles for ever, and tells each outcome."""
    dice = random.Random(seed)
    ingest.BATCH_PASSAGES = 8
    with Library(folder, WordCounter(tokenizer_file)) as library:
        collection = library.collection("default", make=True)
        tell("open")
        version = seed * 1_000_000
        while True:
            there = {article.id for article, _ in collection.documents.articles()}
            chosen = dice.sample(IDS, dice.randrange(1, 7))
            if dice.random() < 0.3 and (doomed := sorted(there & set(chosen))):
                tell("trying", **dict.fromkeys(doomed, GONE))
                collection.remove(doomed)
                tell("done", **dict.fromkeys(doomed, GONE))
            else:
                version += 1
                tell("trying", **dict.fromkeys(chosen, version))
                for outcome in collection.add(story(id_, version) for id_ in chosen):
                    assert isinstance(outcome, Ingested)
                    tell("done", **{outcome.article_id: version})


def kill_at_work(folder: Path, tokenizer_file: Path, seed: int) -> list[tuple[str, dict[str, int]]]:
    """What a process told until it was killed at some moment."""
    told = folder / f"told{seed}"
    dice = random.Random(seed)
    with told.open("w") as file:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.index.durability.test_crash",
                str(folder),
                str(tokenizer_file),
                str(seed),
            ],
            cwd=ROOT,
            stdout=file,
        )
        try:
            until, lines = time.monotonic() + 60, dice.randrange(1, 20)
            while told.read_bytes().count(b"\n") < lines:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.3))
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()
    # A line that was cut off was not told.
    return [
        tuple(json.loads(line)) for line in told.read_text().splitlines(keepends=True) if line.endswith("\n")
    ]


@pytest.mark.parametrize("kills", [4, pytest.param(30, marks=pytest.mark.soak)])
@pytest.mark.slow
def test_whenever_it_is_killed_what_was_told_is_there_and_whole(
    tmp_path: Path, embedder: SentenceEmbedder, kills: int
) -> None:
    tokenizer_file = embedder._folder / "tokenizer.json"
    small = WordCounter(tokenizer_file)
    certain = dict.fromkeys(IDS, GONE)
    changes = 0
    for seed in range(1, kills + 1):
        tried: dict[str, int] = {}
        for what, versions in kill_at_work(tmp_path, tokenizer_file, seed):
            if what == "trying":
                tried = versions
            else:
                certain.update(versions)
                changes += len(versions)
        with Library(tmp_path, small) as library:
            collection = library.collection("default")
            documents, vectors = collection.documents, collection.vectors
            there = {article.id: article for article, _ in documents.articles()}
            for id_ in IDS:
                possible = {certain[id_], tried.get(id_, certain[id_])}
                found = {v for v in possible if there.get(id_) == (story(id_, v) if v else None)}
                assert len(found) == 1, (seed, id_, certain[id_], tried, there.get(id_))
                [certain[id_]] = found
            passages = {p.id: (a, p) for a in there.values() for p in chunk_article(a, small.tokens)}
            assert documents.passage_ids() == vectors.ids() == set(passages)
            assert documents.orphan_vectors() == []
            clustered = dict(rows(documents, "SELECT article_id, row FROM cluster_members"))
            assert set(clustered) == set(there)
            assert {row for (row,) in rows(documents, "SELECT member FROM minhash_bands")} == set(
                clustered.values()
            )
            assert {id_: p for id_, (p, _) in documents.passages(list(passages)).items()} == {
                id_: p for id_, (_, p) in passages.items()
            }
            words = rows(
                documents,
                "SELECT id, text FROM passage_fts LEFT JOIN passages ON row = passage_fts.rowid",
            )
            assert sorted(words) == sorted((id_, p.text) for id_, (_, p) in passages.items())
            for id_, (article, passage) in passages.items():
                [vector] = small.encode([f"{title_prefix(article.title, small.tokens)}\n{passage.text}"])
                assert vectors.similarities(vector, [id_])[id_] > 0.999
            for article in there.values():
                assert collection.search(article.title, k=1)[0].passage.article_id == article.id
    assert changes > kills


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
