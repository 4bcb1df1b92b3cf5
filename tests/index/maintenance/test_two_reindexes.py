"""Two processes reindex one collection at the same time: whatever comes of it is of one embedder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from index import ingest
from index.chunking import embedded_text
from index.errors import ArchiveEmpty
from index.library import Library
from index.schemas import Article
from index.storage.postgres.document_store import PostgresDocumentStore
from tests.index.durability.test_crash import IDS, story
from tests.index.embedding.hashing_embedder import HashingEmbedder
from tests.servers import Servers

STORIES = [story(id_, 7) for id_ in IDS]


@pytest.fixture
def opened(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[HashingEmbedder], Library]]:
    """Opens the library of one database, which has stories of an embedder `old`, as another process."""
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 8)
    url, libraries = servers.new_database(), list[Library]()

    def open_(embedder: HashingEmbedder) -> Library:
        libraries.append(Library(tmp_path, embedder, storage=servers.new_storage(url)))
        return libraries[-1]

    list(open_(HashingEmbedder("old")).collection("news", make=True).add(STORIES))
    yield open_
    for library in libraries:
        library.close()


def check(library: Library, embedder: HashingEmbedder) -> None:
    """Every story is there, and every vector is this embedder's."""
    collection = library.collection("news")
    documents = collection.documents
    assert {article.id: article for article, _ in documents.articles()} == {one.id: one for one in STORIES}
    found = documents.passages(list(documents.passage_ids()))
    assert collection.vectors.ids() == {*found}
    ids, vectors = collection.vectors.get([*found])
    texts = [embedded_text(found[id_][1], found[id_][0], embedder.tokens) for id_ in ids]
    assert np.allclose(vectors, embedder.encode(texts), atol=1e-5)


@pytest.mark.parametrize("dimension", [16, 24])
@pytest.mark.parametrize("later_ends_first", [True, False])
def test_the_embedder_that_began_later_takes_the_place_of_the_other(
    opened: Callable[[HashingEmbedder], Library], later_ends_first: bool, dimension: int
) -> None:
    one, two = HashingEmbedder("one"), HashingEmbedder("two", dimension)
    first, second = opened(one), opened(two)
    earlier, later = first.reindex("news"), second.reindex("news")
    next(earlier)
    next(later)
    if later_ends_first:
        assert list(later)
    with pytest.raises(ArchiveEmpty, match="another process has rebuilt"):
        list(earlier)
    if not later_ends_first:
        assert list(later)
    check(second, two)
    assert second.outdated() == {} and first.outdated() == {"news": len(STORIES)}
    assert list(first.reindex("news"))  # one after the other
    check(first, one)


def test_two_that_begin_at_the_same_moment_are_not_mixed(
    opened: Callable[[HashingEmbedder], Library],
) -> None:
    embedders = HashingEmbedder("one"), HashingEmbedder("two")
    together = Barrier(2)

    def reindex(library: Library) -> str:
        together.wait()
        try:
            list(library.reindex("news"))
        except ArchiveEmpty:
            return ""
        return library.embedder.name

    libraries = {embedder.name: opened(embedder) for embedder in embedders}
    with ThreadPoolExecutor() as pool:
        ended = {*pool.map(reindex, libraries.values())} - {""}
    assert ended
    [current] = [one for one in embedders if not libraries[one.name].outdated()]
    assert current.name in ended
    check(libraries[current.name], current)


def test_two_with_the_same_embedder_share_the_work(opened: Callable[[HashingEmbedder], Library]) -> None:
    embedder = HashingEmbedder("one")
    first, second = opened(embedder), opened(embedder)
    earlier = first.reindex("news")
    done = {next(earlier).article_id for _ in range(6)}
    told = {one.article_id: one.how for one in second.reindex("news")}
    assert {told[id_] for id_ in done} == {"unchanged"}
    with pytest.raises(ArchiveEmpty):
        list(earlier)
    check(second, embedder)


def test_the_first_articles_of_another_process_are_not_taken_for_lost_ones(
    opened: Callable[[HashingEmbedder], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = HashingEmbedder("old")
    writing, reading = opened(embedder), opened(embedder)
    collection = writing.collection("press", make=True)
    put, seen = collection.documents.put, PostgresDocumentStore.orphan_vectors

    def put_while_the_other_opens(*given: Any) -> None:
        def orphan_vectors(documents: PostgresDocumentStore) -> list[str]:
            monkeypatch.setattr(PostgresDocumentStore, "orphan_vectors", seen)
            put(*given)
            return documents.orphan_vectors()

        monkeypatch.setattr(PostgresDocumentStore, "orphan_vectors", orphan_vectors)
        assert reading.collection("press").documents.counts()[0] == 1

    monkeypatch.setattr(collection.documents, "put", put_while_the_other_opens)
    assert len(list(collection.add([Article(id="first", text="The first article of all.")]))) == 1
