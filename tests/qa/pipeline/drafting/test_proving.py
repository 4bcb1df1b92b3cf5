"""Of the possible answers the first one that is proven is shown, and of that only the proven sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

import pytest

from index.schemas import Missing
from qa.errors import ModelUnavailable
from qa.pipeline.drafting.proving import ProvenText, prove
from qa.schemas import AnswerSentence, Citation, Question
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.verifiers.proof import ProofCoefficients
from qa.verification.verifiers.verifier import Hypothesis, Verdict

QUESTION = Question(question="Who won the race?", as_of=date(2024, 3, 3))


class ScriptedVerifier:
    """Finds each claim as probable as it is told, and keeps what it was asked."""

    name = "scripted"
    coefficients = ProofCoefficients(intercept=0.0, log_odds=1.0, name=-1.0, word=-1.0)  # as the verdicts say
    tasks = ()

    def __init__(self, proofs: Mapping[str, float]) -> None:
        self.proofs = proofs
        self.asked: list[Hypothesis] = []

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        self.asked.append(hypothesis)
        return Verdict(proof=self.proofs[hypothesis.claim], contradiction=0.0)


def nothing(_: str) -> Missing:
    """No word of the question is missing anywhere."""
    return Missing(0.0, 0.0)


def candidate(*texts: str, claims: tuple[str, ...] = ()) -> Candidate:
    """Sentences, each with a quote of its own."""
    sentences = [
        AnswerSentence(text=text, citations=(number,), support="supported")
        for number, text in enumerate(texts, 1)
    ]
    citations = [
        Citation(
            number=number, article_id=f"a{number}", title="", url="", date=date(2024, 2, 11), source="",
            start=0, end=len(text), quote=f"“{text}”",
        )
        for number, text in enumerate(texts, 1)
    ]  # fmt: skip
    return Candidate(
        cited=CitedText(sentences=tuple(sentences), citations=tuple(citations)), claims=claims or texts
    )


FIRST, SECOND = candidate("Ada won."), candidate("Ben won.")


def proven(candidates: list[Candidate], proofs: Mapping[str, float], threshold: float = 0.5) -> ProvenText:
    return asyncio.run(prove(candidates, QUESTION, (), ScriptedVerifier(proofs), threshold, nothing))


def test_the_quote_that_was_nearest_to_a_proof_is_kept() -> None:
    two = candidate("Ada ran.", "Ben won.")
    found = proven([two, FIRST], {"Ada ran.": 0.31, "Ben won.": 0.45, "Ada won.": 0.4})
    assert not found.cited.sentences
    assert [(one.text, one.citations) for one in found.nearest.sentences] == [("“Ben won.”", (1,))]
    assert [one.article_id for one in found.nearest.citations] == ["a2"]
    assert not proven([two], {"Ada ran.": 0.29, "Ben won.": 0.2}).nearest.sentences
    assert not proven([two], {"Ada ran.": 0.31, "Ben won.": 0.6}).nearest.sentences


def test_the_first_candidate_is_shown_if_it_is_proven() -> None:
    verifier = ScriptedVerifier({"Ada won.": 0.91234567})
    found = asyncio.run(prove([FIRST, SECOND], QUESTION, (), verifier, 0.5, nothing))
    assert found.cited.text == "Ada won [1]."
    assert [sentence.probability for sentence in found.cited.sentences] == [0.9123]
    assert found.proof == pytest.approx(0.9123, abs=1e-4)
    assert verifier.asked == [
        Hypothesis(
            claim="Ada won.",
            quote="“Ada won.”",
            question="Who won the race?",
            day="2024-03-03",
            quoted_on="2024-02-11",
        )
    ]


def test_another_candidate_repairs_an_unproven_one() -> None:
    found = proven([FIRST, SECOND], {"Ada won.": 0.2, "Ben won.": 0.7})
    assert found.cited.text == "Ben won [1]."
    assert found.proof == pytest.approx(0.7)


def test_what_two_candidates_share_is_verified_once() -> None:
    verifier = ScriptedVerifier({"Ada won.": 0.1, "It rained.": 0.2})
    candidates = [FIRST, candidate("Ada won.", "It rained.")]
    found = asyncio.run(prove(candidates, QUESTION, (), verifier, 0.5, nothing))
    assert not found.cited.sentences and found.proof == pytest.approx(0.2)
    assert [each.claim for each in verifier.asked] == ["Ada won.", "It rained."]


def test_a_sentence_within_another_is_said_once() -> None:
    texts = ("It rained.", "It rained. So they left.")
    shown = asyncio.run(
        prove([candidate(*texts)], QUESTION, [], ScriptedVerifier(dict.fromkeys(texts, 0.9)), 0.5, nothing)
    )
    assert shown.cited.text == "It rained. So they left [1]."


def test_nothing_is_shown_if_nothing_is_proven() -> None:
    found = proven([FIRST, SECOND], {"Ada won.": 0.4, "Ben won.": 0.3})
    assert found.cited == CitedText() and found.proof == pytest.approx(0.4)
    assert proven([], {}) == ProvenText()


def test_an_unproven_sentence_goes_and_the_others_are_numbered_anew() -> None:
    three = candidate("Ada won.", "Ben fell.", "Cleo sang.")
    found = proven([three], {"Ada won.": 0.9, "Ben fell.": 0.1, "Cleo sang.": 0.6})
    assert found.cited.text == "Ada won [1]. Cleo sang [2]."
    assert [(one.number, one.article_id) for one in found.cited.citations] == [(1, "a1"), (2, "a3")]
    assert found.proof == pytest.approx(0.9)


def test_a_sentence_as_probable_as_the_threshold_is_shown() -> None:
    assert proven([FIRST], {"Ada won.": 0.5}).cited.sentences


def test_a_threshold_of_0_shows_the_first_candidate_with_its_probability() -> None:
    found = proven([FIRST, SECOND], {"Ada won.": 0.01}, threshold=0)
    assert found.cited.text == "Ada won [1]."
    assert found.cited.sentences[0].probability == 0.01 and found.proof == pytest.approx(0.01)


def test_a_quoted_sentence_is_verified_by_what_was_drafted() -> None:
    quoted = candidate("Ada Quill, who won the race, wept.", claims=("Ada Quill",))
    assert proven([quoted], {"Ada Quill": 0.8}).cited.text == "Ada Quill, who won the race, wept [1]."


def test_without_a_verifier_the_first_candidate_is_shown_unjudged() -> None:
    found = asyncio.run(prove([FIRST, SECOND], QUESTION, (), None, 0.5, nothing))
    assert found == ProvenText(cited=FIRST.cited, proof=None)
    assert asyncio.run(prove([], QUESTION, (), None, 0.5, nothing)) == ProvenText()


def test_a_verifier_that_fails_ends_the_answer() -> None:
    class Failing(ScriptedVerifier):
        async def verify(self, hypothesis: Hypothesis) -> Verdict:
            raise ModelUnavailable("it is gone")

    with pytest.raises(ModelUnavailable):
        asyncio.run(prove([FIRST], QUESTION, (), Failing({}), 0.5, nothing))


def test_a_quote_that_lacks_a_rare_word_of_the_question_proves_less() -> None:
    verifier = ScriptedVerifier({"Ada won.": 0.6})
    whole, lacking = (
        asyncio.run(prove([FIRST], QUESTION, (), verifier, 0.0, missing)).proof
        for missing in (nothing, lambda _: Missing(word=0.8))
    )
    assert whole == pytest.approx(0.6) and lacking is not None and lacking < 0.5
