"""Whether the quotes stand where they are said to, hold the sentences, and are the right ones.

Citation recall and precision after ALCE (Gao et al., "Enabling Large Language Models to Generate Text
with Citations", 2023), with the support test of `support` in the place of a large model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.evaluation.metrics.answer_match import is_short, said
from qa.evaluation.metrics.answers import token_f1
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.metrics.support import supports
from qa.evaluation.results import Row
from qa.schemas import Answer, AnswerSentence, Citation

# From this token F1 on a quote is the evidence, give or take a clause.
SAME_EVIDENCE = 0.6


def citation_recall(answer: Answer) -> float:
    """The share of sentences whose citations together support them; one without citations has none."""
    held = [supports(_cited(answer, sentence), sentence.text) for sentence in answer.sentences]
    return sum(held) / len(held)


def citation_precision(answer: Answer) -> float:
    """The share of citations that are of use: their sentence is supported, and either they support
    it alone or the others do not without them. 0 where nothing is cited.
    """
    useful: list[bool] = []
    for sentence in answer.sentences:
        cited = _cited(answer, sentence)
        held = supports(cited, sentence.text)
        for at, citation in enumerate(cited):
            others = [*cited[:at], *cited[at + 1 :]]
            needed = supports([citation], sentence.text) or not supports(others, sentence.text)
            useful.append(held and needed)
    return sum(useful) / len(useful) if useful else 0.0


def _cited(answer: Answer, sentence: AnswerSentence) -> list[Citation]:
    return [citation for citation in answer.citations if citation.number in sentence.citations]


def evidence_f1(quotes: Sequence[str], evidence: Sequence[str]) -> float:
    """The best token F1 (after SQuAD) of a quote with an evidence sentence, or of all with all."""
    pairs = [(quote, sentence) for quote in quotes for sentence in evidence]
    return max((token_f1(*pair) for pair in [*pairs, (" ".join(quotes), " ".join(evidence))]), default=0.0)


def _of_answered(formula: Callable[[Answer], float]) -> Callable[[Row], float | None]:
    return lambda row: formula(row.answer) if row.answer and row.answer.sentences else None


def sentences_cited(answer: Answer) -> float:
    """The share of sentences with at least one citation."""
    return sum(bool(_cited(answer, sentence)) for sentence in answer.sentences) / len(answer.sentences)


def _quotes_exact(row: Row) -> float | None:
    """Eligible: answers with citations."""
    exact = [context.exact for context in row.contexts]
    return sum(exact) / len(exact) if exact else None


def _citations_gold(row: Row) -> float | None:
    """Eligible: answers with citations, to questions with gold articles."""
    if not (row.answer and row.answer.citations and row.question.gold):
        return None
    from_gold = [citation.article_id in row.question.gold for citation in row.answer.citations]
    return sum(from_gold) / len(from_gold)


def _quotes_have_answer(row: Row) -> float | None:
    """Eligible: answered ones of the answerable questions with a short answer."""
    short = [answer for answer in row.question.answers if is_short(answer)]
    if not (row.answered and row.question.answerable and short):
        return None
    return float(any(said(quote, short) for quote in row.quotes))


def _evidence_f1(row: Row) -> float | None:
    """Eligible: answered questions with evidence sentences."""
    return evidence_f1(row.quotes, row.question.evidence) if row.answered and row.question.evidence else None


def _evidence_quoted(row: Row) -> float | None:
    likeness = _evidence_f1(row)
    return None if likeness is None else float(likeness > SAME_EVIDENCE)


METRICS = (
    Metric(name="quotes_exact", about="quotes that are article.text[start:end]", score=_quotes_exact),
    Metric(name="sentences_cited", about="sentences with a citation", score=_of_answered(sentences_cited)),
    Metric(
        name="citation_recall",
        about="sentences that their quotes support",
        score=_of_answered(citation_recall),
    ),
    Metric(
        name="citation_precision", about="citations that are of use", score=_of_answered(citation_precision)
    ),
    Metric(name="citations_gold", about="citations of gold articles", score=_citations_gold),
    Metric(name="quotes_have_answer", about="a quote says the answer", score=_quotes_have_answer),
    Metric(name="evidence_f1", about="words shared with the evidence sentences", score=_evidence_f1),
    Metric(name="evidence_quoted", about=f"the same above {SAME_EVIDENCE}", score=_evidence_quoted),
)
