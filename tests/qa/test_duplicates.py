"""Copies of a wire story are one source, from the question to the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import unescape

import pytest

from index.library import Library
from index.schemas import Filters
from index.text.messages.catalogue import ENGLISH
from qa.assistant import Assistant
from qa.cli.formatters.answers import show_answer
from qa.llm.chat_models import ChatModel
from qa.schemas import Answer, Citation, DuplicateArticle, RetrievedPassage, Timings
from qa.web.ui.html import citations
from tests.conftest import ScriptedModel
from tests.index.retrieval.test_deduplication import article
from tests.index.storage.test_duplicate_clusters import OWN, WIRE
from tests.qa.pipeline.drafting.test_context_selection import excerpts_for

PAIR = {"wind-farm-marren-post", "wind-farm-coast-herald"}
QUESTION = "How many wind turbines are planned on Gannet Bank?"
Answering = Callable[[ChatModel | None], Assistant]


def a_copy(number: int = 1, **changes: str) -> DuplicateArticle:
    given = {
        "article_id": f"c{number}",
        "title": f"Title {number}",
        "url": f"https://paper{number}.example/a",
        "source": f"Paper {number}",
    }
    return DuplicateArticle(**(given | changes), date=date(2024, 1, 16))


def a_passage(*also: DuplicateArticle) -> RetrievedPassage:
    return RetrievedPassage(
        article_id="a", title="Wind farm", url="", date=None, source="The Post",
        start=0, end=5, text="Fine.", score=0.5, also=also,
    )  # fmt: skip


def test_an_answer_cites_one_copy_and_names_the_other(answering: Answering) -> None:
    answer = answering(None).ask(QUESTION)
    assert answer.status == "answered"
    assert "38" in answer.text
    assert len(PAIR & {passage.article_id for passage in answer.passages}) == 1
    [cited] = [c for c in answer.citations if "38 turbines" in c.quote]
    [other] = cited.also
    assert {cited.article_id, other.article_id} == PAIR
    assert len(PAIR & {citation.article_id for citation in answer.citations}) == 1
    assert other.model_dump(mode="json") in (
        {
            "article_id": "wind-farm-coast-herald",
            "title": "Green light for 38 turbines on Gannet Bank",
            "url": "https://example.org/coast-herald/2024/01/16/green-light-gannet-bank",
            "date": "2024-01-16",
            "period": "",
            "source": "Skerrow Coast Herald",
        },
        {
            "article_id": "wind-farm-marren-post",
            "title": "Regulator approves Gannet Bank wind farm",
            "url": "https://example.org/marren-post/2024/01/16/gannet-bank-approved",
            "date": "2024-01-16",
            "period": "",
            "source": "The Marren Post",
        },
    )


def test_what_only_one_of_them_prints_is_in_it_alone(answering: Answering) -> None:
    own = "About a third of the boats concerned are registered in Port Skerrow."
    assistant = answering(ScriptedModel(f"{own} [1]"))
    answer = assistant.ask("Where are the boats registered that fish on Gannet Bank?")
    [cited] = answer.citations
    assert (cited.article_id, cited.quote, cited.also) == ("wind-farm-coast-herald", own, ())


def test_only_what_passes_the_filter_is_named(answering: Answering) -> None:
    answer = answering(None).ask(QUESTION, filters=Filters(source="Skerrow Coast Herald"))
    assert {citation.article_id for citation in answer.citations} == {"wind-farm-coast-herald"}
    assert not any(citation.also for citation in answer.citations)
    assert not any(passage.also for passage in answer.passages)


def test_a_search_finds_them_once(answering: Answering) -> None:
    hits = answering(None).search(QUESTION, k=5)
    assert len(hits) == 5
    found = [hit for hit in hits if hit.article_id in PAIR]
    assert len({hit.article_id for hit in found}) == 1
    assert all({hit.article_id, *(other.article_id for other in hit.also)} == PAIR for hit in found)


def test_sentences_that_differ_in_their_marks_are_read_once(library: Library) -> None:
    collection = library.collection("default", make=True)
    # Another story, which quotes the first.
    quoting = f"{OWN}\n\n{WIRE[WIRE.index('The quay was') :].replace(', ', ' – ')}"
    list(collection.add([article("wire", WIRE), article("own", quoting)]))
    excerpts = excerpts_for(library, "When was the quay built and when did divers look at it?", 400)
    shown = " ".join(quote for excerpt in excerpts for quote in excerpt.quotes)
    assert shown.count("1968 for coal ships") == 1


def shown(passages: list[RetrievedPassage]) -> str:
    return citations.evidence(ENGLISH, passages, "default", date(2024, 3, 1))


def test_cards_name_and_link_the_copies() -> None:
    html = shown([a_passage(a_copy(1), a_copy(2, url="file:///etc/passwd"))])
    assert '<span class="also">also in <bdi><a href="https://paper1.example/a"' in html
    assert "<bdi>Paper 2</bdi></span>" in html
    assert "etc/passwd" not in html
    assert "also" not in shown([a_passage()])


def test_cards_escape_what_copies_say_of_themselves() -> None:
    evil = '<img src=x onerror=alert(1)>"'
    html = shown([a_passage(a_copy(source=evil, title=evil, url=f"https://x.example/{evil}"))])
    assert "<img" not in html
    assert 'href="https://x.example/&lt;img' in html
    assert unescape(html).count(evil) == 2


def test_many_copies_are_counted_and_one_outlet_is_named_once() -> None:
    html = shown([a_passage(*(a_copy(number) for number in range(1, 9)))])
    assert "Paper 5" in html and "Paper 6" not in html
    assert "</bdi> and 3 more</span>" in html
    twice = shown([a_passage(a_copy(1), a_copy(2, source="Paper 1"), a_copy(3, source="The Post"))])
    assert twice.count("Paper 1") == 1
    # A copy in the same outlet is told apart by its title.
    assert "Title 3" in twice


def test_the_terminal_names_the_copies(capsys: pytest.CaptureFixture[str]) -> None:
    passage = a_passage(a_copy(1), a_copy(2, source="Tide\x1b[31m\nTimes"))
    answer = Answer(
        status="declined", text="None.", question_searched="Why?", passages=(passage, a_passage()),
        timings=Timings(search_ms=1, first_token_ms=None, total_ms=1), model="none",
    )  # fmt: skip
    show_answer(answer, "Why?")
    shown = capsys.readouterr().out
    assert shown.count("also in") == 1
    assert "Wind farm · The Post · also in Paper 1, Tide�[31m Times\n" in shown


def test_an_answer_saved_before_there_were_copies_can_be_read() -> None:
    saved = Citation(
        number=1, article_id="a", title="", url="", date=None, source="", start=0, end=5, quote="Fine."
    ).model_dump(exclude={"also"})
    assert Citation.model_validate(saved).also == ()
