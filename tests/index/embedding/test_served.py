"""An embedder behind an API, on a small server that embeds with hashes of words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import ingest
from index.chunking import embedded_text
from index.embedding.served import BATCH_TEXTS, ServedEmbedder
from index.errors import EmbedderMismatch, EmbedderUnavailable
from index.library import Library
from index.schemas import Article
from tests.index.embedding.hashing_server import Server

KEY = "sk-very-secret"
TEXTS = ("Rain fell on Marren.", "The ferry burned.", "A museum opened its doors late.")


@contextmanager
def embedding(server: Server, model: str = "words") -> Iterator[ServedEmbedder]:
    with server.running() as url:
        embedder = ServedEmbedder(url, model, key=KEY)
        yield embedder
        embedder.close()


def test_texts_are_embedded_in_batches_and_returned_in_order() -> None:
    texts = [f"{'word ' * (n % 7)}number {n}" for n in range(3 * BATCH_TEXTS + 1)]
    server = Server()
    with embedding(server) as embedder:
        vectors = embedder.encode(texts)
        assert embedder.encode([]).shape == (0, 8)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        expected = server.vector(text)
        assert vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert max(len(request["input"]) for request in server.requests) == BATCH_TEXTS
    assert {request["authorization"] for request in server.requests} == {f"Bearer {KEY}"}


def test_models_of_a_family_with_prompts_get_them() -> None:
    server = Server()
    with embedding(server, "intfloat/multilingual-e5-small") as embedder:
        embedder.encode(["a passage"])
        embedder.encode_query("a question")
        embedder.encode_query("a question")
        assert embedder.unrelated == 0.7
    assert [request["input"] for request in server.requests] == [
        ["passage: a passage"],
        ["query: a question"],
    ]


def test_a_server_that_is_busy_for_a_moment_is_asked_again() -> None:
    server = Server()
    server.failures = [(503, {}), (429, {})]
    with embedding(server) as embedder:
        assert embedder.encode(["rain"]).shape == (1, 8)


@pytest.mark.parametrize(
    ("status", "reply", "says"),
    [
        (401, {"error": f"no such key: {KEY}"}, "status 401.*the key"),
        (404, {"error": "no such model"}, "status 404.*no such model.*QUOTH_EMBEDDER"),
        (200, {"data": []}, "0 vectors for 1 texts"),
        (200, {"data": [{"index": 0, "embedding": [0, 0]}]}, "a vector is zero"),
        (200, {"data": [{"index": 0, "embedding": ["x"]}]}, "has no vectors"),
        (200, [], "has no vectors"),
    ],
)
def test_what_is_no_embedding_is_a_clear_error(status: int, reply: Any, says: str) -> None:
    server = Server()
    server.failures = [(status, reply)]
    with embedding(server) as embedder, pytest.raises(EmbedderUnavailable, match=says) as error:
        embedder.encode(["rain"])
    assert KEY not in str(error.value)


def test_the_window_is_the_servers() -> None:
    for window, limit in ((None, 248), (100, 92), (8192, 504)):
        with embedding(Server(window=window)) as embedder:
            assert embedder.tokens.limit == limit
            assert embedder.tokens.offsets("Marren, 1") == [(0, 4), (4, 6), (6, 7), (8, 9)]


def test_the_window_is_asked_for_again_once_the_server_is_back() -> None:
    server = Server(window=100)
    embedder = ServedEmbedder("http://127.0.0.1:9/v1", "words")
    with pytest.raises(EmbedderUnavailable, match="ConnectError"):
        _ = embedder.tokens.limit
    with server.running() as url:
        embedder.url = url
        assert embedder.tokens.limit == 92
    embedder.close()


def articles() -> list[Article]:
    return [Article(id=f"a{n}", title="News", text=text) for n, text in enumerate(TEXTS)]


def test_articles_are_found_by_served_vectors(tmp_path: Path) -> None:
    with embedding(Server()) as embedder:
        for _ in range(2):  # the second time its vectors are tried
            with Library(tmp_path, embedder) as library:
                list(library.collection("default", make=True).add(articles()))
                [best, *_] = library.collection("default").search("Who saw the ferry that burned?")
                assert best.passage.article_id == "a1"


@pytest.mark.parametrize(
    ("other", "says"),
    [(Server(seed="other"), "a cosine of .* with the stored one"), (Server(dimension=4), "4 dimensions in")],
)
def test_vectors_of_another_model_of_the_same_name_are_refused(
    tmp_path: Path, other: Server, says: str
) -> None:
    with embedding(Server()) as embedder, Library(tmp_path, embedder) as library:
        list(library.collection("default", make=True).add(articles()))
    with embedding(other) as embedder, Library(tmp_path, embedder) as library:
        with pytest.raises(EmbedderMismatch, match=says):
            library.collection("default")
        assert library.outdated() == {"default": len(TEXTS)}
        assert len(list(library.reindex("default"))) == len(TEXTS)
        [best, *_] = library.collection("default").search("Who saw the ferry that burned?")
        assert (best.passage.article_id, library.outdated()) == ("a1", {})


def test_reindexing_that_another_model_of_the_same_name_began_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 1)
    with embedding(Server(seed="first")) as embedder, Library(tmp_path, embedder) as library:
        list(library.collection("default", make=True).add(articles()))
    with embedding(Server(seed="second")) as embedder, Library(tmp_path, embedder) as library:
        next(iter(library.reindex("default")))
    with embedding(Server(seed="third")) as embedder, Library(tmp_path, embedder) as library:
        assert {one.how for one in library.reindex("default")} == {"added"}
        documents, vectors = library.collection("default").documents, library.collection("default").vectors
        passages = documents.passages(list(documents.passage_ids()))
        ids, found = vectors.get(list(passages))
        texts = [embedded_text(passages[id_][1], passages[id_][0], embedder.tokens) for id_ in ids]
        assert np.allclose(found, embedder.encode(texts), atol=1e-5)


def test_a_collection_can_be_opened_once_the_server_is_back(tmp_path: Path) -> None:
    server = Server()
    with embedding(server) as embedder, Library(tmp_path, embedder) as library:
        list(library.collection("default", make=True).add(articles()))
    with embedding(server) as embedder, Library(tmp_path, embedder) as library:
        server.failures = [(404, {})]
        with pytest.raises(EmbedderUnavailable):
            library.collection("default")
        assert library.collection("default").search("ferry")
