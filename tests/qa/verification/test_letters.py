"""Letters that programs join or divide are found, shown to the model and checked as people type them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from index.collection import open_collection
from index.embedding.embedder import SentenceEmbedder
from index.schemas import Article, Hit
from index.storage.folders.folder_storage import FolderGeneration
from index.text.sentences import sentence_spans
from qa.verification.citations import propose
from qa.verification.excerpts import Excerpt

WRITTEN = (
    "The ﬁrst oﬃcer, Elena Griﬃn, saw the light\xadhouse of "
    + unicodedata.normalize("NFD", "Świnoujście")
    + " at 4.15.\nNobody went to the of-\nﬁce of the harbour mas-\nter until 1951²."
)


@pytest.fixture
def found(tmp_path: Path, embedder: SentenceEmbedder):
    collection = open_collection(FolderGeneration(tmp_path / "letters"), embedder)
    list(collection.add([Article(id="a", text=WRITTEN), Article(id="b", text="Bread is baked before dawn.")]))
    yield lambda query: collection.search(query)
    collection.close()


def excerpt(hit: Hit) -> Excerpt:
    spans = tuple(
        (hit.passage.start + start, hit.passage.start + end)
        for start, end in sentence_spans(hit.passage.text)
    )
    return Excerpt(number=1, hit=hit, spans=spans, ranks=(0.5,) * len(spans), relevance=(0.5,) * len(spans))


@pytest.mark.parametrize(
    "query",
    [
        "officer",
        "lighthouse",
        "Świnoujście",
        unicodedata.normalize("NFD", "Świnoujście"),
        "oﬃcer",
        "office master",
    ],
)
def test_a_word_is_found_however_its_letters_are_written(found, query: str) -> None:
    best = found(query)[0]
    assert best.passage.article_id == "a" and best.coverage == pytest.approx(1.0)


def test_the_model_reads_letters_as_people_type_them(found) -> None:
    shown = excerpt(found("officer")[0]).shown
    assert "The first officer, Elena Griffin, saw the lighthouse of Świnoujście at 4.15." in shown
    assert "the office of the harbour master until 1951²." in shown


@pytest.mark.parametrize(
    "draft",
    [
        "The first officer, Elena Griffin, saw the lighthouse of Świnoujście at 4.15 [1].",
        unicodedata.normalize("NFD", "Elena Griffin saw the lighthouse of Świnoujście [1]."),
        "Nobody went to the office of the harbour master [1].",
    ],
)
def test_the_check_knows_the_letters_and_the_quote_stays_the_articles(found, embedder, draft: str) -> None:
    hit = replace(found("officer")[0], similarity=0.1)  # names of another subject must be in the quote
    result = propose(draft, "What happened?", [excerpt(hit)], embedder.encode)[0].cited
    [sentence] = result.sentences
    assert sentence.support == "supported"
    for citation in result.citations:
        assert citation.quote == WRITTEN[citation.start : citation.end]
