"""Retrieval metrics: recall, hit rate, MRR and nDCG of the gold articles.

The formulas rank distinct articles by their best passage. `gold` has the ids of the articles that answer the
question, all equally relevant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from qa.evaluation.metrics.answer_match import is_short, stated_choices
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Row


def recall(ranked: Sequence[str], gold: AbstractSet[str], k: int) -> float:
    """Returns capped recall: |gold ∩ first k| / min(k, |gold|).

    The cap (Thakur et al., "BEIR", 2021) makes 1 reachable if there are more than k gold articles. It can
    make recall fall as k grows.
    """
    return len(gold & set(ranked[:k])) / min(k, len(gold))


def hit_rate(ranked: Sequence[str], gold: AbstractSet[str], k: int) -> float:
    """Returns 1 if any gold article is among the first k (top-k accuracy of DPR, Karpukhin et al. 2020)."""
    return float(not gold.isdisjoint(ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], gold: AbstractSet[str]) -> float:
    """Returns 1 / rank of the first gold article, 0 if there is none; its mean is MRR (Voorhees 1999)."""
    return next((1 / rank for rank, article in enumerate(ranked, start=1) if article in gold), 0.0)


def ndcg(ranked: Sequence[str], gold: AbstractSet[str], k: int = 10) -> float:
    """Returns Σ 1/log2(rank + 1) over the gold articles among the first k, divided by the ideal value
    (Järvelin & Kekäläinen 2002, with binary relevance).
    """
    gain = sum(1 / math.log2(rank + 1) for rank, article in enumerate(ranked[:k], 1) if article in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))


def _on_gold(formula: Callable[[Sequence[str], AbstractSet[str]], float]) -> Callable[[Row], float | None]:
    """Eligible: questions with gold articles. A failed question has no ranked articles."""
    return lambda row: formula(row.ranked, set(row.question.gold)) if row.question.gold else None


def _recall_at(k: int) -> Metric:
    return Metric(
        name=f"recall@{k}",
        about=f"gold articles among the first {k}",
        score=_on_gold(lambda ranked, gold: recall(ranked, gold, k)),
    )


def _hit_rate_at(k: int) -> Metric:
    return Metric(
        name=f"found@{k}",
        about=f"any gold article among the first {k}",
        score=_on_gold(lambda ranked, gold: hit_rate(ranked, gold, k)),
    )


def answer_in_evidence(row: Row) -> float | None:
    """Whether the evidence states an answer. Eligible: answerable questions with a short answer."""
    short = [answer for answer in row.question.answers if is_short(answer)]
    if not (row.question.answerable and short):
        return None
    return float(any(stated_choices(passage.text, short) for passage in row.passages))


METRICS = (
    *map(_recall_at, (1, 3, 5, 10)),
    *map(_hit_rate_at, (3, 5, 10)),  # at 1 it equals recall@1
    Metric(name="mrr", about="1 / rank of the first gold article", score=_on_gold(reciprocal_rank)),
    Metric(name="ndcg@10", about="ranking of the gold articles among the first 10", score=_on_gold(ndcg)),
    Metric(
        name="answer_in_evidence",
        about="a passage of the evidence states the answer",
        score=answer_in_evidence,
    ),
)
