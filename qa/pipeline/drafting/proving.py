"""Which of the possible answers is shown: the first whose sentences a verifier finds proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from index.schemas import Hit, Missing
from qa.schemas import AnswerSentence, Question
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.excerpts import text_around
from qa.verification.verifiers.verifier import Hypothesis, Verdict, Verifier

# Of longer drafts only the first sentences are verified and shown: each takes a second or two.
MAX_VERIFIED = 3
# A quote that is this probably a proof, but not probably enough to be shown as one, is what is nearest. Of 27
# questions that no article answers (news and encyclopedia, half a) one had a quote of more than this.
NEAR = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenText:
    """The proven sentences of the first candidate that has any, whether they come from a draft, and how
    probable the best proof was, 0 to 1; None if nothing was verified. Where nothing is proven, `nearest` is
    the quote that came nearest to it, if one came near.
    """

    cited: CitedText = field(default_factory=CitedText)
    nearest: CitedText = field(default_factory=CitedText)
    is_drafted: bool = True
    proof: float | None = None


async def prove(
    candidates: Sequence[Candidate],
    question: Question,
    hits: Sequence[Hit],
    verifier: Verifier | None,
    threshold: float,
    missing: Callable[[str], Missing] | None,
    limit: int = MAX_VERIFIED,
) -> ProvenText:
    """Verifies the candidates in order until one has a sentence whose proof is at least as probable as the
    threshold, 0 to 1. Without a verifier, the first candidate. The quotes are from `hits`, and `missing`
    tells what a text lacks of the question; None if that does not count. At most `limit` sentences of a
    candidate are verified, and the others dropped. Raises ModelUnavailable.
    """
    if verifier is None:
        return ProvenText(cited=candidates[0].cited) if candidates else ProvenText()
    best: float | None = None
    nearest, near = CitedText(), NEAR
    verdicts: dict[Hypothesis, Verdict] = {}  # two candidates may quote the same for the same claim
    for candidate in candidates:
        kept = []
        claims = list(zip(candidate.cited.sentences, candidate.claims, strict=True))
        for sentence, claim in claims[:limit]:
            hypothesis = _hypothesis(candidate.cited, sentence, claim, question, hits)
            if hypothesis not in verdicts:
                verdicts[hypothesis] = await verifier.verify(hypothesis)
            verdict = verdicts[hypothesis]
            told = f"{_sources(candidate.cited, sentence)} {hypothesis.context} {hypothesis.quote}"
            proof = verifier.coefficients.probability(verdict.proof, missing(told) if missing else Missing())
            best = max(proof, best or 0.0)
            if proof >= near:
                quotes = candidate.cited.only([sentence]).quoted()
                nearest, near = quotes.only(quotes.sentences[:1]), proof
            if proof >= threshold:
                kept.append(sentence.model_copy(update={"probability": round(proof, 4)}))
        if kept:
            # Two quotes that overlap: a sentence by itself, and with the next one.
            whole = [
                one
                for one in kept
                if not any(one.text != each.text and one.text in each.text for each in kept)
            ]
            shown = candidate.cited.only(whole)
            return ProvenText(cited=shown, is_drafted=candidate.is_drafted, proof=best)
    return ProvenText(nearest=nearest, proof=best)


def _hypothesis(
    cited: CitedText, sentence: AnswerSentence, claim: str, question: Question, hits: Sequence[Hit]
) -> Hypothesis:
    first, *_ = quotes = cited.quotes_of(sentence)
    return Hypothesis(
        claim=claim,
        quote=" … ".join(citation.quote for citation in quotes),
        context=next((text_around(hit, first.start, first.end) for hit in hits if first.is_in(hit)), ""),
        question=question.question,
        day=question.as_of.isoformat() if question.as_of else "",
        quoted_on=first.date.isoformat() if first.date else "",
    )


def _sources(cited: CitedText, sentence: AnswerSentence) -> str:
    """The titles and dates of the articles that a sentence cites."""
    return " ".join(
        f"{citation.title} {citation.date:%d %B %Y}" if citation.date else citation.title
        for citation in cited.quotes_of(sentence)
    )
