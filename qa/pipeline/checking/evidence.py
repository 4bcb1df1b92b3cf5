"""Which quotes could prove a claim, and which could contradict it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from index.embedding.embedder import Vectors
from index.schemas import Hit, Passage
from qa.guardrails.prompt_injection import screen_sentences
from qa.guardrails.sanitizer import sanitize
from qa.pipeline.checking.corrections import CorrectedClaim, corrections
from qa.pipeline.checking.denials import Affirmed, affirmed
from qa.verification.draft_sentence import DraftSentence, QuestionTerms
from qa.verification.entities import is_number, missing_entities
from qa.verification.excerpts import Excerpt, text_around
from qa.verification.support import QuoteMatch, Support, compare_quotes, find_support

# A verifier takes a second or two for each quote, so few are tried.
MAX_PROOFS, MAX_DISPUTES = 3, 2
# A quote that contradicts a claim speaks of the same: it has this share of the claim's words or this cosine.
DISPUTE_OVERLAP, DISPUTE_COSINE = 0.5, 0.6
# One that has another value in the claim's place may be less alike, and so may one that could prove the claim
# though it does not name all that the claim names.
CLOSE_OVERLAP, CLOSE_COSINE = 0.4, 0.5

Quotes = tuple[QuoteMatch, ...]
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A quote that could contradict a claim, and what the claim would say with the quote's values; no
    `corrections` if the claim has no other value than the quote. `affirmed` are both without the denial that
    one of them has, and `may_deny` is whether the quote is so alike that it may deny it in other words.
    """

    quote: QuoteMatch
    corrections: tuple[CorrectedClaim, ...]
    affirmed: Affirmed | None = None
    may_deny: bool = True

    @property
    def is_clear(self) -> bool:
        """Whether the quote contradicts the claim for sure if it speaks of the same."""
        return bool(self.affirmed) or any(one.alike for one in self.corrections)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvidence:
    """Quotes for one claim. `proofs` have all that it names, each of one or several quotes, or at least
    nothing else of the kind; `disputes` speak
    of the same and say it differently. Both are in the order in which to try them; `exhaustive` evidence is
    tried to its end, though an earlier quote proves the claim.
    """

    proofs: tuple[Quotes, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    exhaustive: bool = False


def find_evidence(claim: str, question: str, excerpts: Sequence[Excerpt], encode: Encode) -> ClaimEvidence:
    """The evidence in passages that were found for the claim."""
    if not excerpts:
        return ClaimEvidence()
    sentence, terms = DraftSentence.of(claim), QuestionTerms.of(question)
    cosines = _cosines(claim, excerpts, encode)
    ranked = compare_quotes(sentence, terms, excerpts, cosines)
    support = find_support(sentence, terms, excerpts, cosines)
    complete = ((quote,) for quote in ranked if not quote.missing_new and not _overlaps(quote, support))
    unnamed = ((quote,) for quote in _by_similarity(ranked) if _leaves_unnamed(sentence, quote))
    proofs = [support.quotes] if support else []
    disputes = _disputes(sentence, ranked)
    return ClaimEvidence(
        proofs=(*proofs, *islice(chain(complete, unnamed), MAX_PROOFS - len(proofs))),
        disputes=tuple(each for each in disputes if not (support and _is_superseded(each, support))),
    )


def hold_against(claim: str, question: str, excerpts: Sequence[Excerpt], encode: Encode) -> ClaimEvidence:
    """The evidence in given quotes: each that has the claim's numbers, and those that dispute it."""
    sentence, terms = DraftSentence.of(claim), QuestionTerms.of(question)
    ranked = compare_quotes(sentence, terms, excerpts, _cosines(claim, excerpts, encode))
    return ClaimEvidence(
        proofs=tuple((quote,) for quote in ranked if not any(map(is_number, quote.missing_new))),
        disputes=_disputes(sentence, ranked),
        exhaustive=True,
    )


def excerpts_of(hits: Iterable[Hit], claim: str) -> list[Excerpt]:
    """All sentences of the passages except those that instruct the model."""
    excerpts: list[Excerpt] = []
    for hit in hits:
        screened = screen_sentences(hit.passage.text, claim)
        shift = hit.passage.start
        spans = tuple((one.start + shift, one.end + shift) for one in screened if one.trusted)
        if spans:
            excerpts.append(_excerpt(len(excerpts) + 1, hit, spans))
    return excerpts


def excerpts_of_quotes(quotes: Sequence[str]) -> list[Excerpt]:
    """The quotes, each as an excerpt of one sentence and of no article."""
    return [
        _excerpt(
            number,
            Hit(
                passage=Passage(id="", article_id="", start=0, end=len(quote), text=quote),
                title="",
                url="",
                date=None,
                source="",
                score=1.0,
                similarity=1.0,
                coverage=1.0,
            ),
            ((0, len(quote)),),
        )
        for number, quote in enumerate(quotes, 1)
    ]


def _excerpt(number: int, hit: Hit, spans: tuple[tuple[int, int], ...]) -> Excerpt:
    unranked = (0.0,) * len(spans)
    return Excerpt(number=number, hit=hit, spans=spans, ranks=unranked, relevance=unranked)


def _cosines(claim: str, excerpts: Sequence[Excerpt], encode: Encode) -> dict[tuple[int, int], float]:
    """The cosine of the claim with each sentence, by the excerpt's number and the sentence's index in it."""
    places = [(excerpt, index) for excerpt in excerpts for index in range(len(excerpt.spans))]
    vectors = encode([claim, *(sanitize(excerpt.quote(index, index)) for excerpt, index in places)])
    cosines = vectors[1:] @ vectors[0]
    return {
        (excerpt.number, index): float(value) for (excerpt, index), value in zip(places, cosines, strict=True)
    }


def _by_similarity(ranked: Iterable[QuoteMatch]) -> list[QuoteMatch]:
    return sorted(ranked, key=lambda quote: -(quote.overlap + quote.cosine))


def _leaves_unnamed(sentence: DraftSentence, quote: QuoteMatch) -> bool:
    """Whether the quote is close to the claim, and has nothing in the place of what it lacks of it: "a small
    dog lay beside her" for "a dog was placed in the grave at Nether Collan". The claim's numbers must be in
    the quote or beside it.
    """
    if not quote.missing_new or not _is_close(quote) or corrections(sentence, quote.text):
        return False
    hit, spans = quote.excerpt.hit, quote.excerpt.spans
    beside = text_around(hit, spans[quote.first][0], spans[quote.last][1])
    return not missing_entities(set(filter(is_number, quote.missing_new)), beside)


def _is_close(quote: QuoteMatch) -> bool:
    return quote.overlap >= CLOSE_OVERLAP or quote.cosine >= CLOSE_COSINE


def _overlaps(quote: QuoteMatch, support: Support | None) -> bool:
    """Whether the quote has a sentence that the support has."""
    return any(
        quote.excerpt.number == other.excerpt.number
        and quote.first <= other.last
        and other.first <= quote.last
        for other in (support.quotes if support else ())
    )


def _is_superseded(dispute: Dispute, support: Support) -> bool:
    """Whether the support, which has all that the claim names, is newer: what an older article gave was
    changed since.
    """
    day = dispute.quote.excerpt.hit.date
    return day is not None and any(
        quote.excerpt.hit.date is not None and day < quote.excerpt.hit.date for quote in support.quotes
    )


def _disputes(sentence: DraftSentence, ranked: Sequence[QuoteMatch]) -> tuple[Dispute, ...]:
    """The single sentences most similar to the claim that could contradict it."""
    disputes = [
        Dispute(
            quote=quote,
            corrections=tuple(corrections(sentence, quote.text)),
            affirmed=affirmed(sentence.text, quote.text),
            may_deny=_could_deny(quote),
        )
        for quote in ranked
        if quote.first == quote.last and _is_close(quote)
    ]
    able = [each for each in disputes if each.corrections or each.affirmed or each.may_deny]
    able.sort(key=lambda each: (not each.is_clear, -(each.quote.overlap + each.quote.cosine)))
    return tuple(able[:MAX_DISPUTES])


def _could_deny(quote: QuoteMatch) -> bool:
    """Whether the quote could contradict a claim of which it has no other value."""
    alike = quote.overlap >= DISPUTE_OVERLAP or quote.cosine >= DISPUTE_COSINE
    return alike and (quote.negated or not quote.missing)
