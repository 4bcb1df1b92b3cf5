"""Many may search while one writes, and none of them sees half a change."""

from __future__ import annotations

import random
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from index.collection import Collection
from index.errors import ArticleUnknown
from index.library import Library
from index.schemas import Article

STORIES = 6
SECONDS = 3.0


def story(number: int, version: int) -> Article:
    """All sentences of a version say which it is; versions differ in length, so that old offsets
    do not fit new texts.
    """
    sentence = f"Edition {version} of story {number} reports on the ferry{' again' * (version % 5)}. "
    return Article(
        id=f"story{number}", title=f"Edition {version} of story {number}", text=sentence * (5 + version % 60)
    )


def assert_of_one_version(title: str, text: str) -> None:
    assert set(re.findall(r"Edition \d+ of story \d+", text)) == {title}, (title, text[:200])


@pytest.fixture
def collection(library: Library) -> Iterator[Collection]:
    collection = library.collection("default", make=True)
    list(collection.add(story(n, 0) for n in range(STORIES)))
    collection.search("warm")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield collection
    sys.setswitchinterval(interval)


@pytest.mark.slow
def test_readers_never_see_half_a_change(collection: Collection) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []
    rounds: dict[str, int] = {}

    def repeat(name: str, once: Callable[[random.Random], None]) -> None:
        dice = random.Random(name)
        try:
            while not stop.is_set():
                once(dice)
                rounds[name] = rounds.get(name, 0) + 1
        except BaseException as error:
            failures.append(error)
            stop.set()

    def write(dice: random.Random) -> None:
        number = dice.randrange(1, STORIES)
        if dice.random() < 0.2:
            if collection.documents.digest(f"story{number}"):
                collection.remove([f"story{number}"])
            return
        changed = [story(n, dice.randrange(1, 999)) for n in {number, 1 + number % (STORIES - 1)}]
        assert len(list(collection.add(changed))) == len(changed)

    def search(dice: random.Random) -> None:
        for hit in collection.search(f"What does story {dice.randrange(STORIES)} report?", k=8):
            assert_of_one_version(hit.title, hit.passage.text)
            assert 0 <= hit.score <= 1
            assert 0 <= hit.coverage <= 1

    def browse(dice: random.Random) -> None:
        articles = list(collection.documents.articles())
        assert 1 <= len(articles) <= STORIES
        for article, passages in articles:
            assert_of_one_version(article.title, article.text)
            assert passages >= 1

    def look_up(dice: random.Random) -> None:
        ids = sorted(collection.documents.passage_ids())
        for passage, article in collection.documents.passages(dice.sample(ids, min(4, len(ids)))).values():
            assert passage.text == article.text[passage.start : passage.end]
            assert_of_one_version(article.title, passage.text)
        try:
            article = collection.documents.article(f"story{dice.randrange(STORIES)}")
            assert_of_one_version(article.title, article.text)
        except ArticleUnknown:
            pass

    threads = [
        threading.Thread(target=repeat, args=(name, once))
        for name, once in {
            "writer": write, "searcher": search, "another": search, "browser": browse, "reader": look_up,
        }.items()
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    assert len(rounds) == 5, rounds
    assert collection.vectors.ids() == collection.documents.passage_ids()
    assert collection.documents.orphan_vectors() == []


def test_a_collection_is_opened_once_whoever_asks(library: Library) -> None:
    opened: list[Collection] = []
    threads = [
        threading.Thread(target=lambda: opened.append(library.collection("news", make=True)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    assert len(set(map(id, opened))) == 1


def test_a_change_waits_until_passages_have_their_text(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = collection.documents
    read = documents.article
    changes: list[threading.Thread] = []

    def read_late(article_id: str) -> Article:
        changes.append(threading.Thread(target=lambda: list(collection.add([story(1, 7)]))))
        changes[-1].start()
        changes[-1].join(0.5)
        return read(article_id)

    before = sorted(id_ for id_ in documents.passage_ids() if id_.startswith("story1-"))
    with monkeypatch.context() as patch:
        patch.setattr(documents, "article", read_late)
        found = documents.passages(before)
    assert sorted(found) == before
    for passage, article in found.values():
        assert_of_one_version(article.title, passage.text)
        assert article == story(1, 0)
    for change in changes:
        change.join()
    assert documents.passages(before) == {}
    assert documents.article("story1") == story(1, 7)
