"""Which sentences of the excerpts support a sentence of a draft, and how well."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.schemas import Hit
from index.text.normalization import stems
from qa.guardrails.prompt_injection import screen_title
from qa.verification.draft_sentence import DraftSentence, QuestionTerms
from qa.verification.entities import (
    extract_entities,
    is_number,
    missing_entities,
)
from qa.verification.excerpts import Excerpt

# A sentence whose entities are all in its quotes is supported at or above either of these ...
SUPPORTED_OVERLAP, SUPPORTED_COSINE = 0.6, 0.65
# ... weakly supported at or above either of these, and otherwise unsupported.
WEAK_OVERLAP, WEAK_COSINE = 0.35, 0.45
# The cosine with the question from which on a passage is about the question's subject.
SAME_SUBJECT = 0.5
# A sentence can combine several quotes, but not many.
MAX_CITATIONS = 3
# "Relling is 41 years old" is supported by "Relling, 41, leads it" and "the 41-year-old".
_AGE = re.compile(r"\b(\d+) years old\b")
_APPOSITIVE_AGE = re.compile(r"(?<=, )\d+(?=[,.;])|\b\d+(?=-year-old)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteMatch:
    """Consecutive sentences of an excerpt, compared with a sentence of the draft.

    `missing` are the sentence's entities that the quote does not have: `missing_new` are those that are not
    in the question. `overlap` is the share of the sentence's words in the quote, 0 to 1. `cited` is whether
    the model cited the excerpt, and `negated` whether one negates what the other states.
    """

    excerpt: Excerpt
    first: int
    last: int
    missing: frozenset[str]
    missing_new: frozenset[str]
    overlap: float
    cosine: float
    cited: bool
    negated: bool

    @property
    def text(self) -> str:
        return self.excerpt.quote(self.first, self.last)

    @property
    def rank(self) -> tuple[float, ...]:
        """The higher the better: fewest new entities missing, then the most similar, cited and short."""
        missing_known = len(self.missing) - len(self.missing_new)
        similarity = self.overlap + self.cosine + 0.1 * self.cited - 0.1 * missing_known - 0.5 * self.negated
        return (-len(self.missing_new), similarity - 0.25 * (self.last - self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The quotes that together support a sentence, and how well."""

    quotes: tuple[QuoteMatch, ...]
    level: Literal["supported", "weak"]


def find_support(
    sentence: DraftSentence,
    question: QuestionTerms,
    excerpts: Sequence[Excerpt],
    cosines: Mapping[tuple[int, int], float],
) -> Support | None:
    """The support for the sentence; None if there is none. `cosines` are its similarities with each sentence
    of the excerpts, by the excerpt's number and the sentence's index in it.
    """
    quotes = _select_quotes(sentence, question, compare_quotes(sentence, question, excerpts, cosines))
    missing = sentence.entities.intersection(*(quote.missing for quote in quotes))
    context = " ".join(_context(quote.excerpt.hit) for quote in quotes)
    unnamed = missing_entities(missing, context, sentence.language)
    same_subject = any(quote.excerpt.hit.similarity >= SAME_SUBJECT for quote in quotes)
    # New names must be near the quote, and new numbers in it. Entities of the question may be missing from a
    # passage about the same subject: it can say Moscow for Russia.
    if (unnamed | set(filter(is_number, missing))) - question.entities or (unnamed and not same_subject):
        return None
    if _is_patched(sentence, quotes):
        return None
    level = _level(sentence, question, quotes)
    return Support(quotes=tuple(quotes), level="weak" if unnamed else level) if level else None


def compare_quotes(
    sentence: DraftSentence,
    question: QuestionTerms,
    excerpts: Sequence[Excerpt],
    cosines: Mapping[tuple[int, int], float],
) -> list[QuoteMatch]:
    """Each sentence of the excerpts and each two consecutive ones compared with the sentence, the best match
    first; `cosines` as for `find_support`.
    """
    matches = [
        _compare(sentence, question, excerpt, first, last, cosines)
        for excerpt in excerpts
        for first, last in excerpt.windows
    ]
    return sorted(matches, key=lambda match: match.rank, reverse=True)


