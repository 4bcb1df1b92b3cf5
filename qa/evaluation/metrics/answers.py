"""Whether the answer is the right one.

Exact match and token F1 after SQuAD (Rajpurkar et al. 2016), the best over the given answers. They
measure likeness to a short answer; a whole sentence around it is no exact match. `accuracy` asks
only whether the answer is said, and no distractor.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable

from qa.evaluation.metrics.answer_match import is_right, is_short
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Outcome, Row

_ARTICLE = re.compile(r"\b(a|an|the)\b")


def squad_tokens(text: str) -> list[str]:
    """Lower case, no punctuation (typographic marks too), no articles, split at white space."""
    plain = "".join(
        mark
        for mark in text.lower()
        if mark not in string.punctuation and not unicodedata.category(mark).startswith("P")
    )
    return _ARTICLE.sub(" ", plain).split()


def exact_match(text: str, answer: str) -> float:
    """1 where both have the same SQuAD tokens."""
    return float(squad_tokens(text) == squad_tokens(answer))


def token_f1(text: str, answer: str) -> float:
    """2PR / (P + R), where P is the share of the text's SQuAD tokens that the answer has, R the reverse."""
    had, wanted = squad_tokens(text), squad_tokens(answer)
    common = (Counter(had) & Counter(wanted)).total()
    if not had or not wanted:
        return float(had == wanted)
    return 2 * common / (len(had) + len(wanted))


def _best(formula: Callable[[str, str], float]) -> Callable[[Row], float | None]:
    """Eligible: answerable questions with answers. A declined one has said nothing."""

    def score(row: Row) -> float | None:
        question = row.question
        if not (question.answerable and question.answers):
            return None
        return max(formula(row.text, answer) for answer in question.answers)

    return score


def accuracy(row: Row) -> float | None:
    """1 where an answer is said and no distractor (see `saying`); a declined question scores 0.

    Eligible: answerable questions with distractors, or with a short answer.
    """
    question = row.question
    if not (question.answerable and (question.distractors or any(map(is_short, question.answers)))):
        return None
    return float(is_right(row.stated, question.question, question.answers, question.distractors))


def accuracy_of_answered(row: Row) -> float | None:
    """`accuracy` where there is an answer: 1 minus the risk taken."""
    return accuracy(row) if row.answered else None


def outcome(row: Row) -> Outcome:
    """What became of the question, in a word; an answer to what cannot be answered is wrong."""
    if row.error or row.answer is None:
        return "error" if row.error else "unjudged"
    if row.declined:
        return "wrongly declined" if row.question.answerable else "rightly declined"
    if not row.question.answerable:
        return "wrong"
    right = accuracy(row)
    return "unjudged" if right is None else "right" if right else "wrong"


METRICS = (
    Metric(name="accuracy", about="the right answer is said, and no distractor", score=accuracy),
    Metric(
        name="accuracy_of_answered",
        about="the same, of the questions that were answered",
        score=accuracy_of_answered,
    ),
    Metric(name="exact_match", about="nothing but the answer, word for word", score=_best(exact_match)),
    Metric(name="token_f1", about="words shared with the answer", score=_best(token_f1)),
)
