"""Thresholds fitted on rows whose best thresholds are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from qa.evaluation.calibration import (
    NO_THRESHOLDS,
    apply_thresholds,
    calibrate,
    fit_calibration,
    fit_thresholds,
    risk_coverage_curve,
    youden_index,
)
from qa.evaluation.execution.evaluate import build_run
from qa.evaluation.results import EvalRun, Row
from qa.evaluation.scoring import score_row
from qa.schemas import Thresholds
from tests.qa.evaluation.samples import answer, asked, row

RIGHT = answer([("Ada Quill keeps the light.", [1])], "Ada Quill keeps the light.")
WRONG = answer([("Ben Hart keeps the light.", [1])], "Ben Hart keeps the light.")
OLD = Thresholds(search=0.35, answer=0.5)


def rows(*given: tuple[bool, float, float], answerable: Iterable[bool] = ()) -> list[Row]:
    """Builds rows from (answered right, search confidence, answer confidence)."""
    can = list(answerable) or [True] * len(given)
    return [
        score_row(
            row(
                asked(f"q{at}", answerable=can[at]),
                given=RIGHT if right else WRONG,
                confidences={"search": search, "answer": confidence},
            )
        )
        for at, (right, search, confidence) in enumerate(given)
    ]


FOUR = rows((True, 0.9, 0.9), (True, 0.6, 0.7), (False, 0.5, 0.4), (False, 0.4, 0.2))


def test_youden_index_is_passed_right_minus_passed_wrong() -> None:
    assert youden_index(FOUR, NO_THRESHOLDS) == 0  # both right, and both wrong
    assert youden_index(FOUR, Thresholds(search=0, answer=0.3)) == 1 - 1 / 2
    assert youden_index(FOUR, Thresholds(search=0, answer=0.7)) == 1
    assert youden_index(FOUR, Thresholds(search=0.7, answer=0)) == 1 / 2


def test_mostly_wrong_answers_do_not_decline_everything() -> None:
    many = rows((True, 0.9, 0.8), (False, 0.9, 0.9), *[(False, 0.9, 0.3)] * 8)
    assert fit_thresholds(many, OLD).answer == 0.8


def test_fitted_thresholds_decline_wrong_answers_and_keep_right_ones() -> None:
    # 0.7 keeps both right answers; before the model, 0.6 declines what would be declined anyway.
    assert fit_thresholds(FOUR, OLD) == Thresholds(search=0.6, answer=0.7)


def test_any_answer_to_an_unanswerable_question_is_wrong() -> None:
    both = rows((True, 0.9, 0.9), (True, 0.9, 0.4), answerable=[True, False])
    assert fit_thresholds(both, OLD).answer == 0.9


def with_proofs(given: list[Row], *proofs: float) -> list[Row]:
    """The rows with the probability of each one's best proof."""
    return [
        one.model_copy(update={"confidences": one.confidences | {"proof": proof}})
        for one, proof in zip(given, proofs, strict=True)
    ]


def test_the_proof_is_fitted_first_and_what_it_tells_apart_is_left_to_it() -> None:
    # The answer's confidence is the greater the worse the answer.
    rising = rows((True, 0.9, 0.2), (True, 0.6, 0.3), (False, 0.5, 0.8), (False, 0.7, 0.9))
    judged = with_proofs(rising, 0.9, 0.6, 0.4, 0.1)
    assert fit_thresholds(judged, OLD) == Thresholds(search=0.6, answer=0, proof=0.6)


def test_the_answer_gate_declines_what_the_proof_cannot_tell() -> None:
    judged = with_proofs(FOUR, 0.9, 0.8, 0.8, 0.1)
    assert fit_thresholds(judged, OLD) == Thresholds(search=0.6, answer=0.7, proof=0.8)


def test_an_unproven_answer_is_declined_as_a_whole() -> None:
    kept, declined = (
        apply_thresholds(one, Thresholds(search=0, answer=0, proof=0.5))
        for one in with_proofs(FOUR[:2], 0.5, 0.4)
    )
    assert kept.answered and declined.declined
    assert declined.answer and not declined.answer.sentences and not declined.answer.short_answer


