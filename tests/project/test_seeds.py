"""The sample articles and the questions about them fit together."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from index.library import Library
from index.readers.registry import read_sources
from index.schemas import Article, Skipped
from qa.assistant import Assistant
from qa.schemas import KINDS
from tests.paths import SEEDS

QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]


def articles() -> dict[str, Article]:
    read = list(read_sources([SEEDS]))
    assert not [item for item in read if isinstance(item, Skipped)]
    return {item.id: item for item in read if isinstance(item, Article)}


def test_there_are_enough_of_each_kind() -> None:
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert len(articles()) >= 15
    assert len(QUESTIONS) >= 60
    assert kinds["unanswerable"] >= 15
    assert kinds["follow-up"] >= 8
    assert kinds["disagreement"] >= 4
    for kind in (*KINDS, "few words"):
        assert kind == "fact" or kinds[kind] >= 8, kind
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_the_evidence_is_in_the_articles_word_for_word() -> None:
    known = articles()
    for question in (each for each in QUESTIONS if "evidence" in each):
        texts = [known[article_id].text for article_id in question["gold"]]
        assert bool(texts) == question["answerable"], question["id"]
        for sentence in question["evidence"]:
            assert any(sentence in text for text in texts), question["id"]


def test_every_article_but_the_given_one_says_where_and_when_it_appeared() -> None:
    for article in articles().values():
        assert article.title and article.date
        assert article.source
        if not Path(article.origin).name.startswith("000_"):
            assert article.url.startswith("https://example.org/")


def test_the_gold_article_is_among_the_first_five_found(seeded: Library) -> None:
    assistant = Assistant(seeded, None, evidence_tokens=360)
    plain = [question for question in QUESTIONS if question["kind"] == "plain"]
    found = [
        bool(set(question["gold"]) & {hit.article_id for hit in assistant.search(question["question"], k=5)})
        for question in plain
    ]
    assert sum(found) / len(found) >= 0.95
