"""What a draft offers as answers: only sentences that the excerpts support, with the quotes that do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.schemas import Hit, Passage
from index.text.sentences import sentence_spans
from qa.llm.prompts import NOT_FOUND
from qa.verification.citations import Candidate, propose, stated_short_answer
from qa.verification.cited_text import CitedText
from qa.verification.draft import is_refusal
from qa.verification.excerpts import Excerpt

TEXTS = {
    "ferry": "Forty-seven people were taken off the ferry Saint Brannoc on Sunday. The fire broke out in the "
    "engine room at 8.06. Nobody was hurt, said coxswain Idris Pellow.",
    "museum": "The Marren Maritime Museum will not open in October as planned. "
    "The new date is 16 March 2024. Tomas Relling succeeds Ilse Dravik as director.",
    "crew": "Thole, 46, has commanded the Saint Brannoc for twelve years.",
    "storm": "Storm Ottilie did damage of 2.7 million euros on the island.",
    "bridge": "The repair costs 8.4 million euros, of which the government pays 60 per cent.",
}


def excerpt(number: int, name: str) -> Excerpt:
    text = TEXTS[name]
    passage = Passage(id=f"{name}-0", article_id=name, start=0, end=len(text), text=text)
    found = Hit(
        passage=passage, title=f"The {name}", url="", date=date(2024, 2, 11), source="The Post",
        score=0.9, similarity=0.5, coverage=0.5,
    )  # fmt: skip
    spans = tuple(sentence_spans(text))
    return Excerpt(
        number=number, hit=found, spans=spans, ranks=(0.5,) * len(spans), relevance=(0.5,) * len(spans)
    )


EXCERPTS = [excerpt(1, "ferry"), excerpt(2, "museum"), excerpt(3, "crew")]


def excerpt_of(text: str) -> Excerpt:
    """A whole article as the only excerpt."""
    passage = Passage(id="a-0", article_id="a", start=0, end=len(text), text=text)
    spans = tuple(sentence_spans(text))
    return replace(
        EXCERPTS[0],
        hit=replace(EXCERPTS[0].hit, passage=passage),
        spans=spans,
        ranks=(0.5,) * len(spans),
        relevance=(0.5,) * len(spans),
    )


def best(candidates: list[Candidate]) -> CitedText:
    """The best answer; without sentences if there is none."""
    for candidate in candidates:
        assert len(candidate.claims) == len(candidate.cited.sentences) > 0
    return candidates[0].cited if candidates else CitedText()


@pytest.fixture
def candidates(embedder: SentenceEmbedder):
    return lambda draft, question="What happened?", excerpts=EXCERPTS: propose(
        draft, question, excerpts, embedder.encode
    )


@pytest.fixture
def verify(candidates):
    return lambda *given: best(candidates(*given))


def quotes(result: CitedText) -> list[str]:
    for citation in result.citations:
        assert citation.quote == TEXTS[citation.article_id][citation.start : citation.end]
    return [citation.quote for citation in result.citations]


def test_a_supported_sentence_has_its_exact_quote(verify) -> None:
    result = verify("Forty-seven people were taken off the ferry [1].")
    assert result.text == "Forty-seven people were taken off the ferry [1]."
    assert quotes(result) == ["Forty-seven people were taken off the ferry Saint Brannoc on Sunday."]
    assert [sentence.support for sentence in result.sentences] == ["supported"]


def test_a_sentence_that_adds_only_a_name_to_the_question_is_weakly_supported(verify) -> None:
    question = "What does it play for?"
    assert [one.support for one in verify("It plays for Saint Brannoc [1].", question).sentences] == ["weak"]
    assert not verify("It dances for Saint Brannoc [1].", question).sentences
    assert not verify("It plays for Saint Elwen [1].", question).sentences


def test_a_number_in_words_equals_its_digits(verify) -> None:
    assert verify("47 people were taken off the ferry [1].").sentences


def test_a_wrong_mark_is_corrected(verify) -> None:
    result = verify("Tomas Relling is the new director of the museum [1].")
    assert quotes(result) == ["Tomas Relling succeeds Ilse Dravik as director."]


def test_the_quote_is_the_sentence_that_answers_not_one_that_names_the_subject(verify) -> None:
    for question in ("Who directs the Marren Maritime Museum?", "who directs the marren maritime museum"):
        result = verify("Tomas Relling is the director of the Marren Maritime Museum [2].", question)
        assert quotes(result) == ["Tomas Relling succeeds Ilse Dravik as director."], question


def test_an_age_can_be_an_apposition_or_an_adjective(verify) -> None:
    assert quotes(verify("Thole is 46 years old [3].", "How old is Thole?")) == [TEXTS["crew"]]
    assert not verify("Thole is 47 years old [3].", "How old is Thole?").sentences
    dog = [excerpt_of("The 21-year-old dog is well.")]
    assert verify("21 years old", "How old is Rex?", dog).text == "The 21-year-old dog is well [1]."
    assert not verify("22 years old", "How old is Rex?", dog).text


def test_a_missing_mark_is_added_and_an_unknown_one_ignored(verify) -> None:
    for draft in ("The fire broke out in the engine room.", "The fire broke out in the engine room [7][12]."):
        result = verify(draft)
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
def test_an_unsupported_sentence_is_left_out(verify, draft: str) -> None:
    assert verify(draft) == CitedText()


def test_the_supported_sentences_of_a_draft_are_kept(verify) -> None:
    result = verify(
        "The fire broke out in the engine room [1]. It was put out by a helicopter from Oslo [1]."
    )
    assert result.text == "The fire broke out in the engine room [1]."


def test_a_sentence_from_two_places_has_two_quotes(verify) -> None:
    result = verify("Forty-seven people were taken off the Saint Brannoc, said Idris Pellow [1].")
    assert len(quotes(result)) == 2
    assert result.sentences[0].citations == (1, 2)


def test_entities_of_two_places_are_not_combined_without_marks(verify) -> None:
    assert verify("The fire in the engine room broke out on 16 March 2024 [1].") == CitedText()
    assert verify("Tomas Relling was taken off the Saint Brannoc [1].") == CitedText()


def test_another_article_is_of_the_same_matter(verify) -> None:
    # What the government pays for a bridge is not what it pays after a storm.
    draft = "The government pays 60 per cent of the damage of Storm Ottilie [1][2]."
    found = verify(draft, "What is paid?", [excerpt(1, "storm"), excerpt(2, "bridge")])
    assert not found.sentences


def test_a_list_of_names_of_one_passage_needs_no_marks(verify) -> None:
    assert quotes(verify("Marren, Relling, Dravik", "Which names are there?")) == [
        "Tomas Relling succeeds Ilse Dravik as director.",
        "The Marren Maritime Museum will not open in October as planned.",
    ]
    # Pellow is in another passage; the first name has its sentence all the same.
    assert quotes(verify("Relling, Dravik, Pellow", "Which names are there?")) == [
        "Tomas Relling succeeds Ilse Dravik as director."
    ]


def test_the_first_word_of_a_bare_answer_is_a_name_too(verify) -> None:
    assert not verify("Quill, Relling, Dravik", "Which names are there?").sentences
    # A name elsewhere in the passage is not enough.
    museum = excerpt(1, "museum")
    read = replace(museum, spans=museum.spans[1:2], ranks=(0.5,), relevance=(0.5,))
    assert read.quotes == ["The new date is 16 March 2024."]
    assert not verify("Marren", "Where is it?", [read]).sentences


def test_a_quote_has_one_number_in_all_sentences(verify) -> None:
    result = verify("The fire broke out in the engine room [1]. The fire broke out at 8.06 [1].")
    assert len(result.citations) == 1
    assert [sentence.citations for sentence in result.sentences] == [(1,), (1,)]


def test_a_statement_that_the_quote_negates_is_at_most_weak(verify) -> None:
    result = verify("The Marren Maritime Museum will open in October as planned [2].")
    assert all(sentence.support == "weak" for sentence in result.sentences)


def test_a_negated_quote_is_chosen_last(verify) -> None:
    song = excerpt_of(
        "Nobody would know Quill without Lantern. She tells it all in her song Lantern, a hit of that year."
    )
    [sentence] = (result := verify("Lantern", "Which song is by Quill?", [song])).sentences
    assert sentence.support == "supported"
    assert result.citations[0].quote.startswith("She tells")


def test_a_negation_of_something_else_does_not_matter(verify) -> None:
    result = verify("The fire broke out in the engine room at 8.06 [1]. Idris Pellow is a coxswain [1].")
    assert [sentence.support for sentence in result.sentences] == ["supported", "supported"]


def test_names_of_the_question_may_be_repeated(verify) -> None:
    result = verify(
        "The museum in Seaville will not open in October, but on 16 March 2024 [2].",
        "When will the museum in Seaville open?",
    )
    assert [sentence.support for sentence in result.sentences] == ["weak"]
    assert (
        verify("The museum in Seaville will open on 16 March 2024 [2].", "When will it open?") == CitedText()
    )


def test_a_question_for_a_number_needs_a_number(verify) -> None:
    draft = "The fire broke out in the engine room of the Saint Brannoc [1]."
    assert verify(draft, "How many fires did the Saint Brannoc have?") == CitedText()
    assert verify("Forty-seven people were taken off [1].", "How many people were saved?").sentences


@pytest.mark.parametrize("draft", ["", "   ", NOT_FOUND, "Not found.", "[1]", "[1][2].", "...", "\n\n"])
def test_an_empty_draft_or_a_refusal_has_no_sentences(verify, draft: str) -> None:
    assert verify(draft) == CitedText()


def test_a_refusal_is_recognised_from_its_beginning_in_any_case() -> None:
    assert all(map(is_refusal, ("N", "NOT FOU", "not found.", "Not")))
    assert not any(map(is_refusal, ("Note", "Nothing", "Found")))


def test_without_excerpts_nothing_is_supported(candidates) -> None:
    assert candidates("The fire broke out in the engine room [1].", "Where?", []) == []


@pytest.mark.parametrize(
    "draft",
    [
        "The fire broke out in the engine room. [1]",
        "The fire broke out in the engine room [1, 2].",
        "The fire broke out in the engine room[1]",
        "The fire [1] broke out in the engine room [1].",
    ],
)
def test_marks_can_be_anywhere_in_a_sentence(verify, draft: str) -> None:
    assert verify(draft).text == "The fire broke out in the engine room [1]."


RELLING = "Tomas Relling succeeds Ilse Dravik as director [1]."


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        # The sentence contains the short answer.
        ("Tomas Relling\nThe director is Tomas Relling [2].", "The director is Tomas Relling [1]."),
        # It only repeats the question, or has half of the name.
        ("Tomas Relling\nThe museum has a new director [2].", RELLING),
        ("Tomas Relling\nRelling succeeds Dravik as director [2].", RELLING),
        # The year is from the article's date.
        ("Relling, 2024\nTomas Relling succeeds Ilse Dravik as director [2].", RELLING),
        # Nothing but a name.
        ("Tomas Relling", RELLING),
        ("Tomas Relling [2].", RELLING),
        ("Tomas Relling\nTomas Relling [2].", RELLING),
        # An unsupported short answer is left out.
        ("Ada Quill\nAda Quill was selected [2].", ""),
        # A sentence on the first line is no short answer.
        (
            "Relling succeeds Dravik as director [2].\nThe new date is 16 March 2024 [2].",
            "Relling succeeds Dravik as director [1]. The new date is 16 March 2024 [2].",
        ),
        ("The new director is Tomas Relling.", "The new director is Tomas Relling [1]."),
    ],
)
def test_a_bare_answer_is_shown_as_a_whole_sentence(verify, draft: str, text: str) -> None:
    assert verify(draft, "Who is the new director of the museum?").text == text


@pytest.mark.parametrize(
    "fragment",
    [
        "Engine room [1].",
        "Forty-seven [1].",
        "the fire in the engine room [1].",
        "Taken off the ferry on Sunday [1].",
        "Because the fire broke out in the engine room [1].",
    ],
)
def test_a_fragment_is_never_shown(candidates, fragment: str) -> None:
    for draft in (fragment, f"Fire\n{fragment}", f"Fire in the engine room\n{fragment}"):
        for candidate in candidates(draft, "What is known about the ferry?"):
            for sentence in candidate.cited.sentences:
                assert sentence.text in TEXTS["ferry"] and sentence.text.endswith(".")


def test_a_quoted_question_is_no_answer(verify) -> None:
    asked = excerpt_of("How many shops is Brandt & Sons closing? The chain has named seven towns so far.")
    assert not verify("Brandt & Sons", "Who closed all its shops?", [asked]).sentences


def test_line_breaks_of_an_article_do_not_reach_a_reader(verify) -> None:
    result = verify("Ada Quill", "Who keeps the light?", [excerpt_of("The light is kept\nby Ada Quill.")])
    assert result.text == "The light is kept by Ada Quill [1]."
    assert result.citations[0].quote == "The light is kept\nby Ada Quill."


def test_the_other_way_to_answer_is_the_second_candidate(candidates) -> None:
    drafted, quoted = candidates("Tomas Relling\nThe director is Tomas Relling [2].", "Who is the director?")
    assert (drafted.cited.text, drafted.claims) == (
        "The director is Tomas Relling [1].",
        ("The director is Tomas Relling.",),
    )
    assert (quoted.cited.text, quoted.claims) == (RELLING, ("Tomas Relling",))


def test_each_quote_claims_the_part_it_was_cited_for(candidates) -> None:
    [candidate] = candidates("Tomas Relling; Idris Pellow", "Who is the director, and who the coxswain?")
    assert candidate.claims == ("Tomas Relling.", "Idris Pellow")
    assert candidate.cited.text == f"{RELLING} Nobody was hurt, said coxswain Idris Pellow [2]."


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
def test_a_short_reason_is_replaced_by_its_quote(verify, draft: str, text: str) -> None:
    assert verify(draft, "Why were people taken off the ferry?").text == text


PELLOW = "Nobody was hurt, said coxswain Idris Pellow [1]."


@pytest.mark.parametrize(
    ("question", "draft", "text"),
    [
        ("Who is Idris Pellow?", "Idris Pellow", PELLOW),
        (
            "Where was it that the fire broke out?",
            "The fire\nIt was the fire that broke out [1].",
            "The fire broke out in the engine room at 8.06 [1].",
        ),
        # An answer to a choice is in the question.
        (
            "Is Idris Pellow or Tomas Relling the coxswain?",
            "Idris Pellow\nThe coxswain is Idris Pellow [1].",
            "The coxswain is Idris Pellow [1].",
        ),
    ],
)
def test_a_draft_that_only_repeats_the_question_is_replaced_by_its_quote(
    candidates, question: str, draft: str, text: str
) -> None:
    [first, *_] = candidates(draft, question)
    assert first.cited.text == text
    # What is in the question proves nothing: the quote has to answer it.
    assert "or" in question.split() or first.claims == (first.cited.sentences[0].text,)


@pytest.mark.parametrize(
    ("draft", "stated"),
    [
        ("Tomas Relling\nThe director is Tomas Relling [2].", "Tomas Relling"),
        ("Tomas Relling.\nThe director is Tomas Relling [2].", "Tomas Relling"),
        ("Tomas Relling", "Tomas Relling"),
        ("The director is Tomas Relling [2].", ""),
        ("Ada Quill\nThe director is Tomas Relling [2].", ""),
        ("Tomas Relling, a liar\nThe director is Tomas Relling [2].", ""),
    ],
)
def test_the_short_answer_has_only_what_the_sentences_say(verify, draft: str, stated: str) -> None:
    assert stated_short_answer(draft, verify(draft, "Who is it now?")) == stated


def test_a_number_is_a_short_answer_in_any_form(verify) -> None:
    draft = "47 people\nForty-seven people were taken off the ferry [1]."
    assert stated_short_answer(draft, verify(draft, "How many were taken off?")) == "47 people"


BRIDGE = (
    "The bridge cost $3 million, 4 per cent more than planned; 12 people built it for $12 and 1.7 tonnes."
)


@pytest.mark.parametrize(
    ("draft", "shown"), [("3 million", True), ("4", True), ("3", True), ("12", True), ("7", False)]
)
def test_a_bare_number_is_shown_with_all_that_belongs_to_it(verify, draft: str, shown: bool) -> None:
    assert bool(verify(draft, "What did the bridge cost?", [excerpt_of(BRIDGE)]).sentences) == shown


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        ("Pellow", PELLOW),
        ("the engine room", "The fire broke out in the engine room at 8.06 [1]."),
        # The sentence does not have the words of the short answer, but an excerpt does.
        ("engine room\nThe fire broke out there [1].", "The fire broke out in the engine room at 8.06 [1]."),
        # An excerpt has only the first part of the place.
        ("engine room, Oslo", "The fire broke out in the engine room at 8.06 [1]."),
    ],
)
def test_a_bare_answer_is_cited_by_itself(verify, draft: str, text: str) -> None:
    assert verify(draft, "Who is it, and where?").text == text


def test_an_abbreviation_at_the_end_has_one_stop(verify) -> None:
    result = verify("The fire broke out in the engine room at 8.06 a.m. [1].")
    assert result.text.endswith("8.06 a.m. [1]")


def test_only_some_of_the_sentences_have_their_citations_numbered_from_1(verify) -> None:
    whole = verify("The fire broke out in the engine room [1]. The new date is 16 March 2024 [2].")
    last = whole.only(whole.sentences[1:])
    assert last.text == "The new date is 16 March 2024 [1]."
    assert quotes(last) == ["The new date is 16 March 2024."]


OPENING = "Will the Marren Maritime Museum open in October as planned?"


def test_the_quote_of_a_yes_no_answer_comes_without_the_word(candidates, embedder) -> None:
    draft = "Yes\nThe museum will open in October as planned [2]."
    worded, plain = candidates(draft, OPENING)
    assert worded.cited.text == "Yes. The museum will open in October as planned [1]."
    assert worded.claims == ("Yes. The museum will open in October as planned.",)
    assert plain.cited.text == "The Marren Maritime Museum will not open in October as planned [1]."
    assert quotes(worded.cited) == quotes(plain.cited)
    assert worded.is_drafted and not plain.is_drafted
    unsure = propose(draft, OPENING, EXCERPTS, embedder.encode, is_sure=False)
    assert unsure == [plain]


def test_yes_is_said_once_and_never_alone(candidates) -> None:
    [first, *_] = candidates("Yes\nYes, forty-seven people were taken off the ferry [1].", "Was it left?")
    assert first.cited.text == "Yes, forty-seven people were taken off the ferry [1]."
    assert candidates("Yes", OPENING) == candidates("No.", OPENING) == []


def test_a_short_answer_that_ends_with_a_stop_is_not_shown_above_its_sentence(verify) -> None:
    draft = "In the engine room at 8.06 a.m.\nThe fire broke out in the engine room at 8.06 a.m. [1]."
    answer = verify(draft, "When did the fire break out?")
    assert answer.text == "The fire broke out in the engine room at 8.06 a.m. [1]"


def test_a_quote_whose_neighbours_name_the_answer_does_not_stand_alone(candidates) -> None:
    text = "Heron Street leads the prizes. The show, which follows a family of bakers, has 25 nominations."
    offered = candidates(
        "Heron Street\nHeron Street has the most nominations, 25 [1].",
        question="Which show has the most nominations?",
        excerpts=[excerpt_of(text)],
    )
    assert offered and not any(each.cited.text.startswith("The show, which") for each in offered)


def test_a_part_copied_from_the_middle_of_a_sentence_is_completed(verify) -> None:
    article = excerpt_of("Ada Quill and her family live in Marren, the modest sister of rich old Collmouth.")
    answer = verify(
        "Marren, the modest sister of rich old Collmouth [1].", "Where do the Quills live?", [article]
    )
    assert (
        answer.text == "Ada Quill and her family live in Marren, the modest sister of rich old Collmouth [1]."
    )


def test_the_fourth_longest_is_not_the_longest(verify) -> None:
    article = excerpt_of("Ada Quill is the fourth longest serving keeper of the light.")
    assert not verify("Ada Quill", "Who is the longest serving keeper?", [article]).sentences


def test_a_question_for_a_duration_needs_one(verify) -> None:
    article = excerpt_of("The Brenn Players are on the radio. Each of their plays lasts an hour.")
    question = "How long are the Brenn Players on for?"
    assert not verify("The Brenn Players are on the radio [1].", question, [article]).sentences
    assert verify("Each of their plays lasts an hour [1].", question, [article]).sentences


def test_a_draft_in_english_is_replaced_by_its_quote_where_the_articles_are_not(
    embedder: SentenceEmbedder,
) -> None:
    text = "Am 8. Februar 2021 wurde Idris Pellow der Leiter des Hafens von Marren. Er ist 46 Jahre alt."
    draft = "On 8 February 2021 Idris Pellow was made the head of the Hafens von Marren [1]."
    question = "Wann wurde Idris Pellow der Leiter des Hafens?"
    found = propose(draft, question, [excerpt_of(text)], embedder.encode, "de")
    assert {one.cited.text for one in found} == {
        "Am 8. Februar 2021 wurde Idris Pellow der Leiter des Hafens von Marren [1]."
    }
