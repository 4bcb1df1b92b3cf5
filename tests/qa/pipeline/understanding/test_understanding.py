from datetime import date

import pytest

from index.library import Library
from qa.pipeline.understanding.understanding import Understanding, understand
from qa.schemas import Question


def understood(library: Library, question: str, **details: object) -> Understanding:
    asked = Question.model_validate({"question": question, **details})
    return understand(asked, library.collection("default"))


def test_topic_and_kind(seeded: Library) -> None:
    found = understood(seeded, "Summarise the article about the boat grave.")
    assert (found.kind, found.topic, found.singular) == ("summary", "boat grave", True)
    assert found.subject == "the boat grave"


def test_an_outlet_restricts_the_articles(seeded: Library) -> None:
    found = understood(seeded, "How many articles are by the Skerrow Coast Herald?")
    assert found.kind == "catalogue"
    assert found.filters.source == "Skerrow Coast Herald"
    assert not found.topic
    assert found.shown.source == "Skerrow Coast Herald"


def test_outlets_are_known_by_their_short_names(seeded: Library) -> None:
    found = understood(seeded, "Compare what the Marren Post and the Coast Herald say about the ferry.")
    assert (found.kind, found.topic) == ("compare", "ferry")
    assert found.outlets == ("Skerrow Coast Herald", "The Marren Post")


def test_days_are_seen_from_as_of(seeded: Library) -> None:
    found = understood(seeded, "What happened last month?", as_of="2024-03-10")
    assert (found.filters.after, found.filters.before) == (date(2024, 2, 1), date(2024, 2, 29))


def test_a_misspelt_name_is_read_as_the_articles_spell_it(seeded: Library) -> None:
    found = understood(seeded, "Who is Ragnhild Eammes?")
    assert [(one.typed, one.read_as) for one in found.corrections] == [("Eammes", "Eames")]
    assert found.wording == "Who is Ragnhild Eames?"


def test_only_whole_words_are_read_otherwise(seeded: Library) -> None:
    found = understood(seeded, "Who is Ragnhild Eammes of Eammesburyhaven?")
    assert [(one.typed, one.read_as) for one in found.corrections] == [("Eammes", "Eames")]
    assert found.wording == "Who is Ragnhild Eames of Eammesburyhaven?"


def test_words_that_no_article_has_are_left_alone(seeded: Library) -> None:
    assert not understood(seeded, "Who extinguished the bonfire in Sheffield?").corrections


def test_a_named_article_is_meant(seeded: Library) -> None:
    found = understood(seeded, "Summarise the article “Vey Bridge to close for fourteen months”.")
    assert found.article == "vey-bridge-ostleigh-courier"


def test_what_was_read_into_the_words_can_be_switched_off(seeded: Library) -> None:
    asked = "Which articles by The Marren Post are from March 2024?"
    limited = understood(seeded, asked).shown
    assert limited.source == "The Marren Post" and limited.after == date(2024, 3, 1)
    free = understood(seeded, asked, ignore=["outlet", "dates"])
    assert not free.filters and not free.topic
    assert free.shown.source is None and free.shown.after is None
    assert free.shown.ignored == ("outlet", "dates")


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, ["night-shift-sleep-study"]),
        ({"source": "The Marren Post", "after": "2024-01-01"}, ["night-shift-sleep-study"]),
        ({"article_ids": ["night-shift-sleep-study"]}, ["night-shift-sleep-study"]),
        ({"article_ids": ["vey-bridge-marren-post"]}, []),
        ({"source": "Skerrow Coast Herald"}, []),
        ({"after": "2024-03-06"}, []),
        ({"before": "2024-03-04"}, []),
        ({"after": "2024-04-01"}, []),
        ({"before": "2024-02-29"}, []),
    ],
)
def test_the_words_of_a_question_widen_no_filter(
    seeded: Library, filters: dict[str, object], ids: list[str]
) -> None:
    asked = "Which articles by The Marren Post are from March 2024?"
    found = understood(seeded, asked, filters=filters)
    listed = seeded.collection("default").documents.list_articles(filters=found.filters).articles
    assert [one.id for one in listed] == ids
    assert found.outlet == "The Marren Post"


def test_a_named_article_can_be_switched_off(seeded: Library) -> None:
    asked = "Summarise the article “Vey Bridge to close for fourteen months”."
    assert understood(seeded, asked).shown.article_title == "Vey Bridge to close for fourteen months"
    free = understood(seeded, asked, ignore=["article"])
    assert (free.article, free.shown.article_title) == (None, "")


def test_a_spelling_can_be_kept(seeded: Library) -> None:
    found = understood(seeded, "Who is Ragnhild Eammes?", ignore=["spelling"])
    assert (found.wording, found.corrections) == ("Who is Ragnhild Eammes?", ())


def test_an_outlet_that_is_all_that_is_asked_for_is_the_topic(seeded: Library) -> None:
    assert understood(seeded, "Tell me about The Marren Post.", ignore=["outlet"]).topic == "Marren Post"


def test_a_fact_question_stays_as_it_is(seeded: Library) -> None:
    question = "Who was in command of the ferry that caught fire?"
    found = understood(seeded, question)
    assert (found.kind, found.standalone.question, found.corrections) == ("fact", question, ())
