"""A collection whose catalogue or vectors are lost says so, and writes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.errors import ArchiveBroken, QuothError
from index.library import Library
from index.schemas import Article

ARTICLE = Article(id="new", text="A new bridge was built over the river Vey in the spring of 2024.")
CATALOGUE, VECTORS = "collections/default/catalogue.db", "collections/default/vectors"


def lose_catalogue(home: Path) -> None:
    for file in (home / CATALOGUE).parent.glob("catalogue.db*"):
        file.unlink()


def empty_catalogue(home: Path) -> None:
    lose_catalogue(home)
    (home / CATALOGUE).touch()


def vector_files(home: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in (home / VECTORS).rglob("*.bin")}


@pytest.mark.parametrize("lose", [lose_catalogue, empty_catalogue])
def test_without_its_catalogue_nothing_is_read_or_written(
    seeded_home: Path, embedder: SentenceEmbedder, lose: Callable[[Path], None]
) -> None:
    before = vector_files(seeded_home)
    lose(seeded_home)
    for _ in range(2):  # the first attempt must not make a catalogue that the second takes for an empty one
        with Library(seeded_home, embedder) as library:
            assert library.names() == ["default"]
            with pytest.raises(ArchiveBroken, match="gone or empty, but its vectors are there"):
                library.collection("default", make=True)
            with pytest.raises(ArchiveBroken):
                library.drop_vectors("default")
    assert vector_files(seeded_home) == before


def test_a_lost_catalogue_is_not_ready(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        library.check()
        library.collection("default")
        library.check()
        lose_catalogue(seeded_home)
        with pytest.raises(ArchiveBroken, match="catalogue"):
            library.check()


def test_a_replaced_catalogue_is_not_ready(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        library.collection("default")
        shutil.copy(seeded_home / CATALOGUE, seeded_home / "copy")
        (seeded_home / "copy").replace(seeded_home / CATALOGUE)
        with pytest.raises(ArchiveBroken, match="moved, replaced or deleted"):
            library.check()


def test_without_its_vectors_nothing_is_found_or_added(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    shutil.rmtree(seeded_home / VECTORS)
    with Library(seeded_home, embedder) as library:
        collection = library.collection("default")
        articles = collection.documents.counts()
        with pytest.raises(ArchiveBroken, match="vectors of the collection are gone"):
            library.check()
        for attempt in (lambda: collection.search("Vey Bridge"), lambda: list(collection.add([ARTICLE]))):
            with pytest.raises(ArchiveBroken, match="quoth doctor --mend"):
                attempt()
        assert collection.documents.counts() == articles
        assert collection.documents.article("wind-farm-marren-post").text


def test_an_emptied_collection_is_no_lost_one(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        collection = library.collection("default")
        collection.remove([article.id for article, _ in collection.documents.articles()])
    with Library(seeded_home, embedder) as library:
        assert len(list(library.collection("default").add([ARTICLE]))) == 1
        assert library.collection("default").search("bridge")


def test_vectors_of_an_interrupted_first_write_are_no_lost_articles(
    tmp_path: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(tmp_path, embedder) as library:
        collection = library.collection("default", make=True)

        def fail(*_: object) -> None:
            raise QuothError("interrupted")

        monkeypatch.setattr(collection.documents, "put", fail)
        with pytest.raises(QuothError, match="interrupted"):
            list(collection.add([ARTICLE]))
    with Library(tmp_path, embedder) as library:
        collection = library.collection("default")
        assert collection.orphans_deleted == 1
        assert len(list(collection.add([ARTICLE]))) == 1
        assert collection.search("bridge")
