"""Answers by kind over the seed articles, without a model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from index.schemas import Article
from qa.assistant import Assistant
from qa.llm.chat_models import ChatModel
from qa.pipeline.composition.holdings.catalogue import dated
from qa.schemas import Answer

Answering = Callable[[ChatModel | None], Assistant]
SUMMARY = "Summarise the article about the nap study."


@pytest.fixture
def ask(answering: Answering) -> Callable[..., Answer]:
    assistant = answering(None)

    def asked(question: str, **details: object) -> Answer:
        answer = assistant.ask(question, **details)
        for citation in answer.citations:
            article = assistant.article(citation.article_id)
            assert citation.quote == article.text[citation.start : citation.end]
        for sentence in answer.sentences:
            assert bool(sentence.citations) == (sentence.support != "catalogue")
            assert "\n" not in sentence.text
        return answer

    return asked


def test_a_summary_covers_the_whole_article(ask: Callable[..., Answer]) -> None:
    answer = ask(SUMMARY)
    assert (answer.status, answer.kind) == ("answered", "summary")
    assert 3 <= len(answer.sentences) <= 6
    assert {one.article_id for one in answer.citations} == {"night-shift-sleep-study"}
    starts = [one.start for one in answer.citations]
    assert starts == sorted(starts) and starts[-1] > 700


def test_an_overview_counts_articles_and_outlets(ask: Callable[..., Answer]) -> None:
    answer = ask("What are these articles about?")
    assert answer.sentences[0].text == "There are 19 articles, dated 27 October 2022 to 12 June 2024."
    assert "The Marren Post (7)" in answer.sentences[1].text
    assert len(answer.sentences[0].articles) == 19


def test_the_catalogue_says_when_and_where(ask: Callable[..., Answer]) -> None:
    answer = ask("When was the article about the nap study published, and by which outlet?")
    assert "published by The Marren Post on 5 March 2024" in answer.text
    assert answer.sentences[0].articles == ("night-shift-sleep-study",)


def test_the_catalogue_counts(ask: Callable[..., Answer]) -> None:
    assert ask("How many articles are about the Vey Bridge?").text.startswith(
        "2 articles are about the Vey Bridge:"
    )
    assert (
        "There are 3 articles by Skerrow Coast Herald"
        in ask("How many articles are by the Skerrow Coast Herald?").text
    )


def test_everyone_named_is_listed(ask: Callable[..., Answer]) -> None:
    names = {
        one.text.partition(" – ")[0]
        for one in ask("List everyone named in the story about the bus strike.").sentences
    }
    assert names == {"Marisol Etxe", "Gregor Thanning", "Adelheid Morrow"}


def test_a_comparison_has_both_figures_under_their_outlets(ask: Callable[..., Answer]) -> None:
    text = ask("How do the two papers differ on the ferry fire?").text
    assert "The Marren Post (11 February 2024): Forty-seven people" in text
    assert "Skerrow Coast Herald (11 February 2024):" in text and "52 people" in text


def test_a_timeline_is_in_order(ask: Callable[..., Answer]) -> None:
    text = ask("Give me a timeline of the maritime museum.").text
    assert text.index("14 June 2023: The new Marren Maritime Museum") < text.index("29 September 2023: ")


def test_a_quotation_has_its_speaker(ask: Callable[..., Answer]) -> None:
    answer = ask("Quote Petra Lindqvist.")
    assert answer.sentences[0].text == "Petra Lindqvist: “Half of my customers drive over from Ostleigh”"


def test_papers_that_ran_nearly_the_same_report_are_compared(ask: Callable[..., Answer]) -> None:
    answer = ask("How do the two papers differ on the wind farm?")
    assert answer.sentences[0].text == "Both report:"
    texts = [one.text for one in answer.sentences]
    assert len(set(texts)) == len(texts)  # what both say is not what only one says
    assert {one.source for one in answer.citations} == {"The Marren Post", "Skerrow Coast Herald"}


def test_a_difference_is_computed_from_cited_figures(ask: Callable[..., Answer]) -> None:
    answer = ask(
        "How much more does the Vey Bridge repair cost according to The Marren Post than according to the "
        "Ostleigh Courier?"
    )
    assert answer.sentences[0].support == "computed"
    assert answer.sentences[0].text == "The difference is 2.8 million euros: 11.2 million − 8.4 million."
    assert len(answer.sentences[0].citations) == 2


def test_a_person_is_introduced(ask: Callable[..., Answer]) -> None:
    assert "foreign policy representative" in ask("Who is Valery Kavaleuski?").text


def test_talk_is_friendly_and_cites_nothing(ask: Callable[..., Answer]) -> None:
    answer = ask("Hello! What can you do?")
    assert answer.status == "chat" and not answer.citations
    assert "19 articles" in answer.text
    assert len(answer.followups) == 2


def test_the_answer_before_is_taken_up(ask: Callable[..., Answer]) -> None:
    before = ask(SUMMARY)
    history = [{"role": "user", "content": SUMMARY}, {"role": "assistant", "content": before.text}]
    shorter = ask("Shorter, please.", history=history)
    assert [one.text for one in shorter.sentences] == [before.sentences[0].text]
    assert (
        "Short nap helps nurses through the night" in ask("In which article is that?", history=history).text
    )


def test_what_no_article_has_is_declined(ask: Callable[..., Answer]) -> None:
    assert ask("Who is Napoleon Bonaparte?").status == "declined"
    assert ask("Summarise the article about the Eiffel Tower.").status == "declined"
    assert ask("How many articles are about Napoleon?").text == "None of the 19 articles is about Napoleon."


def test_the_catalogue_names_a_month_or_year_that_is_no_day() -> None:
    known = [Article(id="a", text="", date=date(2022, 3, 5)), Article(id="b", text="", period="2022-03")]
    known += [Article(id="c", text="", period="2022"), Article(id="d", text="")]
    assert [dated(one) for one in known] == ["5 March 2022", "March 2022", "2022", ""]