def test_each_gate_has_its_curve() -> None:
    judged = with_proofs(FOUR, 0.9, 0.8, 0.8, 0.1)
    halved = [one.model_copy(update={"half": "a"}) for one in judged]
    assert set(fit_calibration(halved, OLD).curves) == {"search", "answer", "proof"}


def test_nothing_is_declined_if_all_answers_are_right() -> None:
    assert fit_thresholds(rows((True, 0.9, 0.9), (True, 0.3, 0.1)), OLD) == Thresholds(search=0.3, answer=0)


def test_a_gate_without_confidences_keeps_its_threshold() -> None:
    bare = [one.model_copy(update={"confidences": {"search": 0.5}}) for one in FOUR]
    assert fit_thresholds(bare, OLD).answer == OLD.answer
    assert set(fit_calibration(bare, OLD).curves) <= {"search"}


def test_the_curve_runs_from_full_coverage_to_the_most_confident() -> None:
    points = [(point.threshold, point.coverage, point.risk) for point in risk_coverage_curve(FOUR, "answer")]
    assert points == [
        (0.0, 1.0, 0.5),
        (0.2, 1.0, 0.5),
        (0.4, 0.75, pytest.approx(1 / 3)),
        (0.7, 0.5, 0.0),
        (0.9, 0.25, 0.0),
    ]


def test_applying_a_threshold_declines_the_row() -> None:
    kept, declined = (apply_thresholds(one, Thresholds(search=0, answer=0.5)) for one in (FOUR[0], FOUR[3]))
    assert (kept.outcome, declined.outcome) == ("right", "wrongly declined")
    assert declined.declined and not declined.quotes
    assert "quotes_exact" in kept.scores and "quotes_exact" not in declined.scores


def test_one_half_is_fitted_and_the_other_measured() -> None:
    many = rows(*((n % 2 == 0, 0.5, 0.9 if n % 2 == 0 else 0.1) for n in range(60)))
    found = fit_calibration(many, OLD)
    second = [one for one in many if one.half == "b"]
    assert found.new.answer == 0.9
    assert found.after["accuracy_of_answered"].value == 1
    assert found.after["accuracy"].count == len(second)
    assert found.curves["answer"][0].coverage == 1


class Gates:
    """Stores thresholds, as an assistant does."""

    def __init__(self) -> None:
        self.kept = {"default": OLD, "other": OLD}
        self.tried: dict[str, Thresholds] = {}

    def thresholds(self, collection: str = "default") -> Thresholds:
        return self.kept[collection]

    def set_thresholds(self, thresholds: Thresholds, *, collection: str = "default") -> None:
        self.kept[collection] = thresholds

    @contextmanager
    def trying(self, thresholds: Thresholds, *, collection: str = "default") -> Iterator[None]:
        self.tried[collection] = thresholds
        yield
        self.tried.clear()


def test_calibration_asks_without_thresholds_and_stores_the_fitted_ones() -> None:
    gates = Gates()
    many = rows(*((n % 2 == 0, 0.5, 0.9 if n % 2 == 0 else 0.1) for n in range(60)))

    def ask() -> EvalRun:
        assert (gates.tried, gates.kept["other"]) == ({"other": NO_THRESHOLDS}, OLD)
        return build_run(many, collection="other", began=datetime.now(UTC))

    run = calibrate(gates, ask, "other")
    assert run.calibration
    assert gates.kept == {"default": OLD, "other": run.calibration.new}
    assert {one.outcome for one in run.rows} == {"right", "wrongly declined"}
    assert run.metrics["accuracy_of_answered"].value == 1
    assert EvalRun.model_validate_json(run.model_dump_json()) == run


def test_interrupted_calibration_keeps_the_old_thresholds() -> None:
    gates = Gates()

    def ask() -> EvalRun:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(gates, ask)
    assert gates.kept["default"] == OLD
