import json
from collections import Counter

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.embedding.text_classifier import TextClassifier
from qa.pipeline.understanding.kinds import WEIGHTS, form_words, guess_kind, training_questions
from qa.schemas import KINDS
from tests.benchmarks.fitting.fit_kinds import HELD_OUT

HELD_OUT_ROWS = [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]


def test_every_kind_has_forty_training_questions_and_some_held_out() -> None:
    trained = Counter(label.partition("/")[0] for _, label, _ in training_questions())
    held_out = Counter(row["kind"] for row in HELD_OUT_ROWS)
    assert set(trained) == set(held_out) == set(KINDS)
    assert min(trained.values()) >= 40
    assert min(held_out.values()) >= 8
    assert not {text for text, *_ in training_questions()} & {row["question"] for row in HELD_OUT_ROWS}


def test_nine_of_ten_held_out_questions_get_their_kind(embedder: SentenceEmbedder) -> None:
    assert TextClassifier.load(WEIGHTS).embedder == embedder.name
    vectors = embedder.encode([row["question"] for row in HELD_OUT_ROWS])
    right = [
        guess_kind(row["question"], vector).kind == row["kind"]
        for row, vector in zip(HELD_OUT_ROWS, vectors, strict=True)
    ]
    assert sum(right) / len(right) >= 0.9


def test_without_a_vector_most_get_their_kind() -> None:
    right = [guess_kind(row["question"], None).kind == row["kind"] for row in HELD_OUT_ROWS]
    assert sum(right) / len(right) >= 0.75


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who runs the lighthouse", "fact"),
        ("The tram hit a wall on Monday. How many people were on board?", "fact"),
        ("summarise the article about the lighthouse", "summary"),
        ("hi, what can you do?", "chat"),
        ("Give me the gist of the lighthouse sale.", "summary"),
        ("What came out of the inquiry into the collision?", "summary"),
        ("What do the papers say about the eclipse?", "summary"),
        ("How did the row over the choir develop?", "timeline"),
        ("Which island did the yacht run aground on this week?", "fact"),
        ("Is there anything on Iceland?", "catalogue"),
        ("What else is reported on it?", "previous"),
    ],
)
def test_a_question_of_each_style(question: str, kind: str, embedder: SentenceEmbedder) -> None:
    assert guess_kind(question, embedder.encode([question])[0]).kind == kind


def test_form_words_are_learnt_and_hold_no_topics() -> None:
    assert {"summaris", "articl"} <= form_words("summary")
    assert {"timelin", "chronolog"} <= form_words("timeline")
    assert not {"bridg", "museum", "ferri"} & form_words("summary")
