"""Answer metrics: accuracy, exact match and token F1.

Exact match and token F1 follow SQuAD (Rajpurkar et al. 2016), as the best over the accepted answers. They
compare with a short answer, so a full sentence around it is no exact match. `accuracy` only asks whether the
text states an answer and no distractor.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from qa.evaluation.metrics.answer_match import is_short, states_answer, tokens
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.results import Outcome, Row

_ARTICLE = re.compile(r"\b(a|an|the)\b")


def squad_tokens(text: str) -> list[str]:
    """Returns lower-case words without punctuation (typographic too) and articles, split at white space."""
    plain = "".join(
        character
        for character in text.lower()
        if character not in string.punctuation and not unicodedata.category(character).startswith("P")
    )
    return _ARTICLE.sub(" ", plain).split()


def exact_match(text: str, answer: str) -> float:
    """Returns 1 if both have the same SQuAD tokens, else 0."""
    return float(squad_tokens(text) == squad_tokens(answer))


def token_f1(text: str, answer: str) -> float:
    """Returns 2PR / (P + R), where P is the share of the text's SQuAD tokens in the answer, R the reverse."""
    predicted, expected = squad_tokens(text), squad_tokens(answer)
    common = (Counter(predicted) & Counter(expected)).total()
    if not predicted or not expected:
        return float(predicted == expected)
    return 2 * common / (len(predicted) + len(expected))


def _best(formula: Callable[[str, str], float]) -> Callable[[Row], float | None]:
    """Eligible: answerable questions with answers. A declined question counts as empty text."""

    def score(row: Row) -> float | None:
        question = row.question
        if not (question.answerable and question.answers):
            return None
        return max(formula(row.text, answer) for answer in question.answers)

    return score


def accuracy(row: Row) -> float | None:
    """1 if the answer states an accepted answer and no distractor (see `answer_match`), 0 if it is declined.

    Eligible: answerable questions with distractors, or with a short answer.
    """
    question = row.question
    if not (question.answerable and (question.distractors or any(map(is_short, question.answers)))):
        return None
    return float(states_answer(row.stated, question.question, question.answers, question.distractors))


def accuracy_of_answered(row: Row) -> float | None:
    """`accuracy` of answered questions: 1 minus the risk."""
    return accuracy(row) if row.answered else None


def fulfilment(row: Row) -> float | None:
    """The share of what a broad question demands that the answer says; 0 if it says what it must not, has too
    few sentences, or is declined. Talk demands a reply that is none. Eligible: broad questions, and talk.
    """
    question = row.question
    if question.kind == "chat":
        return float(row.answer is not None and row.answer.status == "chat")
    if not question.is_broad:
        return None
    said = tokens(row.stated)
    sentences = len(row.answer.sentences) if row.answer else 0
    if not row.answered or sentences < (question.min_sentences or 1):
        return 0.0
    if any(_has(said, tokens(wrong)) for wrong in question.must_not):
        return 0.0
    met = [any(_has(said, tokens(wording)) for wording in wordings) for wordings in question.must]
    return sum(met) / len(met) if met else 1.0


def fulfilled(row: Row) -> float | None:
    """1 if all that a broad question demands is said. Eligible: as for `fulfilment`."""
    share = fulfilment(row)
    return None if share is None else float(share == 1.0)


def _has(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether the wanted words stand in this order, side by side."""
    count = len(wanted)
    return any(words[at : at + count] == wanted for at in range(len(words) - count + 1))


def outcome(row: Row) -> Outcome:
    """Returns the outcome of the question. Any answer to an unanswerable question is wrong."""
    if row.error or row.answer is None:
        return "error" if row.error else "unjudged"
    if row.declined:
        return "wrongly declined" if row.question.answerable else "rightly declined"
    if not row.question.answerable:
        return "wrong"
    right = fulfilled(row)
    if right is None:
        right = accuracy(row)
    return "unjudged" if right is None else "right" if right else "wrong"


METRICS = (
    Metric(name="accuracy", about="states the right answer and no distractor", score=accuracy),
    Metric(
        name="accuracy_of_answered",
        about="accuracy over the answered questions",
        score=accuracy_of_answered,
    ),
    Metric(name="fulfilled", about="says all that a broad question demands", score=fulfilled),
    Metric(name="fulfilment", about="share of what a broad question demands", score=fulfilment),
    Metric(name="exact_match", about="equals the expected answer", score=_best(exact_match)),
    Metric(name="token_f1", about="word overlap with the expected answer", score=_best(token_f1)),
)
