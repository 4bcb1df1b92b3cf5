"""What is typed or pasted around the words of a question does not change what it asks."""

from __future__ import annotations

import pytest

from index.library import Library
from qa.assistant import Assistant
from qa.pipeline.query_rewriting import is_self_contained, rewrite
from qa.pipeline.understanding.wording import plain_words
from qa.schemas import Turn


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("**Who** runs _Veybus_?", "Who runs Veybus?"),
        ("## Who runs `Veybus`?", "Who runs Veybus?"),
        ("> - Who runs\n>   ~~the~~ Veybus?", "Who runs the Veybus?"),
        ("  Who\t runs\n\nVeybus ?  ", "Who runs Veybus ?"),
        ("WHO RUNS VEYBUS'S 3rd LINE?", "who runs veybus's 3rd line?"),
        ("WER LEITET DIE STRAßENBAHN?", "wer leitet die straßenbahn?"),
        ("Who leads NATO?", "Who leads NATO?"),
        ("NATO?", "NATO?"),
        ("How many pupils got an A*, by the A* rule?", "How many pupils got an A*, by the A* rule?"),
        ("What is 3 * 4, and what is snake_case or C#?", "What is 3 * 4, and what is snake_case or C#?"),
        ("“Who runs Veybus?”", "Who runs Veybus?"),
        ('Who said "Nobody pushed"?', 'Who said "Nobody pushed"?'),
        ("“Nobody pushed”", "“Nobody pushed”"),
        ("***", "***"),
    ],
)
def test_plain_words(typed: str, read: str) -> None:
    assert plain_words(typed) == read


@pytest.mark.parametrize(
    "question",
    [
        "Which articles are from the Ostleigh Courier?",
        "What happened in September 2023?",
        "When did the drivers of Veybus walk out, and why?",
        "Summarise the articles about the ferry Saint Brannoc.",
        "Hello, what can you do?",
    ],
)
def test_every_form_of_a_question_is_answered_alike(seeded: Library, question: str) -> None:
    with Assistant(seeded, None, 360) as assistant:
        plain = assistant.ask(question)
        blanks, marked = "\n  " + question.replace(" ", "   "), f"> **{question}**"
        for form in (blanks, marked, f"_{question}_", question.upper()):
            answer = assistant.ask(form)
            assert (answer.status, answer.kind) == (plain.status, plain.kind), form
            assert [one.article_id for one in answer.citations] == [one.article_id for one in plain.citations]
            assert [one.articles for one in answer.sentences] == [one.articles for one in plain.sentences]


def test_a_question_in_capitals_takes_up_what_was_asked_before() -> None:
    assert not is_self_contained("HOW LONG DID THE REPAIRS TAKE?")
    history = [Turn(role="user", content="When did the Vey Bridge close?")]
    assert "Bridge" in rewrite("HOW LONG DID THE REPAIRS TAKE?", history).context
