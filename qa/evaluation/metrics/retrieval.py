"""Whether search finds the articles that answer, and the evidence the words that do.

The formulas look at distinct articles in the order of their best hit. `gold` are the ids of the
articles that answer; all of them count alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from qa.evaluation.metrics.answer_match import is_short, said
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Row


def recall(ranked: Sequence[str], gold: AbstractSet[str], k: int) -> float:
    """Share of the gold articles among the first k, capped: |gold ∩ first k| / min(k, |gold|).

    The cap (Thakur et al., "BEIR", 2021) makes 1 reachable where there are more gold articles than k;
    it can make recall fall as k grows.
    """
    return len(gold & set(ranked[:k])) / min(k, len(gold))


def found(ranked: Sequence[str], gold: AbstractSet[str], k: int) -> float:
    """1 where any gold article is among the first k: the top-k accuracy of DPR (Karpukhin et al. 2020)."""
    return float(not gold.isdisjoint(ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], gold: AbstractSet[str]) -> float:
    """1 / rank of the first gold article, 0 where none is found; its mean is MRR (Voorhees 1999)."""
    return next((1 / rank for rank, found in enumerate(ranked, start=1) if found in gold), 0.0)


def ndcg(ranked: Sequence[str], gold: AbstractSet[str], k: int = 10) -> float:
    """Σ 1/log2(rank + 1) over the gold articles among the first k, divided by what the best order
    would give (Järvelin & Kekäläinen 2002, with binary relevance).
    """
    gained = sum(1 / math.log2(rank + 1) for rank, found in enumerate(ranked[:k], 1) if found in gold)
    return gained / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))


def _on_gold(formula: Callable[[Sequence[str], AbstractSet[str]], float]) -> Callable[[Row], float | None]:
    """Eligible: questions with gold articles. One that failed has found nothing."""
    return lambda row: formula(row.ranked, set(row.question.gold)) if row.question.gold else None


def _recall_at(k: int) -> Metric:
    return Metric(
        name=f"recall@{k}",
        about=f"gold articles among the first {k}",
        score=_on_gold(lambda ranked, gold: recall(ranked, gold, k)),
    )


def _found_at(k: int) -> Metric:
    return Metric(
        name=f"found@{k}",
        about=f"any gold article among the first {k}",
        score=_on_gold(lambda ranked, gold: found(ranked, gold, k)),
    )


def answer_in_evidence(row: Row) -> float | None:
    """Whether a passage of the evidence says an answer. Eligible: answerable questions with a short one."""
    short = [answer for answer in row.question.answers if is_short(answer)]
    if not (row.question.answerable and short):
        return None
    return float(any(said(passage.text, short) for passage in row.passages))


METRICS = (
    *map(_recall_at, (1, 3, 5, 10)),
    *map(_found_at, (3, 5, 10)),  # the first one is recall@1
    Metric(name="mrr", about="1 / rank of the first gold article", score=_on_gold(reciprocal_rank)),
    Metric(name="ndcg@10", about="order of the gold articles among the first 10", score=_on_gold(ndcg)),
    Metric(name="answer_in_evidence", about="a passage read says the answer", score=answer_in_evidence),
)
