"""How sure an answer is: by its evidence, and by how nearly the model refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.pipeline.chain import refusal_probability
from qa.pipeline.confidence import DEFAULT, of_draft
from tests.qa.verification.test_citations import EXCERPTS

HITS = [excerpt.hit for excerpt in EXCERPTS]


def test_the_nearer_the_model_was_to_refusing_the_less_sure_is_its_answer() -> None:
    sure = [of_draft(HITS, EXCERPTS, refusal) for refusal in (0.0, 0.01, 0.1, 0.9)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > DEFAULT.answer > sure[-1]


def test_the_better_a_passage_was_found_the_surer_is_an_answer_from_it() -> None:
    sure = [of_draft([replace(HITS[0], score=score)], EXCERPTS, 0.1) for score in (0.3, 0.6, 0.9)]
    assert sure == sorted(sure)
    assert sure[0] < DEFAULT.answer < sure[-1]


def test_the_more_alike_a_passage_is_to_the_question_the_surer_is_an_answer_from_it() -> None:
    sure = [of_draft([replace(HITS[0], similarity=alike)], EXCERPTS, 0.1) for alike in (0.1, 0.5, 0.9)]
    assert sure == sorted(sure)
    assert sure[0] < DEFAULT.answer < sure[-1]


def test_without_probabilities_the_evidence_decides() -> None:
    assert of_draft([], [], None) < DEFAULT.answer
    assert of_draft(HITS, EXCERPTS, None) == pytest.approx(0.5)  # their sentences fit as an even chance does


def test_a_refusal_is_as_likely_as_the_tokens_that_begin_one() -> None:
    likely = [
        {"token": token, "logprob": logprob} for token, logprob in [("NOT", -1.0), ("No", 0.0), (" ", 0)]
    ]
    assert refusal_probability({"top_logprobs": likely}) == pytest.approx(0.3679, abs=1e-4)
    assert refusal_probability({"top_logprobs": []}) == 0
