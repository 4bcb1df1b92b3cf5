"""Of a draft only what the excerpts hold is kept, with the quotes it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.schemas import Hit, Passage
from index.text.sentences import sentence_spans
from qa.llm.prompts import NOT_FOUND
from qa.verification.citations import VerifiedDraft, check, refuses
from qa.verification.excerpts import Excerpt

TEXTS = {
    "ferry": "Forty-seven people were taken off the ferry Saint Brannoc on Sunday. The fire broke out in the "
    "engine room at 8.06. Nobody was hurt, said coxswain Idris Pellow.",
    "museum": "The Marren Maritime Museum will not open in October as planned. "
    "The new date is 16 March 2024. Tomas Relling succeeds Ilse Dravik as director.",
    "crew": "Thole, 46, has commanded the Saint Brannoc for twelve years.",
}


def excerpt(number: int, name: str) -> Excerpt:
    text = TEXTS[name]
    passage = Passage(id=f"{name}-0", article_id=name, start=0, end=len(text), text=text)
    found = Hit(
        passage=passage, title=f"The {name}", url="", date=date(2024, 2, 11), source="The Post",
        score=0.9, similarity=0.5, coverage=0.5,
    )  # fmt: skip
    spans = tuple(sentence_spans(text))
    return Excerpt(number=number, hit=found, spans=spans, fits=(0.5,) * len(spans))


EXCERPTS = [excerpt(1, "ferry"), excerpt(2, "museum"), excerpt(3, "crew")]


@pytest.fixture
def checked(embedder: SentenceEmbedder):
    return lambda draft, asked="What happened?": check(draft, asked, EXCERPTS, embedder.encode)


def quotes(result: VerifiedDraft) -> list[str]:
    for citation in result.citations:
        assert citation.quote == TEXTS[citation.article_id][citation.start : citation.end]
    return [citation.quote for citation in result.citations]


def test_a_true_sentence_is_kept_with_its_exact_quote(checked) -> None:
    result = checked("Forty-seven people were taken off the ferry [1].")
    assert result.text == "Forty-seven people were taken off the ferry [1]."
    assert quotes(result) == ["Forty-seven people were taken off the ferry Saint Brannoc on Sunday."]
    assert [sentence.support for sentence in result.sentences] == ["supported"]


def test_what_only_repeats_the_question_around_a_name_of_the_quote_is_weakly_supported(checked) -> None:
    asked = "What does it play for?"
    assert [one.support for one in checked("It plays for Saint Brannoc [1].", asked).sentences] == ["weak"]
    assert not checked("It dances for Saint Brannoc [1].", asked).sentences
    assert not checked("It plays for Saint Elwen [1].", asked).sentences


def test_figures_and_words_for_a_number_are_one(checked) -> None:
    assert checked("47 people were taken off the ferry [1].").sentences


def test_a_wrong_mark_is_repaired(checked) -> None:
    result = checked("Tomas Relling is the new director of the museum [1].")
    assert quotes(result) == ["Tomas Relling succeeds Ilse Dravik as director."]


def test_the_quote_is_what_answers_and_not_what_names_the_subject(checked) -> None:
    for asked in ("Who directs the Marren Maritime Museum?", "who directs the marren maritime museum"):
        result = checked("Tomas Relling is the director of the Marren Maritime Museum [2].", asked)
        assert quotes(result) == ["Tomas Relling succeeds Ilse Dravik as director."], asked


def test_an_age_is_said_in_three_ways(checked, embedder: SentenceEmbedder) -> None:
    assert quotes(checked("Thole is 46 years old [3].", "How old is Thole?")) == [TEXTS["crew"]]
    assert not checked("Thole is 47 years old [3].", "How old is Thole?").sentences
    told = "The 21-year-old dog is well."
    passage = Passage(id="dog-0", article_id="dog", start=0, end=len(told), text=told)
    dog = replace(
        excerpt(1, "crew"), hit=replace(excerpt(1, "crew").hit, passage=passage), spans=((0, len(told)),)
    )
    assert check("21 years old", "How old is Rex?", [dog], embedder.encode).text == "21 years old [1]."
    assert not check("22 years old", "How old is Rex?", [dog], embedder.encode).text


def test_a_missing_mark_is_supplied_and_an_invented_one_dropped(checked) -> None:
    for draft in ("The fire broke out in the engine room.", "The fire broke out in the engine room [7][12]."):
        result = checked(draft)
        assert result.text == "The fire broke out in the engine room [1]."
        assert [citation.article_id for citation in result.citations] == ["ferry"]


@pytest.mark.parametrize(
    "draft",
    [
        "Fifty-two people were taken off the ferry [1].",
        "Olga Brandt is the new director of the museum [2].",
        "The museum opens on 17 March 2024 [2].",
        "The museum opens on 16 March 2025 [2].",
        "Paris is the capital of France [1].",
        "Bananas are rich in potassium.",
    ],
)
def test_what_no_excerpt_holds_is_not_shown(checked, draft: str) -> None:
    assert checked(draft) == VerifiedDraft()


def test_only_the_unsupported_sentence_goes(checked) -> None:
    result = checked(
        "The fire broke out in the engine room [1]. It was put out by a helicopter from Oslo [1]."
    )
    assert result.text == "The fire broke out in the engine room [1]."


def test_a_sentence_from_two_places_has_both_quotes(checked) -> None:
    result = checked("Forty-seven people were taken off the Saint Brannoc, said Idris Pellow [1].")
    assert len(quotes(result)) == 2
    assert result.sentences[0].citations == (1, 2)


def test_facts_of_two_places_are_not_put_together_unmarked(checked) -> None:
    assert checked("The fire in the engine room broke out on 16 March 2024 [1].") == VerifiedDraft()
    assert checked("Tomas Relling was taken off the Saint Brannoc [1].") == VerifiedDraft()


def test_names_of_one_passage_may_be_listed_unmarked(checked) -> None:
    assert quotes(checked("Marren, Relling, Dravik", "Which names are there?")) == [
        "Tomas Relling succeeds Ilse Dravik as director.",
        "The Marren Maritime Museum will not open in October as planned.",
    ]
    # Pellow is of another passage.
    assert checked("Relling, Dravik, Pellow", "Which names are there?").text == "Relling [1]."


def test_the_first_name_of_a_bare_answer_has_to_be_there_too(checked, embedder: SentenceEmbedder) -> None:
    assert not checked("Quill, Relling, Dravik", "Which names are there?").sentences
    # That the passage has it elsewhere is not enough.
    museum = excerpt(1, "museum")
    read = replace(museum, spans=museum.spans[1:2], fits=(0.5,))
    assert read.quotes == ["The new date is 16 March 2024."]
    assert not check("Marren", "Where is it?", [read], embedder.encode).sentences


def test_one_quote_has_one_number(checked) -> None:
    result = checked("The fire broke out in the engine room [1]. The fire broke out at 8.06 [1].")
    assert len(result.citations) == 1
    assert [sentence.citations for sentence in result.sentences] == [(1,), (1,)]


def test_a_turned_round_statement_is_at_most_weak(checked) -> None:
    result = checked("The Marren Maritime Museum will open in October as planned [2].")
    assert all(sentence.support == "weak" for sentence in result.sentences)


def test_what_denies_is_the_last_that_a_sentence_rests_on(embedder: SentenceEmbedder) -> None:
    told = (
        "Nobody would know Quill without Lantern. She tells it all in her song Lantern, a hit of that year."
    )
    passage = Passage(id="song-0", article_id="song", start=0, end=len(told), text=told)
    song = Excerpt(
        number=1,
        hit=replace(EXCERPTS[0].hit, passage=passage),
        spans=tuple(sentence_spans(told)),
        fits=(0.5,) * 2,
    )
    [sentence] = (result := check("Lantern", "Which song is by Quill?", [song], embedder.encode)).sentences
    assert sentence.support == "supported"
    assert result.citations[0].quote.startswith("She tells")


def test_a_negation_about_something_else_does_not_matter(checked) -> None:
    result = checked("The fire broke out in the engine room at 8.06 [1]. Idris Pellow is a coxswain [1].")
    assert [sentence.support for sentence in result.sentences] == ["supported", "supported"]


def test_the_askers_own_names_may_be_repeated(checked) -> None:
    result = checked(
        "The museum in Seaville will not open in October, but on 16 March 2024 [2].",
        "When will the museum in Seaville open?",
    )
    assert [sentence.support for sentence in result.sentences] == ["weak"]
    assert (
        checked("The museum in Seaville will open on 16 March 2024 [2].", "When will it open?")
        == VerifiedDraft()
    )


def test_a_question_for_a_number_is_not_answered_without_one(checked) -> None:
    draft = "The fire broke out in the engine room of the Saint Brannoc [1]."
    assert checked(draft, "How many fires did the Saint Brannoc have?") == VerifiedDraft()
    assert checked("Forty-seven people were taken off [1].", "How many people were saved?").sentences


@pytest.mark.parametrize("draft", ["", "   ", NOT_FOUND, "Not found.", "[1]", "[1][2].", "...", "\n\n"])
def test_nothing_said_is_nothing_shown(checked, draft: str) -> None:
    assert checked(draft) == VerifiedDraft()


def test_a_refusal_is_one_however_it_is_written() -> None:
    assert all(map(refuses, ("N", "NOT FOU", "not found.", "Not")))
    assert not any(map(refuses, ("Note", "Nothing", "Found")))


def test_nothing_offered_supports_nothing(embedder: SentenceEmbedder) -> None:
    assert (
        check("The fire broke out in the engine room [1].", "Where?", [], embedder.encode) == VerifiedDraft()
    )


@pytest.mark.parametrize(
    "draft",
    [
        "The fire broke out in the engine room. [1]",
        "The fire broke out in the engine room [1, 2].",
        "The fire broke out in the engine room[1]",
        "The fire [1] broke out in the engine room [1].",
    ],
)
def test_marks_may_stand_anywhere(checked, draft: str) -> None:
    assert checked(draft).text == "The fire broke out in the engine room [1]."


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        # The sentence gives the answer: the answer above it has done its work.
        ("Tomas Relling\nThe director is Tomas Relling [2].", "The director is Tomas Relling [1]."),
        # It only says the question again, or leaves out half of the name.
        ("Tomas Relling\nThe museum has a new director [2].", "Tomas Relling [1]."),
        ("Tomas Relling\nRelling succeeds Dravik as director [2].", "Tomas Relling [1]."),
        # The year is that of the article.
        (
            "Relling, 2024\nTomas Relling succeeds Ilse Dravik as director [2].",
            "Tomas Relling succeeds Ilse Dravik as director [1].",
        ),
        # What stands nowhere is no answer, wherever the model wrote it.
        ("Ada Quill\nThe museum has a new director [2].", ""),
        # Sentences on lines of their own are sentences.
        (
            "Relling succeeds Dravik as director [2].\nThe new date is 16 March 2024 [2].",
            "Relling succeeds Dravik as director [1]. The new date is 16 March 2024 [2].",
        ),
    ],
)
def test_an_answer_above_its_sentences_is_used_where_they_do_not_give_it(
    checked, draft: str, text: str
) -> None:
    assert checked(draft, "Who is the new director of the museum?").text == text


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("Oskar's boat", ""),
        ("Fire in the engine room; Oskar's boat", "The fire broke out in the engine room at 8.06 [1]."),
        (
            "Fire\nThey were taken off because the fire broke out [1].",
            "They were taken off because the fire broke out [1].",
        ),
    ],
)
def test_a_reason_without_a_sentence_is_told_in_the_words_of_its_quote(
    checked, draft: str, text: str
) -> None:
    assert checked(draft, "Why were people taken off the ferry?").text == text


@pytest.mark.parametrize(
    ("asked", "draft", "text"),
    [
        ("Who is Idris Pellow?", "Idris Pellow", "Nobody was hurt, said coxswain Idris Pellow [1]."),
        (
            "Where was it that the fire broke out?",
            "The fire\nThe fire broke out [1].",
            "The fire broke out in the engine room at 8.06 [1].",
        ),
        # Where the answer is to be chosen, it stands in the question.
        ("Is Idris Pellow or Tomas Relling the coxswain?", "Idris Pellow", "Idris Pellow [1]."),
        (
            "Is Idris Pellow or Tomas Relling the coxswain?",
            "Idris Pellow\nThe coxswain is Idris Pellow [1].",
            "The coxswain is Idris Pellow [1].",
        ),
        ("Who is the coxswain?", "Idris Pellow", "Idris Pellow [1]."),
    ],
)
def test_what_only_repeats_the_question_is_told_in_the_words_of_its_quote(
    checked, asked: str, draft: str, text: str
) -> None:
    assert checked(draft, asked).text == text


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("3 million", "$3 million [1]."),
        ("4", "4 per cent [1]."),
        ("3", "$3 million [1]."),
        ("It cost 3 million [1].", "It cost 3 million [1]."),
        # In two ways, and as a part of another number.
        ("12", "12 [1]."),
        ("7", ""),
    ],
)
def test_a_bare_number_has_the_unit_that_its_quote_gives_it(
    embedder: SentenceEmbedder, draft: str, text: str
) -> None:
    told = (
        "The bridge cost $3 million, 4 per cent more than planned; 12 people built it for $12 and 1.7 tonnes."
    )
    passage = Passage(id="bridge-0", article_id="bridge", start=0, end=len(told), text=told)
    found = replace(EXCERPTS[0].hit, passage=passage)
    bridge = Excerpt(number=1, hit=found, spans=((0, len(told)),), fits=(0.5,))
    assert check(draft, "What did the bridge cost?", [bridge], embedder.encode).text == text


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("Pellow", "Idris Pellow [1]."),
        ("the engine room", "the engine room [1]."),
        # The sentence does not give the words of the answer, but an excerpt does.
        ("engine room\nThe fire broke out there [1].", "engine room [1]."),
        # Of the place an excerpt has the first part only.
        ("engine room, Oslo", "engine room [1]."),
    ],
)
def test_a_bare_answer_is_held_by_itself(checked, draft: str, text: str) -> None:
    assert checked(draft, "Who is it, and where?").text == text


def test_a_sentence_that_ends_in_an_abbreviation_has_one_stop(checked) -> None:
    result = checked("The fire broke out in the engine room at 8.06 a.m. [1].")
    assert result.text.endswith("8.06 a.m [1].")
