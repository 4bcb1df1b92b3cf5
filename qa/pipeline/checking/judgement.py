"""What a verifier says of a claim and its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from qa.pipeline.checking.evidence import ClaimEvidence, Dispute, Quotes
from qa.schemas import Citation
from qa.verification.support import QuoteMatch
from qa.verification.verifier import Hypothesis, Verifier

# From this probability on a quote proves a claim ...
PROVEN = 0.5
# ... and from this one it contradicts it ...
CONTRADICTED = 0.5
# ... and from this one if it proves the claim with another value.
CONTRADICTED_IF_CORRECTED = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on a claim and the quotes that it rests on; `proof` is the probability, 0 to 1, of the best
    proof.
    """

    verdict: Literal["proven", "contradicted", "unproven"] = "unproven"
    proof: float = 0.0
    quotes: Quotes = ()


async def judge(verifier: Verifier, claim: str, question: str, evidence: ClaimEvidence) -> Judgement:
    """Whether the evidence proves the claim or contradicts it.
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
        if best.proof >= PROVEN and not evidence.exhaustive:
            break
    if best.proof >= PROVEN:
        return best
    if contradiction >= CONTRADICTED:
        return replace(against, proof=best.proof)
    for dispute in evidence.disputes:
        if await _is_contradicted(verifier, claim, question, dispute):
            return Judgement(verdict="contradicted", proof=best.proof, quotes=(dispute.quote,))
    return Judgement(proof=best.proof)


async def _is_contradicted(verifier: Verifier, claim: str, question: str, dispute: Dispute) -> bool:
    """Whether the quote contradicts the claim. If the two have different values, the quote must prove the
    claim with its own value; otherwise it speaks of something else.
    """
    needed = CONTRADICTED
    if dispute.corrections:
        needed = CONTRADICTED_IF_CORRECTED
        for corrected in dispute.corrections:
            verdict = await verifier.verify(_hypothesis(corrected, question, (dispute.quote,)))
            if verdict.proof >= PROVEN:
                break
        else:
            return False
    verdict = await verifier.verify(_hypothesis(claim, question, (dispute.quote,), disputed=True))
    return verdict.contradiction >= needed


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
