"""Each sentence of a text is proven, contradicted, or neither, by quotes of the seed articles."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest

from index.errors import ArchiveEmpty
from index.library import Library
from index.schemas import Article, Filters
from qa.assistant import Assistant
from qa.errors import ModelUnavailable, TextInvalid
from qa.schemas import CheckedSentence, CheckedText, TextToCheck
from tests.qa.pipeline.checking.scripted import CONTRADICTION, NO_PROOF, PROVES, WordVerifier

PROVEN = "The new date is 16 March 2024."
WRONG_YEAR = "Relling has worked on the project since 2018."
ELSEWHERE = "The parliament of Iceland met in Geneva."
TEXT = f"# The museum\n\n{PROVEN} {WRONG_YEAR} {ELSEWHERE} Is that so?"


@pytest.fixture
def verifier() -> WordVerifier:
    return WordVerifier()


@pytest.fixture
def assistant(seeded: Library, verifier: WordVerifier) -> Iterator[Assistant]:
    with Assistant(seeded, None, 360, verifier=verifier) as assistant:
        yield assistant


def verdicts(checked: CheckedText) -> list[str]:
    return [sentence.verdict for sentence in checked.sentences]


def test_every_sentence_has_its_verdict(assistant: Assistant) -> None:
    checked = assistant.check_text(TEXT)
    assert verdicts(checked) == ["no_claim", "proven", "contradicted", "unproven", "no_claim"]
    assert [sentence.probability for sentence in checked.sentences][1::2] == [PROVES, 0.0]
    assert checked.sentences[0].probability is None
    assert checked.verifier == "words"
    assert checked.proven_share == pytest.approx(1 / 3)
    assert all(TEXT[one.start : one.end] == one.text for one in checked.sentences)


def test_citations_are_exact_quotes_with_their_articles(assistant: Assistant) -> None:
    checked = assistant.check_text(TEXT)
    cited = [citation for sentence in checked.sentences for citation in sentence.citations]
    assert {citation.article_id for citation in cited} == {"maritime-museum-delay"}
    for citation in cited:
        assert assistant.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    by_verdict = {sentence.verdict: sentence.citations for sentence in checked.sentences}
    assert "16 March 2024" in by_verdict["proven"][0].quote
    assert "since 2020" in by_verdict["contradicted"][0].quote
    assert by_verdict["unproven"] == by_verdict["no_claim"] == ()


def test_a_quote_cited_twice_has_one_number(assistant: Assistant) -> None:
    first, second = assistant.check_text(f"{PROVEN}\n\n{PROVEN}").sentences
    assert first.citations == second.citations and first.citations[0].number == 1


def test_a_sentence_with_another_number_is_never_proven(assistant: Assistant, verifier: WordVerifier) -> None:
    assistant.check_text(WRONG_YEAR)
    [corrected] = verifier.asked  # two years cannot both be right
    assert (corrected.claim, corrected.disputed) == (WRONG_YEAR.replace("2018", "2020"), False)
    assert "since 2020" in corrected.quote and corrected.quoted_on == "2023-09-29"


def test_what_a_quote_denies_is_contradicted(seeded: Library) -> None:
    class Careful(WordVerifier):
        async def verify(self, hypothesis):
            verdict = (await super().verify(hypothesis))._replace(contradiction=0.0)
            denies = "not" in hypothesis.claim, "not" in hypothesis.quote
            return verdict if denies[0] == denies[1] else verdict._replace(proof=NO_PROOF)

    with Assistant(seeded, None, 360, verifier=Careful()) as assistant:
        [checked] = assistant.check_text("The primary school in Tarn Vey will be closed.").sentences
    assert checked.verdict == "contradicted"
    assert "will not be closed" in checked.citations[0].quote


def test_a_quote_about_something_else_does_not_contradict(seeded: Library) -> None:
    class NeverProven(WordVerifier):
        async def verify(self, hypothesis):
            return (await super().verify(hypothesis))._replace(proof=0.2)

    with Assistant(seeded, None, 360, verifier=NeverProven()) as assistant:
        assert verdicts(assistant.check_text(WRONG_YEAR)) == ["unproven"]


def test_what_a_pronoun_stands_for_is_searched_and_judged(
    assistant: Assistant, verifier: WordVerifier
) -> None:
    assistant.check_text(
        "Ilse Dravik is giving up her post as director. She is moving to the national archive."
    )
    about_her = [asked for asked in verifier.asked if "national" in asked.claim]
    assert {asked.claim for asked in about_her} == {"Ilse Dravik: She is moving to the national archive."}
    assert any("national archive" in asked.quote for asked in about_her)


def test_filters_limit_what_is_searched(assistant: Assistant) -> None:
    elsewhere = assistant.check_text(PROVEN, filters=Filters(source="Skerrow Coast Herald"))
    assert verdicts(elsewhere) == ["unproven"]
    with pytest.raises(ArchiveEmpty):
        assistant.check_text(PROVEN, collection="nowhere")


def test_an_older_article_does_not_contradict_a_newer_one(seeded: Library) -> None:
    class Doubtful(WordVerifier):
        async def verify(self, hypothesis):
            verdict = await super().verify(hypothesis)
            # The corrected claim alone is proven, and only the old article contradicts.
            return verdict._replace(
                proof=0.9 if "21 October" in hypothesis.claim else 0.2,
                contradiction=verdict.contradiction if "21 October" in hypothesis.quote else 0.0,
            )

    old = Article(id="old", text="The Tolm museum opens its doors on 21 October.", date=date(2023, 6, 14))
    new = Article(id="new", text="The Tolm museum opens its doors on 16 March.", date=date(2023, 9, 29))
    with Assistant(seeded, None, 360, verifier=Doubtful()) as assistant:
        list(assistant.add([old], collection="tolm"))
        claim = "The Tolm museum opens its doors on 16 March."
        assert verdicts(assistant.check_text(claim, collection="tolm")) == ["contradicted"]
        list(assistant.add([new], collection="tolm"))
        assert verdicts(assistant.check_text(claim, collection="tolm")) == ["unproven"]


def test_a_newer_article_contradicts_what_an_older_one_proves(seeded: Library) -> None:
    old = Article(id="old", text="The Tolm museum opens its doors on 21 October.", date=date(2023, 6, 14))
    new = Article(id="new", text="The Tolm museum opens its doors on 16 March.", date=date(2023, 9, 29))
    stale, fresh = old.text, new.text
    with Assistant(seeded, None, 360, verifier=WordVerifier()) as assistant:
        list(assistant.add([old, new], collection="tolm"))
        checked = assistant.check_text(f"{stale}\n\n{fresh}", collection="tolm")
    assert verdicts(checked) == ["contradicted", "proven"]
    newer, older = checked.sentences[0].sides
    assert (newer.says, newer.agrees, newer.date) == ("16 March", False, new.date)
    assert (older.says, older.agrees, older.date) == ("21 October", True, old.date)
    cited = {one.number: one.article_id for one in checked.sentences[0].citations}
    assert [cited[number] for side in (newer, older) for number in side.citations] == ["new", "old"]
    assert checked.sentences[1].sides == ()


def test_a_contradiction_says_the_value_and_the_day(assistant: Assistant) -> None:
    [sentence] = assistant.check_text(WRONG_YEAR).sentences
    [side] = sentence.sides
    assert (side.says, side.agrees, side.date) == ("2020", False, date(2023, 9, 29))
    assert side.citations == (sentence.citations[0].number,)


# Going on with a check that was stopped


def test_what_was_checked_before_is_not_checked_again(assistant: Assistant, verifier: WordVerifier) -> None:
    whole = assistant.check_text(TEXT)
    verifier.asked.clear()
    assert assistant.check_text(TEXT, checked=whole.sentences[:3]) == whole
    assert {asked.claim for asked in verifier.asked} <= {ELSEWHERE}
    again = assistant.check_text(f"{TEXT} {PROVEN}", checked=whole.sentences)
    assert again.sentences[-1].citations == whole.sentences[1].citations


def test_a_changed_sentence_and_those_after_it_are_checked_again(
    assistant: Assistant, verifier: WordVerifier
) -> None:
    before = assistant.check_text(TEXT).sentences
    changed = TEXT.replace("2018", "2020")
    verifier.asked.clear()
    checked = assistant.check_text(changed, checked=before)
    assert verdicts(checked) == ["no_claim", "proven", "proven", "unproven", "no_claim"]
    assert all(asked.claim != PROVEN for asked in verifier.asked)
    with pytest.raises(TextInvalid, match="checked"):
        assistant.check_text(TEXT, checked=["It rained."])


# Given quotes


def test_given_quotes_are_not_searched(assistant: Assistant) -> None:
    quotes = ("It rained all week.", "The ferry Astrid left the harbour at noon.", "The ferry left at 18:40.")
    text = (
        "The ferry left the harbour at noon. The ferry left at 19:40. The crew of the ferry sang. It rained?"
    )
    checked = assistant.check_text(text, quotes=quotes, collection="nowhere")
    assert verdicts(checked) == ["proven", "contradicted", "unproven", "no_claim"]
    [proof], [against], *_ = (sentence.citations for sentence in checked.sentences)
    assert (proof.number, proof.quote, proof.article_id) == (2, quotes[1], "")
    assert (proof.start, proof.end) == (0, len(quotes[1]))
    assert against.number == 3
    assert checked.sentences[1].probability == 0.0
    assert checked.sentences[2].probability == NO_PROOF
    assert CONTRADICTION > 0.5


def test_the_best_of_the_quotes_counts(seeded: Library) -> None:
    class ByLength(WordVerifier):
        async def verify(self, hypothesis):
            verdict = await super().verify(hypothesis)
            return verdict._replace(proof=len(hypothesis.quote) / 100)

    with Assistant(seeded, None, 360, verifier=ByLength()) as assistant:
        quotes = ("The ferry left at noon, and it was full " + "x" * 20, "The ferry left at noon." + "x" * 60)
        [sentence] = assistant.check_text("The ferry left at noon.", quotes=quotes).sentences
    assert (sentence.probability, sentence.citations[0].number) == (0.83, 2)


def test_a_question_says_what_a_fragment_is_about(assistant: Assistant, verifier: WordVerifier) -> None:
    quote = "The freight at the port rose by 12 percent in 2021."
    assistant.check_text("12 percent", question="How much did freight rise in 2021?", quotes=(quote,))
    assert verifier.asked[0].question == "How much did freight rise in 2021?"
    # A number of the question need not be in the quote.
    [sentence] = assistant.check_text(
        "In 2023 the freight rose by 12 percent.", question="What about 2023?", quotes=(quote,)
    ).sentences
    assert sentence.probability == NO_PROOF


# The stream, and what cannot be checked


def test_sentences_arrive_one_by_one_and_the_whole_last(assistant: Assistant) -> None:
    async def events() -> list[CheckedSentence | CheckedText]:
        return [event async for event in assistant.check_stream(TextToCheck(text=TEXT))]

    *sentences, whole = asyncio.run(events())
    assert isinstance(whole, CheckedText) and whole.sentences == tuple(sentences)


def test_a_classifier_tells_contradictions_with_the_proof(seeded: Library) -> None:
    class Classifier(WordVerifier):
        async def verify(self, hypothesis):
            await super().verify(hypothesis)
            return (await super().verify(hypothesis))._replace(proof=0.1, contradiction=0.7)

    with Assistant(seeded, None, 360, verifier=Classifier()) as assistant:
        assert verdicts(assistant.check_text(PROVEN)) == ["contradicted"]


def test_nothing_is_checked_without_a_verifier(seeded: Library) -> None:
    with (
        Assistant(seeded, None, 360) as assistant,
        pytest.raises(ModelUnavailable, match="set QUOTH_VERIFIER to a classifier"),
    ):
        assistant.check_text(PROVEN)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"text": " \n"}, "the text is empty"),
        ({"text": "a" * 20_001}, "20,001 characters, more than 20,000; check it in parts"),
        ({"text": "It rained.\x00"}, "control characters"),
        ({"text": "It rained.", "quotes": ("It rained.", "")}, "quote 2 is empty"),
        ({"text": "It rained.", "quotes": ("a",) * 21}, "quotes of the check is not usable"),
        ({"text": "It rained.", "quotes": ("a" * 5_001,)}, "quote 1 has 5,001 characters"),
        ({"text": "It rained.", "question": "a" * 2_001}, "question of the check is not usable"),
        ({"text": "It rained.", "filter": {}}, "filter of the check is not usable"),
    ],
)
def test_what_cannot_be_checked_is_told(assistant: Assistant, given: dict[str, object], reason: str) -> None:
    with pytest.raises(TextInvalid, match=reason):
        assistant.check_text(**given)  # type: ignore[arg-type]


def test_a_text_without_claims_is_wholly_proven(assistant: Assistant, verifier: WordVerifier) -> None:
    checked = assistant.check_text("Hello! Who are you?")
    assert verdicts(checked) == ["no_claim", "no_claim"]
    assert checked.proven_share == 1.0 and verifier.asked == []
