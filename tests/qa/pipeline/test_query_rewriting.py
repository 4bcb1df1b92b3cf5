"""Which questions depend on the conversation, and what is searched then."""

from __future__ import annotations

import json

import pytest

from index.library import Library
from index.schemas import Query
from qa.pipeline.drafting.answer_prompt import prompt_values
from qa.pipeline.query_rewriting import MAX_CONTEXT_WORDS, is_follow_up, is_self_contained, rewrite
from qa.schemas import Question, Turn
from tests.paths import SEEDS


def conversation(*messages: str) -> list[Turn]:
    """Turns of a person and the assistant, who take turns."""
    return [
        Turn(role="assistant" if at % 2 else "user", content=message) for at, message in enumerate(messages)
    ]


@pytest.mark.parametrize(
    "question",
    [
        "And when?",
        "Why?",
        "In 2019?",
        "And in March?",
        "And in Marren?",
        "And how did Zelenskyy react?",
        "So what happened next?",
        "What about the price?",
        "How about Skerrow and its harbour?",
        "Who else signed the letter?",
        "No, I meant the older lighthouse.",
        "Thanks! How old is he?",
        "How old is he?",
        "When was it built?",
        "Where did they take the sheep?",
        "What does she expect to happen to Russia?",
        "And in what year did she stand against Lukashenko?",
        "What did he say about Zelenskyy?",
        "Who is their spokesman?",
        "Until when is that settled?",
        "How much did this cost?",
        "Which one is older?",
        "Is there another route?",
        "Who lives there?",
        "Und wann?",
        "Und wer hat ihn gefunden?",
        "Wie alt ist sie?",
        "Was ist mit der Fähre?",
        "Wann wurde sie gebaut?",
        "Was hat er damals verdient?",
    ],
)
def test_follow_ups(question: str) -> None:
    assert is_follow_up(question)
    assert not is_self_contained(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many people live on Skerrow?",
        "Who made Zelenskyy an offer of an alliance?",
        "And who made the offer to Zelenskyy?",
        "But why did the council of Marren sell the Vey Bridge?",
        "What explosives turned up on the route of the dredger Hardanger?",
        "How did the town of Marren get its name?",
        "When did Ilse Dravik say that she would leave the museum?",
        "Which company in Collmouth announced it is closing its shipyard?",
        "Is there a lighthouse on Gannet Head?",
        "What happened in Port Skerrow this week after the storm?",
        "Which of the trains to Collmouth stop in Tarn Vey?",
        "How long does it take to sail from Marren to Skerrow?",
        "Was the film that won the Silver Heron shot in Tarn Vey?",
        "Können Sie sagen, wann die Vey-Brücke wieder öffnet?",
        "Wer leitet das Museum in Marren seit dem Sommer?",
        "Und wie viele Menschen leben auf der Insel Skerrow?",
    ],
)
def test_self_contained_questions(question: str) -> None:
    assert not is_follow_up(question)
    assert is_self_contained(question)


@pytest.mark.parametrize(
    "question",
    [
        "How long had the wall been waiting for repairs?",
        "Which paper printed the research?",
        "What did Tsikhanouskaya say about her offer?",
        "Who is Zelenskyy?",
    ],
)
def test_a_question_that_says_little_is_understood_but_not_self_contained(question: str) -> None:
    assert not is_follow_up(question)
    assert not is_self_contained(question)


def test_a_self_contained_question_is_searched_as_it_is() -> None:
    history = conversation("Who runs the museum?", "Ilse Dravik [1].")
    assert str(rewrite("How many people live on Skerrow?", history)) == "How many people live on Skerrow?"


def test_the_words_of_the_conversation_are_the_context_of_the_query() -> None:
    history = conversation("Who won the Silver Heron?", "The Salt Ledger [1].")
    assert rewrite("How old is he?", history) == Query(
        text="How old is he?", context="won Silver Heron Salt Ledger"
    )
    assert rewrite("How old is he? (Bo)", history).text == "How old is he? (Bo)"


def test_the_users_own_brackets_are_the_context_if_there_is_no_other() -> None:
    assert rewrite("How old is he? (Bo)", []) == Query(text="How old is he?", context="Bo")


