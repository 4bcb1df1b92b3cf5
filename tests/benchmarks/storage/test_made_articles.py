"""Made articles are imported as they are, and made questions have near passages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import Vectors
from index.library import Library
from index.maintenance.backup_file import verify_backup
from tests.benchmarks.storage.made_articles import DIMENSION, MadeArchive, make_archive
from tests.index.embedding.hashing_embedder import HashingEmbedder

PASSAGES, QUESTIONS = 300, 20


class Known(HashingEmbedder):
    """It knows the vectors of questions."""

    known: Mapping[str, Vectors] = {}

    def encode_query(self, query: str) -> Vectors:
        return self.known[query]


EMBEDDER = Known("made", DIMENSION)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made") / "export.zip"


@pytest.fixture(scope="module")
def made(file: Path) -> MadeArchive:
    return make_archive(file, PASSAGES, QUESTIONS, "made", EMBEDDER.tokens, lambda _: None)


def test_they_are_imported_without_embedding_and_found(file: Path, made: MadeArchive, tmp_path: Path) -> None:
    EMBEDDER.known = made.vectors
    with Library(tmp_path, EMBEDDER) as library:
        assert len(list(library.restore(file, {"default": "default"}))) == made.articles
        assert not EMBEDDER.embedded
        collection = library.collection("default")
        assert collection.documents.counts() == (made.articles, made.passages)
        assert max(collection.documents.language_counts().items(), key=lambda one: one[1])[0] == "en"
        for question in made.questions:
            words = question.rstrip("?").split()[-5:]
            [best, *_] = collection.search(question)
            assert sum(word in best.passage.text.lower() for word in words) >= 3
    assert len(made.questions) == QUESTIONS


def test_passages_have_near_and_distant_ones(file: Path, made: MadeArchive) -> None:
    assert verify_backup(file).collections["default"].passages == made.passages >= PASSAGES
    vectors = np.stack([made.vectors[question] for question in made.questions])
    assert vectors.shape == (QUESTIONS, DIMENSION)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(QUESTIONS), abs=1e-5)
    assert np.median(vectors @ vectors.T) < 0.3


def test_the_same_numbers_make_the_same_articles(file: Path, made: MadeArchive, tmp_path: Path) -> None:
    again = make_archive(tmp_path / "again.zip", PASSAGES, QUESTIONS, "made", EMBEDDER.tokens, lambda _: None)
    assert again.questions == made.questions
    assert verify_backup(tmp_path / "again.zip").sha256 == verify_backup(file).sha256
