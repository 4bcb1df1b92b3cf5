"""A collection is made anew by another embedder; whatever happens meanwhile, one of the two is whole.

Run as a program, this file is the one that is killed.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from index import ingest
from index.chunking import chunk_article
from index.embedding.embedder import SentenceEmbedder, TokenizerFile
from index.errors import EmbedderMismatch
from index.library import Library
from index.maintenance.reindex import reindex
from index.schemas import Article, Ingested
from tests.index.durability.test_crash import IDS, WordCounter, story
from tests.paths import ROOT
from tests.tinymodels import save_embedder

STORIES = [story(id_, 7) for id_ in IDS]


class Renamed(WordCounter):
    """Another embedder, which reads less at once."""

    name = "another-counter"

    def __init__(self, tokenizer_file: Path) -> None:
        super().__init__(tokenizer_file)
        assert isinstance(self.tokens, TokenizerFile)
        self.tokens.limit = 100


@pytest.fixture(scope="module")
def tokenizer_file(embedder: SentenceEmbedder) -> Path:
    return embedder._folder / "tokenizer.json"


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_PASSAGES", 8)


@pytest.fixture
def old(tokenizer_file: Path) -> WordCounter:
    return WordCounter(tokenizer_file)


@pytest.fixture
def new(tokenizer_file: Path) -> Renamed:
    return Renamed(tokenizer_file)


@pytest.fixture
def filled(tmp_path: Path, old: WordCounter) -> Path:
    """A library with stories that the old embedder has embedded."""
    with Library(tmp_path, old) as library:
        assert len(list(library.collection("news", make=True).add(STORIES))) == len(STORIES)
    return tmp_path


def check(folder: Path, embedder: WordCounter, articles: list[Article]) -> None:
    """The collection has just these articles, whole, by this embedder."""
    with Library(folder, embedder) as library:
        assert library.names() == ["news"]
        collection = library.collection("news")
        documents = collection.documents
        assert {a.id: a for a, _ in documents.articles()} == {a.id: a for a in articles}
        passages = {p.id: p for a in articles for p in chunk_article(a, embedder.tokens)}
        assert documents.passage_ids() == collection.vectors.ids() == set(passages)
        assert {id_: p for id_, (p, _) in documents.passages(list(passages)).items()} == passages
        for article in articles[:3]:
            assert collection.search(article.title, k=1)[0].passage.article_id == article.id


def begin(library: Library, count: int) -> list[str]:
    """Reindexes so many articles, and is interrupted; their ids."""
    walk = library.reindex("news")
    assert isinstance(walk, Generator)
    with closing(walk):
        return [one.article_id for one in islice(walk, count)]


def test_everything_is_there_by_the_new_embedder(filled: Path, old: WordCounter, new: Renamed) -> None:
    with Library(filled, new) as library:
        assert library.outdated() == {"news": len(STORIES)}
        told = list(library.reindex("news"))
        assert {one.article_id for one in told} == set(IDS)
        assert {one.how for one in told} == {"added"}
        assert library.outdated() == {}
        assert library.collection("news").search("ferry")
    check(filled, new, STORIES)
    assert not list((filled / "collections").glob(".*/*"))
    with Library(filled, old) as library, pytest.raises(EmbedderMismatch, match="`quoth reindex`"):
        library.collection("news")


def test_from_one_model_to_another_of_other_windows_and_dimensions(
    seeded_home: Path, embedder: SentenceEmbedder, tmp_path: Path
) -> None:
    tiny = SentenceEmbedder(save_embedder(tmp_path / "tiny"), name="tiny@1")
    with Library(seeded_home, embedder) as library:
        before = library.collection("default").documents.counts()
        articles = {article.id: article for article, _ in library.collection("default").documents.articles()}
    with Library(seeded_home, tiny) as library:
        list(library.reindex("default"))
        documents = library.collection("default").documents
        assert {article.id: article for article, _ in documents.articles()} == articles
        assert documents.counts()[1] > before[1]
        assert library.collection("default").search("Who found the boat?", k=3)


def test_the_old_one_answers_until_the_new_one_is_whole(filled: Path, old: WordCounter, new: Renamed) -> None:
    with Library(filled, new) as library:
        assert len(begin(library, 5)) == 5
    check(filled, old, STORIES)
    with Library(filled, new) as library:
        told = list(library.reindex("news"))
    assert sum(one.how == "unchanged" for one in told) >= 5
    check(filled, new, STORIES)


def test_what_changes_in_between_is_in_the_new_one(filled: Path, old: WordCounter, new: Renamed) -> None:
    with Library(filled, new) as library:
        done = begin(library, 6)
    changed = [story(done[0], 8), *(s for s in STORIES if s.id not in done[:2]), story("late", 1)]
    with Library(filled, old) as library:
        collection = library.collection("news")
        collection.remove([done[1]])
        assert [one.how for one in collection.add(changed) if isinstance(one, Ingested)].count(
            "unchanged"
        ) == 10
    with Library(filled, new) as library:
        list(library.reindex("news"))
    check(filled, new, changed)


def test_what_was_fitted_is_the_same_in_the_new_one(filled: Path, old: WordCounter, new: Renamed) -> None:
    with Library(filled, old) as library:
        kept = library.collection("news").documents.metadata
        kept["thresholds:e5 none"] = kept["thresholds:x"] = kept["thresholds"] = "{}"
    with Library(filled, new) as library:
        with closing(library._storage.current("news").documents()) as documents:
            walk = reindex(library._storage.current("news"), library._storage.building("news"), new)
            assert list(walk)
            # Newer ones were fitted in place of these before the new collection came into use.
            documents.metadata.pop("thresholds:x")
            documents.metadata["thresholds:e5 none"] = "[]"
        list(library.reindex("news"))
        found = dict(library.collection("news").documents.metadata)
    assert found == {"embedder": new.name, "thresholds:e5 none": "[]", f"thresholds:{old.name}": "{}"}


def test_what_was_begun_with_a_third_embedder_is_begun_anew(
    filled: Path, tokenizer_file: Path, new: Renamed
) -> None:
    third = Renamed(tokenizer_file)
    third.name = "third"
    with Library(filled, third) as library:
        begin(library, 5)
    with Library(filled, new) as library:
        assert {one.how for one in library.reindex("news")} == {"added"}
    check(filled, new, STORIES)


def test_articles_keep_where_they_were_read_from(tmp_path: Path, old: WordCounter, new: Renamed) -> None:
    one, two = (replace(story(id_, 1), origin="/news/a.txt") for id_ in ("one", "two"))
    with Library(tmp_path, old) as library:
        collection = library.collection("news", make=True)
        list(collection.add([one, replace(two, origin="/news/b.txt")]))
        # The second article's file was moved over that of the first.
        assert [kept.how for kept in collection.add([two]) if isinstance(kept, Ingested)] == ["unchanged"]
    with Library(tmp_path, new) as library:
        list(library.reindex("news"))
    check(tmp_path, new, [one, two])


@pytest.mark.parametrize("renamed", [0, 1, 2])
def test_a_swap_that_is_cut_short_leaves_one_of_the_two(
    filled: Path, old: WordCounter, new: Renamed, renamed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Path.rename, iter(range(3))

    def rename(self: Path, target: Path) -> Path:
        if next(calls) == renamed:
            raise KeyboardInterrupt
        return real(self, target)

    def stop(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, Library(filled, new) as library:
        patch.setattr(Path, "rename", rename)
        patch.setattr(shutil, "rmtree", stop)
        with pytest.raises(KeyboardInterrupt):
            list(library.reindex("news"))
    if renamed < 2:
        check(filled, old, STORIES)
        with Library(filled, new) as library:
            assert {one.how for one in library.reindex("news")} == {"unchanged"}
    check(filled, new, STORIES)
    assert not list((filled / "collections").glob(".*/*"))


@pytest.mark.parametrize("kills", [4, pytest.param(30, marks=pytest.mark.soak)])
@pytest.mark.slow
def test_whenever_it_is_killed_one_of_the_two_is_whole(
    filled: Path, tokenizer_file: Path, old: WordCounter, new: Renamed, kills: int
) -> None:
    now, there = old, new
    for seed in range(kills):
        command = [
            sys.executable,
            "-m",
            "tests.index.maintenance.test_reindex",
            str(filled),
            str(tokenizer_file),
            there.name,
        ]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout
        with process.stdout:
            for _ in range(random.Random(seed).randrange(1, len(IDS) + 2)):
                process.stdout.readline()
            time.sleep(random.Random(seed).uniform(0, 0.1))
            process.kill()
            process.wait()
        with Library(filled, now) as library:
            swapped = bool(library.outdated())
        if swapped:
            now, there = there, now
        check(filled, now, STORIES)
    with Library(filled, there) as library:
        list(library.reindex("news"))
    check(filled, there, STORIES)


def work(folder: Path, tokenizer_file: Path, name: str) -> None:
    """Makes the collection anew, and tells of each article."""
    ingest.BATCH_PASSAGES = 8
    [kind] = [kind for kind in (WordCounter, Renamed) if kind.name == name]
    with Library(folder, kind(tokenizer_file)) as library:
        for _ in library.reindex("news"):
            sys.stdout.write("one\n")
            sys.stdout.flush()


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
