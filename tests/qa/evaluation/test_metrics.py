"""Each metric on small cases with values computed by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from qa.evaluation.metrics.abstention import f1_from_hits
from qa.evaluation.metrics.answers import exact_match, squad_tokens, token_f1
from qa.evaluation.metrics.citations import (
    citation_precision,
    citation_recall,
    evidence_f1,
    proven_share,
)
from qa.evaluation.metrics.cost import METRICS as COST
from qa.evaluation.metrics.retrieval import hit_rate, ndcg, recall, reciprocal_rank
from qa.evaluation.metrics.support import supports
from qa.evaluation.results import Row
from qa.evaluation.scoring import estimate_metrics, group_rows, score_row
from qa.schemas import AnswerSentence, Conflict, Position
from tests.qa.evaluation.samples import answer, asked, citation, passage, row

# Retrieval

RANKED = ["x", "g1", "y", "g2", "z"]


@pytest.mark.parametrize(
    ("k", "value"),
    [(1, 0), (2, 1 / 2), (3, 1 / 3), (4, 2 / 3), (10, 2 / 3)],
)
def test_recall_is_the_share_of_gold_found_capped_by_k(k: int, value: float) -> None:
    assert recall(RANKED, {"g1", "g2", "g3"}, k) == pytest.approx(value)
    assert recall(["g1", "g2"], {"g1", "g2", "g3"}, 2) == 1


def test_hit_rate_is_whether_any_gold_article_is_found() -> None:
    assert [hit_rate(RANKED, {"g1", "g2"}, k) for k in (1, 2, 5)] == [0, 1, 1]
    assert hit_rate(RANKED, {"q"}, 5) == 0


def test_reciprocal_rank() -> None:
    assert reciprocal_rank(RANKED, {"g2", "g1"}) == 1 / 2
    assert reciprocal_rank(RANKED, {"q"}) == 0
    assert reciprocal_rank([], {"q"}) == 0


def test_ndcg() -> None:
    gained = 1 / math.log2(3) + 1 / math.log2(5)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(RANKED, {"g1", "g2", "g3"}) == pytest.approx(gained / best)
    assert ndcg(["g1", "x"], {"g1"}) == 1
    assert ndcg(["x"] * 10 + ["g1"], {"g1"}) == 0


# Answers


def test_squad_tokens() -> None:
    assert squad_tokens("The “Vey” Bridge, a bridge.") == ["vey", "bridge", "bridge"]


def test_exact_match_and_token_f1() -> None:
    assert exact_match("The Vey Bridge!", "vey bridge") == 1
    assert exact_match("It is the Vey Bridge", "Vey Bridge") == 0
    # it is vey bridge / vey bridge: P = 2/4, R = 2/2
    assert token_f1("It is the Vey Bridge", "Vey Bridge") == pytest.approx(2 / 3)
    assert token_f1("no", "Vey Bridge") == 0
    assert token_f1("", "Vey Bridge") == 0
    # twice in the answer, once in the gold: P = 1/2, R = 1
    assert token_f1("bridge bridge", "bridge") == pytest.approx(2 / 3)


# Citations


def test_support_requires_names_numbers_and_most_words() -> None:
    quote = citation(1, "On Monday the harbour of Marren counted 47 boats.")
    assert supports([quote], "Marren counted forty-seven boats in its harbour.")
    assert not supports([quote], "Marren counted 48 boats in its harbour.")
    assert not supports([quote], "In all, Skerrow counted 47 boats.")
    assert not supports([quote], "Marren did not count 47 boats.")
    assert not supports([quote], "Marren sold 47 yachts to foreign merchants.")
    assert not supports([], "Marren counted 47 boats.")


def test_support_uses_the_title_and_the_date_of_a_quote() -> None:
    quote = citation(1, "The harbour counted 47 boats.", title="Marren Post", date="2024-05-06")
    assert supports([quote], "On 6 May 2024 the Marren harbour counted 47 boats.")


BOATS = "The harbour of Marren counted 47 boats."
MASTER = "Ada Quill is the master of the harbour."
RAIN = "It rained in the hills."


def test_citation_recall_is_the_share_of_supported_sentences() -> None:
    given = answer(
        [("Marren counted 47 boats.", [1]), ("Ada Quill is the master.", [3])], BOATS, MASTER, RAIN
    )
    assert citation_recall(given) == 1 / 2


def test_citation_precision_counts_needed_citations() -> None:
    both = "In Marren, whose harbour counted 47 boats, Ada Quill is the master."
    # Each of the two is needed; the rain is not, and supports nothing alone.
    assert citation_precision(answer([(both, [1, 2])], BOATS, MASTER)) == 1
    assert citation_precision(answer([(both, [1, 2, 3])], BOATS, MASTER, RAIN)) == pytest.approx(2 / 3)
    # A sentence without support makes all its citations useless.
    assert citation_precision(answer([("Ben Hart sank.", [1])], BOATS)) == 0
    # Two that each support it alone are both of use.
    assert citation_precision(answer([("Marren counted 47 boats.", [1, 2])], BOATS, BOATS)) == 1


def test_proven_is_the_share_of_sentences_that_the_verifier_passes() -> None:
    said = answer([(BOATS, [1]), (MASTER, [2]), (RAIN, [3])], BOATS, MASTER, RAIN)
    assert proven_share(said) is None  # nothing was verified
    judged = [
        sentence.model_copy(update={"probability": probability})
        for sentence, probability in zip(said.sentences, (0.9, 0.5, 0.49), strict=True)
    ]
    verified = said.model_copy(update={"sentences": tuple(judged)})
    assert proven_share(verified) == pytest.approx(2 / 3)
    rows = [score_row(row(asked("q1"), given=verified)), score_row(row(asked("q2"), given=said))]
    told = estimate_metrics([*rows, score_row(row(asked("q3"), declined=True))])
    assert (told["proven"].value, told["proven"].count) == (pytest.approx(2 / 3), 1)


def test_what_is_nearest_is_an_exact_quote_but_no_answer() -> None:
    near = answer([]).model_copy(
        update={
            "citations": (citation(1, BOATS),),
            "nearest": AnswerSentence(text=BOATS, citations=(1,), support="supported"),
        }
    )
    scored = score_row(row(asked(), given=near))
    assert scored.outcome == "wrongly declined" and scored.scores["quotes_exact"] == 1
    assert not scored.scores.keys() & {
        "citations_gold", "citation_recall", "quotes_have_answer", "evidence_f1", "sentences_cited", "proven"
    }  # fmt: skip


def test_evidence_f1_is_that_of_the_best_pair() -> None:
    # harbour of marren counted 47 boats / marren counted 47 boats: P = 4/6, R = 1
    assert evidence_f1([RAIN, BOATS], [MASTER, "Marren counted 47 boats"]) == pytest.approx(0.8)
    assert evidence_f1(["one two", "three"], ["one two three"]) == 1
    assert evidence_f1([], [BOATS]) == 0


# Declining


def test_f1_from_hits_is_f1() -> None:
    # TP 2, FP 1, FN 1: precision 2/3, recall 2/3
    assert f1_from_hits(np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(2 / 3)


def declining_rows() -> list[Row]:
    """Unanswerable: two declined, one answered. Answerable: one declined, two answered, one failed."""
    said = answer([(BOATS, [1])], BOATS)
    return [
        score_row(one)
        for one in (
            row(asked("u1", answerable=False), declined=True),
            row(asked("u2", answerable=False), declined=True),
            row(asked("u3", answerable=False), given=said),
            row(asked("a1"), declined=True),
            row(asked("a2"), given=said),
            row(asked("a3"), given=said),
            row(asked("a4"), error="ModelUnavailable: gone"),
        )
    ]


def test_abstention_metrics() -> None:
    told: dict[str, Any] = {
        name: (one.value, one.count) for name, one in estimate_metrics(declining_rows()).items()
    }
    assert told["wrongly_declined"] == (pytest.approx(1 / 3), 3)
    assert told["declining_precision"] == (pytest.approx(2 / 3), 3)
    assert told["declining_recall"] == (pytest.approx(2 / 3), 3)
    assert told["declining_f1"] == (pytest.approx(2 / 3), 4)


def test_outcomes() -> None:
    outcomes = [one.outcome for one in declining_rows()]
    assert outcomes == [
        *("rightly declined", "rightly declined", "wrong"),
        *("wrongly declined", "wrong", "wrong", "error"),
    ]


# Cost


def test_percentiles_of_times() -> None:
    rows = [score_row(row(asked(str(ms)), evidence_ms=float(ms))) for ms in (10, 20, 30, 40)]
    told = estimate_metrics(rows)
    assert told["evidence_ms_p50"].value == 25
    assert told["evidence_ms_p95"].value == pytest.approx(38.5)
    assert "first_token_ms_p50" not in told
    assert {metric.unit for metric in COST} == {"ms", "tokens"}


# Who is eligible


def no_score(one: Row) -> set[str]:
    known = {"recall@1", "accuracy", "token_f1", "quotes_exact", "evidence_f1", "wrongly_declined"}
    return known - score_row(one).scores.keys()


@pytest.mark.parametrize(
    ("one", "missing"),
    [
        (
            row(asked("q", gold=[], evidence=[]), given=answer([(BOATS, [1])], BOATS)),
            {"recall@1", "evidence_f1"},
        ),
        (row(asked("q"), declined=True), {"quotes_exact", "evidence_f1"}),
        (
            row(asked("q", answerable=False, answers=[], gold=[]), declined=True),
            {"recall@1", "accuracy", "token_f1", "quotes_exact", "evidence_f1", "wrongly_declined"},
        ),
        (row(asked("q"), error="x"), {"quotes_exact", "evidence_f1", "wrongly_declined"}),
    ],
)
def test_an_ineligible_question_has_no_score(one: Row, missing: set[str]) -> None:
    assert no_score(one) == missing


def test_a_failed_question_scores_zero_if_eligible() -> None:
    scores = score_row(row(asked("q"), error="x")).scores
    assert (scores["recall@1"], scores["accuracy"], scores["token_f1"]) == (0, 0, 0)


def test_retrieval_only_measures_only_retrieval() -> None:
    scores = score_row(row(asked("q"), ranked=["g"]), retrieval_only=True).scores
    assert scores["recall@1"] == 1
    assert "accuracy" not in scores and "wrongly_declined" not in scores


def test_an_answer_is_in_the_evidence_if_a_passage_states_it() -> None:
    def score(**changes: Any) -> float | None:
        one = row(asked("q", **changes), passages=[passage("Nothing."), passage("There were 47 boats.")])
        return score_row(one).scores.get("answer_in_evidence")

    assert score(answers=["forty-seven"]) == 1
    assert score(answers=["48"]) == 0
    assert score(answers=["a long text of which every word would have to stand in the evidence"]) is None


def test_groups_are_halves_kinds_and_follow_ups() -> None:
    turns = [{"role": "user", "content": "And?"}]
    rows = [row(asked(f"q{n}", kind="plain" if n % 2 else "odd", history=turns * (n < 3))) for n in range(20)]
    groups = group_rows(rows)
    assert set(groups) == {"half a", "half b", "kind odd", "kind plain", "with history", "without history"}
    assert len(groups["half a"]) + len(groups["half b"]) == 20
    assert (len(groups["with history"]), len(groups["kind plain"])) == (3, 10)
    assert set(group_rows([row(asked("q1"))])) == {"half a", "half b"}


# Disagreements


def test_the_other_position_of_a_conflict_is_not_the_answer() -> None:
    sides = [
        Position(claim="The Post (1 May 2024) says 52", citations=(1,)),
        Position(claim="The Herald (2 May 2024) says 47", citations=(2,)),
    ]
    told = f"{sides[0].claim}; {sides[1].claim}."
    said = answer([("52 people came.", [1]), (told, [1, 2])], "52 people came.", "47 people came.")
    of_crowd = asked(question="How many people came?", answers=["52"], distractors=["47"])
    with_both = said.model_copy(update={"conflicts": (Conflict(about="people", positions=tuple(sides)),)})
    assert score_row(row(of_crowd, given=with_both)).outcome == "right"
    assert score_row(row(of_crowd, given=said)).outcome == "wrong"  # told as if it were the answer