def test_a_follow_up_without_a_conversation_is_searched_as_it_is() -> None:
    assert str(rewrite(" And when? ", [])) == "And when?"


def test_a_follow_up_is_searched_with_context() -> None:
    history = conversation(
        "Who won the Silver Heron?", "The Salt Ledger [1].", "And who directed it?", "Mirela Oskarsen [1]."
    )
    assert str(rewrite("How old is she?", history)) == (
        "How old is she? (won Silver Heron directed Mirela Oskarsen)"
    )


def test_the_context_leaves_out_an_earlier_topic() -> None:
    history = conversation(
        "When does the ferry to Skerrow sail?",
        "At noon.",
        "Who won the Silver Heron in Collmouth?",
        "Nobody knows yet.",
    )
    assert str(rewrite("And when will that be known?", history)) == (
        "And when will that be known? (won Silver Heron Collmouth)"
    )


def test_courtesies_are_skipped() -> None:
    history = conversation("Who built the Vey Bridge?", "A firm.", "Thank you!", "You are welcome.")
    assert str(rewrite("When was that?", history)) == "When was that? (built Vey Bridge)"


def test_the_context_repeats_no_word() -> None:
    history = conversation("When will the bridge open?", "The Vey Bridge, and only the Vey Bridge, in May.")
    assert str(rewrite("When did it open before?", history)) == "When did it open before? (Vey Bridge)"


def test_a_long_context_keeps_its_latest_words() -> None:
    history = conversation(" ".join(f"word{n}" for n in range(50)), "I see.")
    assert (
        str(rewrite("Why?", history))
        == f"Why? ({' '.join(f'word{n}' for n in range(50 - MAX_CONTEXT_WORDS, 50))})"
    )


def test_a_german_follow_up_is_searched_with_context() -> None:
    history = conversation("Wann öffnet die Vey-Brücke wieder?", "Im März 2025.")
    assert str(rewrite("Und was kostet das?", history)).startswith("Und was kostet das? (öffnet Vey-Brücke")


def test_the_articles_of_follow_ups_are_found_first(seeded: Library) -> None:
    lines = (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [
        question for question in map(json.loads, lines) if question.get("history") and question.get("gold")
    ]
    assert len(questions) >= 18
    collection = seeded.collection("default")
    missed = []
    for question in questions:
        query = rewrite(question["question"], [Turn(**turn) for turn in question["history"]])
        found = [hit.passage.article_id for hit in collection.search(query, k=3)]
        if not set(found) & set(question["gold"]):
            missed.append((str(query), found))
    assert not missed


def prompted(question: str, history: list[Turn], search_as: str | None = None) -> dict[str, str]:
    asked = Question(question=question, history=tuple(history), search_as=search_as)
    return prompt_values(asked, ())


def test_the_prompt_shows_what_a_follow_up_refers_to() -> None:
    history = conversation(
        "Who won the Silver Heron?", "A film [1].", "And who directed it?", "Oskarsen [1, 2]."
    )
    values = prompted("How old is she?", history)
    assert values["earlier"] == (
        "Earlier question: And who directed it? (won Silver Heron)\nEarlier answer: Oskarsen.\n"
    )
    assert values["question"] == "How old is she?"


def test_the_prompt_shows_no_earlier_question_unless_needed() -> None:
    history = conversation("Who won the Silver Heron?", "A film [1].")
    assert prompted("How many people live on Skerrow?", history)["earlier"] == ""
    assert prompted("And when?", [])["earlier"] == ""
    assert prompted("And when?", history[1:])["earlier"] == ""


def test_the_prompt_shows_the_users_own_search_query() -> None:
    history = conversation("Who won the Silver Heron?", "A film [1].")
    values = prompted("And when?", history, "storm in Port Skerrow")
    assert (values["earlier"], values["question"]) == ("", "And when? (storm in Port Skerrow)")
    values = prompted("And when?", history, "And when? (storm in Port Skerrow)")
    assert (values["earlier"], values["question"]) == ("", "And when? (storm in Port Skerrow)")
