"""Which sentences say most: centrality, and maximal marginal relevance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Vectors
from qa.pipeline.composition.evidence.sentences import ArticleSentence

# The weights of a sentence's cosine with the mean of its text, with the title, and of standing early.
CENTRAL, TITLE, EARLY = 0.5, 0.3, 0.3
# What a sentence loses that needs its neighbours.
DEPENDENT = 0.15
# The share of relevance against novelty (Carbonell & Goldstein, "The Use of MMR", 1998).
RELEVANCE = 0.7
# Two sentences this alike say the same.
SAME = 0.82

Scores = NDArray[np.float32]


def salience(sentences: Sequence[ArticleSentence], vectors: Vectors, title: Vectors | None) -> Scores:
    """How much each sentence tells of its text, about 0 to 1.

    `vectors` has shape (len(sentences), dimension), and `title` (dimension,).
    """
    mean = vectors.mean(axis=0)
    central = vectors @ (mean / (np.linalg.norm(mean) or 1.0))
    about = vectors @ title if title is not None else central
    early = np.array([1 / (1 + sentence.nth) for sentence in sentences])
    alone = np.array([0.0 if sentence.stands_alone else DEPENDENT for sentence in sentences])
    return np.asarray(CENTRAL * central + TITLE * about + EARLY * early - alone, dtype=np.float32)


def select_diverse(scores: Scores, vectors: Vectors, count: int) -> list[int]:
    """The indices of at most `count` rows by maximal marginal relevance, best first, none twice said."""
    chosen: list[int] = []
    left = set(range(len(scores)))
    while left and len(chosen) < count:
        repeated = {
            at: max((float(vectors[at] @ vectors[one]) for one in chosen), default=0.0) for at in left
        }
        best = max(left, key=lambda at: RELEVANCE * scores[at] - (1 - RELEVANCE) * repeated[at])
        left.discard(best)
        if repeated[best] < SAME:
            chosen.append(best)
    return chosen


def cover(scores: Scores, count: int) -> list[int]:
    """The first row, and the best row of each of `count - 1` equal parts of the rest, in order: what a
    summary of the whole text needs.
    """
    total = len(scores)
    if total <= count:
        return list(range(total))
    bounds = np.linspace(1, total, count).round().astype(int)
    parts = [range(begin, end) for begin, end in pairwise(bounds) if end > begin]
    return [0, *(max(part, key=lambda at: float(scores[at])) for part in parts)]
