"""The sentences of the excerpts that hold a sentence of the draft, and how well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from index.schemas import Hit
from index.text.normalization import content_words, stem, stems
from qa.verification.entities import denied, facts, facts_within, missing
from qa.verification.excerpts import Excerpt

# At or above either, a sentence whose names and numbers all stand in its quote is supported ...
SUPPORTED_WORDS, SUPPORTED_COSINE = 0.6, 0.65
# ... at or above either of these it is shown as weakly supported, and below it is not shown.
WEAK_WORDS, WEAK_COSINE = 0.35, 0.45
# At or above this a passage is about what was asked, even in other words.
SAME_SUBJECT = 0.5
# A sentence may put together what stands in different places, but not in many.
MAX_CITATIONS = 3

# "Relling is 41 years old" says what "Relling, 41, leads it" and "the 41-year-old" do.
_AGE = re.compile(r"\b(\d+) years old\b")
_AGE_IN_PASSING = re.compile(r"(?<=, )\d+(?=[,.;])|\b\d+(?=-year-old)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteMatch:
    """Sentences of one excerpt, held against one sentence of the draft.

    `missing` are the facts that the quote does not have: those that answer (`added`), and those that the
    question brought (`repeated`). It is `turned` where one of the two denies what the other says.
    """

    excerpt: Excerpt
    first: int
    last: int
    added: frozenset[str]
    repeated: frozenset[str]
    words: float
    cosine: float
    cited: bool
    turned: bool

    @property
    def missing(self) -> frozenset[str]:
        return self.added | self.repeated

    @property
    def rank(self) -> tuple[float, ...]:
        # What answers first, then likeness; the model's own mark decides between equals, then brevity.
        # "It opens at nine" answers when the museum opens, where its neighbours name the museum.
        # That a thing was not, or what would be without it, is the last to rest a sentence on.
        likeness = self.words + self.cosine + 0.1 * self.cited - 0.1 * len(self.repeated) - 0.5 * self.turned
        return (-len(self.added), likeness - 0.25 * (self.last - self.first))


def held(
    text: str,
    marks: frozenset[int],
    asked: AbstractSet[str],
    askers: Sequence[str],
    excerpts: Sequence[Excerpt],
    near: dict[tuple[int, int], float],
) -> tuple[list[QuoteMatch], Literal["supported", "weak"] | None]:
    """The quotes that together hold the sentence, and how well; None where they do not.

    `marks` are the numbers of excerpts that the model gave the sentence, and `near` its cosine with each
    sentence of the excerpts, by the excerpt's number and the sentence's place in it. `asked` are the facts of
    the question and `askers` the stems of its words, which the sentence may repeat.
    """
    needed = facts(text) if text.endswith((".", "!", "?")) else facts_within(text)
    words = {stem(word) for word in content_words(text)}
    candidates = [
        _compared(text, needed, asked, words, excerpt, first, last, near, excerpt.number in marks)
        for excerpt in excerpts
        for begin, end in excerpt.runs
        for first in range(begin, end + 1)
        for last in range(first, min(first + 1, end) + 1)
    ]
    quotes: list[QuoteMatch] = []
    open_facts = frozenset(needed)
    while candidates and len(quotes) < MAX_CITATIONS:
        best = max(candidates, key=lambda quote: (-len(open_facts & quote.added), quote.rank))
        if quotes and open_facts - asked <= best.added:
            break
        quotes.append(best)
        open_facts &= best.missing
        if open_facts <= asked:
            break
        # A name from here and a number from there are put together only where the model said so itself, but
        # names that are no more than listed may stand anywhere in one passage.
        listed = {best.excerpt.number} if words <= needed else set()
        candidates = [quote for quote in candidates if quote.cited or quote.excerpt.number in listed]
    unnamed = missing(open_facts, " ".join(_around(quote.excerpt.hit) for quote in quotes))
    same_subject = any(quote.excerpt.hit.similarity >= SAME_SUBJECT for quote in quotes)
    # What the answer adds must be named near its quote, and a number in it; what it repeats of the
    # question need not be where the passage is about the same thing: Moscow may be Russia there.
    if (unnamed | _numbers(open_facts)) - asked or (unnamed and not same_subject):
        return [], None
    quoted = " ".join(quote.excerpt.quote(quote.first, quote.last) for quote in quotes)
    had = set(stems(quoted))
    if set(_AGE.findall(text)) & set(_AGE_IN_PASSING.findall(quoted)):
        had |= set(stems("years old"))
    # Facts were looked at already: that a date stands somewhere says nothing of what happened then.
    told = words - facts(text)
    overlap = len(told & had) / len(told) if told else 1.0
    cosine = max(quote.cosine for quote in quotes)
    # "He plays for the Reds" under a quote about the Reds' player adds nothing but a name it has.
    added = told - set(askers)
    if overlap < WEAK_WORDS and cosine < WEAK_COSINE and not (needed and added <= had):
        return [], None
    strong = overlap >= SUPPORTED_WORDS or cosine >= SUPPORTED_COSINE
    return quotes, "supported" if strong and not _turned(text, quoted) and not unnamed else "weak"


def _turned(text: str, quoted: str) -> bool:
    """Whether one of them denies what the other one says."""
    ours, theirs = denied(text), denied(quoted)
    return bool((theirs - ours) & set(stems(text)) or (ours - theirs) & set(stems(quoted)))


def _around(hit: Hit) -> str:
    """What names the things that a quote of this passage is about: its title, its day, its sentences."""
    day = f"{hit.date:%d %B %Y}" if hit.date else ""
    return f"{hit.title} {day} {hit.passage.text}"


def _compared(
    text: str,
    needed: set[str],
    asked: AbstractSet[str],
    words: set[str],
    excerpt: Excerpt,
    first: int,
    last: int,
    near: dict[tuple[int, int], float],
    cited: bool,
) -> QuoteMatch:
    quote = excerpt.quote(first, last)
    lacking = missing(needed, quote)
    return QuoteMatch(
        excerpt=excerpt,
        first=first,
        last=last,
        added=frozenset(lacking - asked),
        repeated=frozenset(lacking & asked),
        words=len(words & set(stems(quote))) / len(words),
        cosine=max(near[excerpt.number, nth] for nth in range(first, last + 1)),
        cited=cited,
        turned=_turned(text, quote),
    )


def _numbers(found: AbstractSet[str]) -> set[str]:
    return {fact for fact in found if fact[0].isdigit()}
