"""What a verifier says of a claim and its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from qa.pipeline.checking.corrections import CorrectedClaim
from qa.pipeline.checking.evidence import ClaimEvidence, Dispute, Quotes
from qa.schemas import CheckedSentence, Citation, Side
from qa.verification.excerpts import text_around
from qa.verification.support import QuoteMatch
from qa.verification.verifiers.verifier import Hypothesis, Verifier

# From this probability on a quote proves a claim ...
PROVEN = 0.5
# ... and from this one it contradicts it ...
CONTRADICTED = 0.5
# ... and from this one if it proves the claim with another value.
CONTRADICTED_IF_CORRECTED = 0.25
# A claim with another number of the same things, or another day, is corrected from this probability of the
# corrected one on, if its odds are so many times those of the claim as it stands.
LIKELY, FAR_BETTER = 0.15, 2.0


class Stance(NamedTuple):
    """Quotes that say the same of a claim: `says` is the value that they give, empty if it is no single one,
    and `agrees` whether they prove the claim.
    """

    says: str
    agrees: bool
    quotes: Quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on a claim and what it rests on; `proof` is the probability, 0 to 1, of the best proof."""

    verdict: Literal["proven", "contradicted", "unproven"] = "unproven"
    proof: float = 0.0
    stances: tuple[Stance, ...] = ()

    @property
    def quotes(self) -> Quotes:
        return tuple(quote for stance in self.stances for quote in stance.quotes)


async def judge(verifier: Verifier, claim: str, question: str, evidence: ClaimEvidence) -> Judgement:
    """Whether the evidence proves the claim or contradicts it. A claim that one quote proves is proven unless
    a newer article has another value. Raises ModelUnavailable.
    """
    best, against = Judgement(), Judgement()
    contradiction = 0.0
    for quotes in evidence.proofs:
        verdict = await verifier.verify(_hypothesis(claim, question, quotes))
        if verdict.proof > best.proof:
            best = Judgement(verdict="proven", proof=verdict.proof, stances=(Stance("", True, quotes),))
        if verdict.contradiction > contradiction:
            contradiction = verdict.contradiction
            against = Judgement(verdict="contradicted", stances=(Stance("", False, quotes),))
        if best.proof >= PROVEN and not evidence.exhaustive:
            break
    if best.proof >= PROVEN:
        return await _superseded(verifier, claim, question, best, evidence) or best
    if contradiction >= CONTRADICTED:
        return replace(against, proof=best.proof)
    for dispute in evidence.disputes:
        needed = CONTRADICTED_IF_CORRECTED if dispute.corrections else CONTRADICTED
        if against_it := await _contradicting(verifier, claim, question, dispute, needed):
            return Judgement(verdict="contradicted", proof=best.proof, stances=(against_it,))
    return Judgement(proof=best.proof)


async def _superseded(
    verifier: Verifier, claim: str, question: str, proven: Judgement, evidence: ClaimEvidence
) -> Judgement | None:
    """The judgement on a proven claim for which a newer article has another value; None if none has."""
    newer = next((each for each in evidence.disputes if each.corrections and _is_newer(each, proven)), None)
    against = newer and await _contradicting(verifier, claim, question, newer, CONTRADICTED)
    if not newer or not against:
        return None
    stated = next(each.stated for each in newer.corrections if each.given == against.says)
    agreeing = proven.stances[0]._replace(says=stated)
    return replace(proven, verdict="contradicted", stances=(against, agreeing))


def _is_newer(dispute: Dispute, proven: Judgement) -> bool:
    day = dispute.quote.excerpt.hit.date
    days = [quote.excerpt.hit.date for quote in proven.quotes]
    return day is not None and all(known is not None and known < day for known in days)


async def _contradicting(
    verifier: Verifier, claim: str, question: str, dispute: Dispute, needed: float
) -> Stance | None:
    """What the quote says if it contradicts the claim with the `needed` probability. If the two have
    different values, the quote must prove the claim with its own; otherwise it speaks of something else.
    """
    says = ""
    if dispute.corrections:
        corrected = await _proven_correction(verifier, claim, question, dispute)
        if corrected is None:
            return None
        if corrected.alike:  # 27 days and 72 days cannot both be right
            return Stance(corrected.given, False, (dispute.quote,))
        says = corrected.given
    elif dispute.affirmed:
        without = _hypothesis(dispute.affirmed.claim, question, (dispute.quote,))
        without = replace(without, quote=dispute.affirmed.quote, context=dispute.affirmed.quote)
        proof = (await verifier.verify(without)).proof
        if proof >= PROVEN:
            stated = (await verifier.verify(_hypothesis(claim, question, (dispute.quote,)))).proof
            if _odds(proof) >= FAR_BETTER * _odds(stated):
                return Stance("", False, (dispute.quote,))
        if not dispute.may_deny:
            return None
    verdict = await verifier.verify(_hypothesis(claim, question, (dispute.quote,), disputed=True))
    return Stance(says, False, (dispute.quote,)) if verdict.contradiction >= needed else None


async def _proven_correction(
    verifier: Verifier, claim: str, question: str, dispute: Dispute
) -> CorrectedClaim | None:
    """The first correction that the quote proves; None if it proves none. Of a value that is surely of the
    same kind it is enough that the quote fits the claim far better with it than without.
    """
    for corrected in dispute.corrections:
        proof = (await verifier.verify(_hypothesis(corrected.text, question, (dispute.quote,)))).proof
        if proof >= PROVEN:
            return corrected
        if corrected.alike and proof >= LIKELY:
            stated = (await verifier.verify(_hypothesis(claim, question, (dispute.quote,)))).proof
            if _odds(proof) >= FAR_BETTER * _odds(stated):
                return corrected
    return None


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-6)


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

    def keep(self, citations: Iterable[Citation]) -> None:
        """Keeps the numbers that quotes of articles have been given before."""
        for one in citations:
            if one.article_id:
                self._numbers.setdefault((one.article_id, one.start, one.end), one.number)

    def describe(self, judged: Judgement, sentence: CheckedSentence) -> CheckedSentence:
        """The sentence with what was judged of its claim."""
        cited = [tuple(map(self.cite, stance.quotes)) for stance in judged.stances]
        sides = tuple(
            Side(
                says=stance.says,
                agrees=stance.agrees,
                date=max((one.date for one in citations if one.date), default=None),
                citations=tuple(one.number for one in citations),
            )
            for stance, citations in zip(judged.stances, cited, strict=True)
        )
        return sentence.model_copy(
            update={
                "verdict": judged.verdict,
                "probability": round(judged.proof, 4),
                "citations": tuple(one for citations in cited for one in citations),
                "sides": sides if judged.verdict == "contradicted" else (),
            }
        )


def _hypothesis(claim: str, question: str, quotes: Quotes, *, disputed: bool = False) -> Hypothesis:
    first = quotes[0]
    hit, spans = first.excerpt.hit, first.excerpt.spans
    day = hit.date
    return Hypothesis(
        context=text_around(hit, spans[first.first][0], spans[first.last][1]),
        claim=claim,
        quote=" … ".join(quote.text for quote in quotes),
        question=question,
        quoted_on=day.isoformat() if day else "",
        disputed=disputed,
    )
