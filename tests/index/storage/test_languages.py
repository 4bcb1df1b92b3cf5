"""The keyword index finds articles in their own languages, and an older one is rebuilt for them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article, Filters, Passage
from index.storage.folders.layout import DOCUMENTS
from index.storage.sqlite.database import Database
from index.storage.sqlite.document_store import SQLiteDocumentStore
from index.storage.sqlite.keyword_index import FTS5KeywordIndex
from index.text.languages import language_of_query
from index.text.normalization import weighted_words
from tests.index.maintenance.test_backup import Counting
from tests.paths import FILES

PARAGRAPHS = [
    json.loads(line) for line in (FILES / "languages/paragraphs.jsonl").read_text("utf-8").splitlines()
]
LONG = (
    "Der Stadtrat sprach gestern über die alte Brücke. Die Häuser am Fluss bleiben stehen, sagte die "
    "Bürgermeisterin."
)


def stored(folder: Path, articles: list[Article]) -> tuple[SQLiteDocumentStore, FTS5KeywordIndex]:
    database = Database(folder / "catalogue.db")
    documents = SQLiteDocumentStore(database)
    documents.put(
        [
            (one, [Passage(id=one.id, article_id=one.id, start=0, end=len(one.text), text=one.text)])
            for one in articles
        ]
    )
    return documents, FTS5KeywordIndex(database)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FTS5KeywordIndex]:
    """Paragraphs of all languages in one collection."""
    articles = [
        Article(id=one["id"], text=("" if one["language"] in ("zh", "ja") else " ").join(one["sentences"]))
        for one in PARAGRAPHS
    ]
    documents, keywords = stored(tmp_path_factory.mktemp("languages"), articles)
    with closing(documents):
        yield keywords


@pytest.mark.parametrize(("language", "least"), [("ru", 0.9), ("zh", 0.9), ("ar", 0.85)])
def test_questions_find_their_paragraph_by_words(
    index: FTS5KeywordIndex, language: str, least: float
) -> None:
    asked = [one for one in PARAGRAPHS if one["language"] == language and "question" in one]
    right = 0
    for one in asked:
        spoken = language_of_query(one["question"], index.languages())
        found = index.search(weighted_words(one["question"], language=spoken), 5, Filters())
        right += max(found, key=lambda id_: found[id_], default="") == one["id"]
    assert len(asked) == 20
    assert right / len(asked) >= least


def test_german_words_are_found_in_all_their_forms(tmp_path: Path) -> None:
    documents, keywords = stored(
        tmp_path, [Article(id="a", text=LONG), Article(id="b", text="Nothing here.")]
    )
    with closing(documents):
        assert keywords.languages() == {"de"}
        for word in ("Haus", "Häusern", "Brücken", "Bürgermeisterinnen"):
            assert list(keywords.search({word: 1.0}, 5, Filters())) == ["a"], word
        assert keywords.has_word("Haus") and not keywords.has_word("Garten")


def test_an_older_index_answers_and_is_rebuilt_without_embedding(
    home: Path, embedder: SentenceEmbedder
) -> None:
    articles = [
        Article(id="de", text=LONG),
        Article(
            id="en",
            text="The council met on the old bridge yesterday, and the houses by the river will stay.",
        ),
    ]
    with Library(home, embedder) as library:
        list(library.collection("default", make=True).add(articles))
    with sqlite3.connect(home / "collections/default" / DOCUMENTS) as db:
        db.executescript("UPDATE articles SET language = NULL; PRAGMA user_version = 2;")
        db.executescript("DROP INDEX articles_by_language; ALTER TABLE articles DROP COLUMN language;")
    db.close()
    counting = Counting(embedder)
    with Library(home, counting) as library:
        assert library.collection("default").search("Brücke")[0].passage.article_id == "de"
        assert library.outdated() == {"default": 2}
        before = counting.embedded
        assert [one.how for one in library.reindex("default")] == ["added", "added"]
        assert counting.embedded == before
        assert library.outdated() == {}
        assert library.collection("default").keywords.languages() == {"de", "en"}
        assert library.collection("default").search("Häusern")[0].coverage > 0
