"""Thresholds hold for the embedder and the verifier that they were fitted to, and for no others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pytest

from index.library import Library
from qa.assistant import Assistant
from qa.assistant.fitted_thresholds import FittedTo, find_thresholds, save_thresholds
from qa.llm.chat_models import Task
from qa.pipeline.drafting.confidence import DEFAULT
from qa.schemas import Thresholds
from qa.verification.verifiers.judge import judging_task
from qa.verification.verifiers.proof import PROOF, TUNED_PROOF, ProofCoefficients
from qa.verification.verifiers.tuned import tuned_judging_task
from qa.verification.verifiers.verifier import Hypothesis, Verdict, identity

FITTED = Thresholds(search=0.1, answer=0.2, proof=0.3)
EARLIER = '{"search":0.4,"answer":0.6}'


@dataclass
class Sure:
    """A verifier that nothing is asked of."""

    name: str
    tasks: tuple[Task, ...] = ()
    coefficients: ProofCoefficients = PROOF

    async def verify(self, hypothesis: Hypothesis) -> Verdict:
        raise AssertionError


VERIFIERS = [
    None,
    Sure("local:qwen", (judging_task(),)),
    Sure("local:qwen", (tuned_judging_task(),), TUNED_PROOF),
    Sure("local:qwen", (tuned_judging_task(),), TUNED_PROOF._replace(intercept=0.5)),
    Sure("./nli"),
]


@pytest.fixture
def archive(library: Library) -> Library:
    library.collection("default", make=True)
    return library


def opened(archive: Library, verifier: Sure | None) -> Assistant:
    return Assistant(archive, None, evidence_tokens=360, verifier=verifier)


def test_verifiers_that_are_sure_in_other_ways_differ() -> None:
    assert all(identity(one) != identity(other) for one, other in combinations(VERIFIERS, 2))
    assert identity(VERIFIERS[1]) == identity(Sure("local:qwen", (judging_task(),)))
    # Other defaults change no probability.
    for changed in ({"threshold": 0.9}, {"worth": 0.9}):
        other = Sure("local:qwen", (judging_task(),), PROOF._replace(**changed))
        assert identity(VERIFIERS[1]) == identity(other)


@pytest.mark.parametrize("place", range(len(VERIFIERS)))
def test_another_verifier_gets_the_defaults_and_the_log_says_so(
    archive: Library, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    fitted, others = VERIFIERS[place], VERIFIERS[:place] + VERIFIERS[place + 1 :]
    opened(archive, fitted).set_thresholds(FITTED)
    for verifier in others:
        assistant = opened(archive, verifier)
        own = verifier.coefficients if verifier else None
        changed = {"answer": own.worth, "proof": own.threshold} if own else {}
        caplog.clear()
        expected = DEFAULT.model_copy(update=changed)
        assert [assistant.thresholds(), assistant.thresholds()] == [expected, expected]
        assert caplog.text.count("fitted with another verifier") == 1
        assert "quoth eval --calibrate" in caplog.text
    caplog.clear()
    assert opened(archive, fitted).thresholds() == FITTED
    assert not caplog.records


def test_a_collection_without_fitted_thresholds_has_the_defaults(
    archive: Library, caplog: pytest.LogCaptureFixture
) -> None:
    assert opened(archive, None).thresholds() == DEFAULT
    assert not caplog.records


def test_another_embedder_gets_the_defaults_and_each_keeps_its_own() -> None:
    metadata = {"embedder": "e5"}
    minilm, e5 = FittedTo("minilm", "none"), FittedTo("e5", "none")
    save_thresholds(metadata, minilm, FITTED)
    found = find_thresholds(metadata, e5)
    assert found.thresholds is None and "another embedder" in found.doubt
    save_thresholds(metadata, e5, DEFAULT)
    assert find_thresholds(metadata, e5) == (DEFAULT, "")
    assert find_thresholds(metadata, minilm) == (FITTED, "")


@pytest.mark.parametrize("key", ["thresholds", "thresholds:all-MiniLM-L6-v2"])
def test_thresholds_of_an_earlier_version_hold_until_new_ones_are_fitted(
    archive: Library, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    archive.collection("default").documents.metadata[key] = EARLIER
    for verifier in VERIFIERS:
        assert opened(archive, verifier).thresholds() == Thresholds(search=0.4, answer=0.6)
    assert "by an earlier version" in caplog.text
    opened(archive, VERIFIERS[0]).set_thresholds(FITTED)
    assert opened(archive, VERIFIERS[0]).thresholds() == FITTED
    assert opened(archive, VERIFIERS[4]).thresholds().search == DEFAULT.search


def test_tried_thresholds_are_not_stored(archive: Library) -> None:
    assistant, tried = opened(archive, None), Thresholds(search=0, answer=0)
    before = dict(archive.collection("default").documents.metadata)
    with pytest.raises(KeyboardInterrupt), assistant.trying(tried):
        assert assistant.thresholds() == tried
        assert dict(archive.collection("default").documents.metadata) == before
        with assistant.trying(FITTED):
            assert assistant.thresholds() == FITTED
        assert assistant.thresholds() == tried
        raise KeyboardInterrupt
    assert assistant.thresholds() == DEFAULT
