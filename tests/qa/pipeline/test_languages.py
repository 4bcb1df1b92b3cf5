"""What an answer says beside quotes, in the language of the question's sender."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.schemas import Article
from index.text.messages.catalogue import languages
from qa.assistant import Assistant
from qa.llm.chat_models import ChatModel
from qa.pipeline.understanding.offered import offered

STORM = Article(
    id="storm",
    title="La tempête ferme le port de Brest",
    text="Le port de Brest a été fermé mardi à cause de la tempête. Trois ferries sont restés à quai. "
    "La capitainerie attend une accalmie jeudi matin, selon son directeur.",
)


@pytest.fixture
def assistant(answering: Callable[[ChatModel | None], Assistant]) -> Assistant:
    return answering(None)


def test_talk_and_overviews_come_in_the_language_that_is_asked_for(assistant: Assistant) -> None:
    assert assistant.ask("Hello", language="de").text.startswith(
        "Guten Tag! Ich beantworte Fragen aus den 19 Artikeln dieser Sammlung. Sie könnten fragen: „"
    )
    told = assistant.ask("What are these articles about?", language="es").sentences
    assert told[0].text == "Hay 19 artículos, del 27 de octubre de 2022 al 12 de junio de 2024."
    assert "The Marren Post (7)" in told[1].text and told[1].text.startswith("Medios: ")
    assert assistant.ask("Who won the chess cup of Reykjavik?", language="fr").text.startswith(
        "Les articles ne le disent pas."
    )


def test_a_language_without_a_catalogue_is_english(assistant: Assistant) -> None:
    assert assistant.ask("Thanks!", language="tlh").text == assistant.ask("Thanks!").text


def test_examples_are_in_the_language_of_their_articles_and_understood_in_any(
    assistant: Assistant,
) -> None:
    list(assistant.add([STORM]))
    question = "Résume l’article «\u00a0La tempête ferme le port de Brest\u00a0»."
    assert assistant.ask(STORM.title).followups[0] == question
    answer = assistant.ask(question)
    assert (answer.kind, {one.article_id for one in answer.citations}) == ("summary", {"storm"})
    assert answer.followups == (
        "Nomme toutes les personnes citées dans l’article «\u00a0" + STORM.title + "\u00a0».",
    )
    overview = assistant.ask("¿De qué tratan estos artículos?", language="es")
    assert overview.kind == "overview" and overview.sentences[0].text.startswith("Hay 20 artículos")


@pytest.mark.parametrize("language", languages())
def test_a_summary_of_a_chosen_article_is_asked_for_in_every_language(language: str) -> None:
    asked = offered(languages()[language].gettext("Summarise this article."))
    assert asked and (asked.guess.kind, asked.guess.detail) == ("summary", "article")


def test_an_offered_question_may_be_typed_with_plain_spaces() -> None:
    asked = offered("resume el artículo «El puerto»")
    assert asked and asked.title == "El puerto"
    assert offered("Résume l'article « Le port ».") == offered("Résume l’article «\u00a0Le port\u00a0».")


def test_other_questions_are_not_taken_for_offered_ones() -> None:
    assert offered("Summarise the article about the storm.") is None
