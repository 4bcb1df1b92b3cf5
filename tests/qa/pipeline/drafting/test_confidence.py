"""The confidence of an answer depends on its evidence and on how nearly the model refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.pipeline.drafting.chain import refusal_probability
from qa.pipeline.drafting.confidence import DEFAULT, EXTRACTIVE, GENERATED, answer_confidence
from tests.benchmarks.fitting.fit_confidence import fit, read_features
from tests.qa.verification.test_citations import EXCERPTS

HITS = [excerpt.hit for excerpt in EXCERPTS]


def test_a_likelier_refusal_lowers_the_confidence() -> None:
    values = [answer_confidence(HITS, EXCERPTS, refusal) for refusal in (0.0, 0.01, 0.1, 0.9)]
    assert values == sorted(values, reverse=True)
    assert values[0] > DEFAULT.answer > values[-1]


@pytest.mark.parametrize("refusal", [0.1, None])
def test_a_more_similar_passage_raises_the_confidence(refusal: float | None) -> None:
    hits = [replace(HITS[0], similarity=value) for value in (0.1, 0.5, 0.9)]
    values = [answer_confidence([hit], EXCERPTS, refusal) for hit in hits]
    assert values == sorted(values) and len(set(values)) == 3


@pytest.mark.parametrize("refusal", [0.1, None])
def test_a_more_relevant_sentence_raises_the_confidence(refusal: float | None) -> None:
    values = [
        answer_confidence(HITS, [replace(EXCERPTS[0], relevance=(value,))], refusal)
        for value in (0.1, 0.5, 0.9)
    ]
    assert values == sorted(values) and len(set(values)) == 3


@pytest.mark.parametrize("refusal", [0.1, None])
def test_recency_and_a_reranker_do_not_change_the_confidence(refusal: float | None) -> None:
    """Both change the score of a hit and the rank of a sentence, and nothing else."""
    values = {
        answer_confidence(
            [replace(hit, score=score) for hit in HITS],
            [replace(excerpt, ranks=(score,) * len(excerpt.ranks)) for excerpt in EXCERPTS],
            refusal,
        )
        for score in (0.0, 0.3, 1.0)
    }
    assert len(values) == 1


def test_no_evidence_is_declined() -> None:
    assert answer_confidence([], [], None) < DEFAULT.answer
    assert answer_confidence([], [], 0.5) < DEFAULT.answer


def test_the_coefficients_are_those_that_the_data_give() -> None:
    rows = read_features()
    assert fit(rows, with_refusal=True) == GENERATED
    assert fit(rows, with_refusal=False) == EXTRACTIVE


def test_a_refusal_is_as_likely_as_the_tokens_that_begin_one() -> None:
    likely = [
        {"token": token, "logprob": logprob} for token, logprob in [("NOT", -1.0), ("No", 0.0), (" ", 0)]
    ]
    assert refusal_probability({"top_logprobs": likely}) == pytest.approx(0.3679, abs=1e-4)
    assert refusal_probability({"top_logprobs": []}) == 0
    assert refusal_probability({"top_logprobs": [{"token": "NO", "logprob": -0.1}]}) == 0  # to "Is it open?"