def _compare(
    sentence: DraftSentence,
    question: QuestionTerms,
    excerpt: Excerpt,
    first: int,
    last: int,
    cosines: Mapping[tuple[int, int], float],
) -> QuoteMatch:
    quote = excerpt.quote(first, last)
    missing = sentence.missing_in(quote)
    return QuoteMatch(
        excerpt=excerpt,
        first=first,
        last=last,
        missing=missing,
        missing_new=missing - question.entities,
        overlap=len(sentence.words & set(stems(quote, sentence.language))) / len(sentence.words),
        cosine=max(cosines[excerpt.number, index] for index in range(first, last + 1)),
        cited=excerpt.number in sentence.marks,
        negated=sentence.contradicts_negation(quote),
    )


def _select_quotes(
    sentence: DraftSentence, question: QuestionTerms, candidates: list[QuoteMatch]
) -> list[QuoteMatch]:
    """The best quote, and further ones as long as they have entities that are still missing."""
    quotes: list[QuoteMatch] = []
    missing = sentence.entities
    while candidates and len(quotes) < MAX_CITATIONS:
        best = max(candidates, key=lambda quote: (-len(missing & quote.missing_new), quote.rank))
        if quotes and missing - question.entities <= best.missing_new:
            break
        quotes.append(best)
        missing &= best.missing
        if missing <= question.entities:
            break
        # Entities of different excerpts are combined only if the model cited them. The names of a list may
        # be anywhere in one passage.
        allowed = {best.excerpt.number} if sentence.is_list_of_names else set()
        candidates = [quote for quote in candidates if quote.cited or quote.excerpt.number in allowed]
    return quotes


def _is_patched(sentence: DraftSentence, quotes: Sequence[QuoteMatch]) -> bool:
    """Whether quotes of several articles are put together, and the passage of one lacks a name of the
    sentence: what is paid for a bridge is not what is paid after a storm.
    """
    if len({quote.excerpt.hit.passage.article_id for quote in quotes}) < 2:
        return False
    names = {one for one in sentence.entities if not is_number(one)}
    return any(missing_entities(names, _context(quote.excerpt.hit), sentence.language) for quote in quotes)


def _level(
    sentence: DraftSentence, question: QuestionTerms, quotes: Sequence[QuoteMatch]
) -> Literal["supported", "weak"] | None:
    """How well the words of the quotes support the sentence, apart from its entities."""
    quoted = " ".join(quote.text for quote in quotes)
    found = set(stems(quoted, sentence.language))
    if set(_AGE.findall(sentence.text)) & set(_APPOSITIVE_AGE.findall(quoted)):
        found |= set(stems("years old"))
    words = sentence.words - extract_entities(sentence.text, sentence.language)
    overlap = len(words & found) / len(words) if words else 1.0
    cosine = max(quote.cosine for quote in quotes)
    # A sentence that adds only entities to the question needs no other words of the quotes: "He plays for
    # the Reds" is supported by a quote about the Reds' player.
    adds_entities_only = bool(sentence.entities) and words - question.stems <= found
    if overlap < WEAK_OVERLAP and cosine < WEAK_COSINE and not adds_entities_only:
        return None
    strong = overlap >= SUPPORTED_OVERLAP or cosine >= SUPPORTED_COSINE
    return "supported" if strong and not sentence.contradicts_negation(quoted) else "weak"


def _context(hit: Hit) -> str:
    """The title, date and text of the passage, which name what its sentences are about."""
    date = f"{hit.date:%d %B %Y}" if hit.date else hit.period
    return f"{screen_title(hit.title)} {date} {hit.passage.text}"
