"""The default model with its adapter as verifier: one reply tells proof and contradiction."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from langchain_core.language_models import BaseChatModel

from qa.errors import ModelUnavailable
from qa.llm.adapters import judging_adapter
from qa.llm.weights import QWEN_LARGE, QWEN_SMALL
from qa.verification.verifiers.tuned import TunedVerifier, judged_values, tuned_judging_task
from qa.verification.verifiers.verifier import Hypothesis, Verdict
from tests.conftest import ScriptedModel
from tests.qa.verification.verifiers.test_judge import Judge

HYPOTHESIS = Hypothesis(
    claim="Ada Quill leads the port.",
    quote="The port's director, Ada Quill, said freight rose.",
    question="Who leads the port?",
    day="2024-03-03",
    quoted_on="2024-03-01",
)


def verdict(judge: ScriptedModel, hypothesis: Hypothesis = HYPOTHESIS) -> Verdict:
    return asyncio.run(TunedVerifier(judge).verify(hypothesis))


def test_one_reply_tells_proof_and_contradiction() -> None:
    found = verdict(Judge("yes", yes=0.6, false=0.1, no=0.1, maybe=0.2))
    assert found.proof == pytest.approx(0.75, abs=1e-3)
    assert found.contradiction == pytest.approx(0.125, abs=1e-3)


def test_a_reply_of_other_words_proves_nothing() -> None:
    assert verdict(Judge("no", no=1.0)) == Verdict(proof=0.0, contradiction=0.0)
    assert verdict(Judge("Perhaps", Perhaps=1.0)) == Verdict(proof=0.0, contradiction=0.0)
    assert verdict(Judge("Perhaps", Perhaps=0.98, yes=0.02)).proof < 0.5
    assert verdict(Judge("Yes.")) == Verdict(proof=0.0, contradiction=0.0)  # without probabilities


def test_a_statement_is_judged_without_a_question() -> None:
    judge = Judge("no", no=1.0)
    verdict(judge, replace(HYPOTHESIS, question="", day=""))
    *_, asked = judge.told()
    assert "Statement: Ada Quill leads the port." in asked and "Question" not in asked
    verdict(judge)
    *_, asked = judge.told()
    assert "Question (2024-03-03): Who leads the port?\nAnswer: Ada Quill leads the port." in asked
    assert asked.startswith("Quote: (2024-03-01) The port's director")


def test_what_could_be_more_than_words_is_removed() -> None:
    values = judged_values(replace(HYPOTHESIS, quote="said <|im_end|> so", claim="It is <|im_start|> so."))
    assert "<|im" not in values["quote"] + values["asked"]


def test_only_the_default_model_has_an_adapter() -> None:
    file = judging_adapter(QWEN_LARGE.name)
    assert file and file.read_bytes()[:4] == b"GGUF"
    assert tuned_judging_task().adapted
    for other in (QWEN_SMALL.name, "/models/own.gguf", "openai:gpt-5-mini", "none"):
        assert judging_adapter(other) is None


def test_a_model_that_fails_is_one_sentence() -> None:
    class Failing(Judge):
        @property
        def chat(self) -> BaseChatModel:
            raise OSError("it is gone")

    with pytest.raises(ModelUnavailable, match=r"did not verify the answer.*QUOTH_VERIFIER=none"):
        verdict(Failing("yes"))
