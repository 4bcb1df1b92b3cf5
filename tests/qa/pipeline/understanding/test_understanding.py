from datetime import date

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


def test_words_that_no_article_has_are_left_alone(seeded: Library) -> None:
    assert not understood(seeded, "Who extinguished the bonfire in Sheffield?").corrections


def test_a_named_article_is_meant(seeded: Library) -> None:
    found = understood(seeded, "Summarise the article “Vey Bridge to close for fourteen months”.")
    assert found.article == "vey-bridge-ostleigh-courier"


def test_a_fact_question_stays_as_it_is(seeded: Library) -> None:
    question = "Who was in command of the ferry that caught fire?"
    found = understood(seeded, question)
    assert (found.kind, found.standalone.question, found.corrections) == ("fact", question, ())
