"""What a verifier says of a claim and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.checking.evidence import Evidence, Quotes
from qa.schemas import Citation
from qa.verification.support import QuoteMatch
from qa.verification.verifier import Hypothesis, Verifier

# From this probability on a quote contradicts a claim.
CONTRADICTED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on a claim and the quotes that it rests on; `proof` is the probability, 0 to 1, of the best
    proof.
    """

    verdict: Literal["proven", "contradicted", "unproven"] = "unproven"
    proof: float = 0.0
    quotes: Quotes = ()


async def judge(
    verifier: Verifier, claim: str, question: str, evidence: Evidence, threshold: float
) -> Judgement:
    """Whether the evidence proves the claim, with a probability of at least the threshold, or contradicts it.
    A claim that one quote proves is proven, whatever others say. Raises ModelUnavailable.
    """
    best, against = Judgement(), Judgement()
    contradiction = 0.0
    for quotes in evidence.proofs:
        verdict = await verifier.verify(_hypothesis(claim, question, quotes))
        if verdict.proof > best.proof:
            best = Judgement(verdict="proven", proof=verdict.proof, quotes=quotes)
        if verdict.contradiction > contradiction:
            contradiction, against = verdict.contradiction, Judgement(verdict="contradicted", quotes=quotes)
        if best.proof >= threshold and not evidence.exhaustive:
            break
    if best.proof >= threshold:
        return best
    for quote in evidence.disputes:
        if contradiction >= CONTRADICTED:
            break
        verdict = await verifier.verify(_hypothesis(claim, question, (quote,), disputed=True))
        if verdict.contradiction > contradiction:
            contradiction, against = verdict.contradiction, Judgement(verdict="contradicted", quotes=(quote,))
    found = against if contradiction >= CONTRADICTED else Judgement()
    return Judgement(verdict=found.verdict, proof=best.proof, quotes=found.quotes)


class CitationNumbers:
    """Numbers quotes in the order in which they are cited, the same quote always the same."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, int, int], int] = {}

    def cite(self, quote: QuoteMatch) -> Citation:
        """The quote with its number. A given quote, which is of no article, keeps its place as number."""
        hit = quote.excerpt.hit
        start, end = quote.excerpt.spans[quote.first][0], quote.excerpt.spans[quote.last][1]
        if not hit.passage.article_id:
            return Citation.of(quote.excerpt.number, hit, start, end)
        place = (hit.passage.article_id, start, end)
        return Citation.of(self._numbers.setdefault(place, len(self._numbers) + 1), hit, start, end)


def _hypothesis(claim: str, question: str, quotes: Quotes, *, disputed: bool = False) -> Hypothesis:
    day = quotes[0].excerpt.hit.date
    return Hypothesis(
        claim=claim,
        quote=" … ".join(quote.text for quote in quotes),
        question=question,
        quoted_on=day.isoformat() if day else "",
        disputed=disputed,
    )
