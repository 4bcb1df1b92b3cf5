"""Citation metrics: whether quotes are exact, support their sentences, and come from the right articles.

Citation recall and precision follow ALCE (Gao et al., "Enabling Large Language Models to Generate Text with
Citations", 2023), with the lexical test in `support` instead of a large entailment model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.evaluation.metrics.answer_match import is_short, stated_choices
from qa.evaluation.metrics.answers import token_f1
from qa.evaluation.metrics.metric import Metric
from qa.evaluation.metrics.support import supports
from qa.evaluation.results import Row
from qa.schemas import Answer, AnswerSentence, Citation

# Above this token F1, a quote counts as the evidence sentence.
EVIDENCE_F1_THRESHOLD = 0.6
# From this probability on, a sentence counts as proven.
PROVEN = 0.5


def citation_recall(answer: Answer) -> float:
    """Returns the share of sentences that their citations together support."""
    supported = [supports(_cited(answer, sentence), sentence.text) for sentence in answer.sentences]
    return sum(supported) / len(supported)


def citation_precision(answer: Answer) -> float:
    """Returns the share of relevant citations: the sentence is supported, and either the citation supports it
    alone or the others do not support it without the citation. 0 without citations.
    """
    relevant: list[bool] = []
    for sentence in answer.sentences:
        cited = _cited(answer, sentence)
        supported = supports(cited, sentence.text)
        for index, citation in enumerate(cited):
            others = [*cited[:index], *cited[index + 1 :]]
            needed = supports([citation], sentence.text) or not supports(others, sentence.text)
            relevant.append(supported and needed)
    return sum(relevant) / len(relevant) if relevant else 0.0


def _cited(answer: Answer, sentence: AnswerSentence) -> list[Citation]:
    return [citation for citation in answer.citations if citation.number in sentence.citations]


def evidence_f1(quotes: Sequence[str], evidence: Sequence[str]) -> float:
    """Returns the best token F1 of a quote with an evidence sentence, or of all quotes with all evidence."""
    pairs = [(quote, sentence) for quote in quotes for sentence in evidence]
    return max((token_f1(*pair) for pair in [*pairs, (" ".join(quotes), " ".join(evidence))]), default=0.0)


def _of_answered(formula: Callable[[Answer], float | None]) -> Callable[[Row], float | None]:
    def score(row: Row) -> float | None:
        if not row.answer:
            return None
        # What was read from the catalogue has no quotes.
        quoted = tuple(one for one in row.answer.sentences if one.support != "catalogue")
        return formula(row.answer.model_copy(update={"sentences": quoted})) if quoted else None

    return score


def sentences_cited(answer: Answer) -> float:
    """Returns the share of sentences with at least one citation."""
    return sum(bool(_cited(answer, sentence)) for sentence in answer.sentences) / len(answer.sentences)


def _quotes_exact(row: Row) -> float | None:
    """Eligible: answers with citations."""
    exact = [context.exact for context in row.contexts]
    return sum(exact) / len(exact) if exact else None


def proven_share(answer: Answer) -> float | None:
    """Returns the share of the sentences with a probability that are more likely proven by their quotes than
    not; None if no sentence has one.
    """
    judged = [sentence.probability for sentence in answer.sentences if sentence.probability is not None]
    return sum(probability >= PROVEN for probability in judged) / len(judged) if judged else None


def _citations_gold(row: Row) -> float | None:
    """Eligible: answers with citations, to questions with gold articles."""
    if not (row.answer and row.answer.sentences and row.answer.citations and row.question.gold):
        return None
    from_gold = [citation.article_id in row.question.gold for citation in row.answer.citations]
    return sum(from_gold) / len(from_gold)


def _quotes_have_answer(row: Row) -> float | None:
    """Eligible: answered, answerable questions with a short expected answer."""
    short = [answer for answer in row.question.answers if is_short(answer)]
    if not (row.answered and row.question.answerable and short):
        return None
    return float(any(stated_choices(quote, short) for quote in row.quotes))


def _evidence_f1(row: Row) -> float | None:
    """Eligible: answered questions with evidence sentences."""
    return evidence_f1(row.quotes, row.question.evidence) if row.answered and row.question.evidence else None


def _evidence_quoted(row: Row) -> float | None:
    score = _evidence_f1(row)
    return None if score is None else float(score > EVIDENCE_F1_THRESHOLD)


METRICS = (
    Metric(name="quotes_exact", about="quotes that are article.text[start:end]", score=_quotes_exact),
    Metric(name="sentences_cited", about="sentences with a citation", score=_of_answered(sentences_cited)),
    Metric(
        name="proven",
        about=f"sentences whose proof the verifier finds at least {PROVEN} probable",
        score=_of_answered(proven_share),
    ),
    Metric(
        name="citation_recall",
        about="sentences supported by their quotes",
        score=_of_answered(citation_recall),
    ),
    Metric(
        name="citation_precision",
        about="citations their sentence needs",
        score=_of_answered(citation_precision),
    ),
    Metric(name="citations_gold", about="citations of gold articles", score=_citations_gold),
    Metric(name="quotes_have_answer", about="a quote states the answer", score=_quotes_have_answer),
    Metric(name="evidence_f1", about="word overlap with the evidence sentences", score=_evidence_f1),
    Metric(
        name="evidence_quoted", about=f"evidence_f1 above {EVIDENCE_F1_THRESHOLD}", score=_evidence_quoted
    ),
)
