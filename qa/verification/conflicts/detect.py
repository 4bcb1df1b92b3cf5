"""Where the sources disagree: other numbers, days, scores or office-holders for what an answer says.

A false alarm is worse than a miss, so two sentences count as a disagreement only where all of this holds:

- they are of different articles, and neither article is a copy of the other;
- each has a value of the kind the question asks for, and of the same sort: the same thing counted, the
  same fate, the same office, a day told as finely. The two clash even when rounding, "about" and
  limits such as "at least" are allowed for (see `amounts`, `occasions`, `roles`);
- both are about the question's names, and they do not each bring in names which the other's passage
  lacks, nor another day or year of what happened;
- the other passage does not give the answer's value as well, and with the values masked the
  sentences are alike in meaning (see `rivals`).

A value is overtaken where the other article is newer and the thing is one that changes (a toll, an
office, a date) or the newer sentence says so ("now", "rose to", "rather than"). Figures in articles
further apart than two weeks are a disagreement only in that case: a fair has other visitors each year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from index.embedding.embedder import Vectors
from index.schemas import Hit
from qa.guardrails.sanitizer import sanitize
from qa.schemas import AnswerSentence, Citation, Conflict, Position
from qa.verification.citations import VerifiedDraft
from qa.verification.conflicts.claims import Claim, said
from qa.verification.conflicts.matching import rivals
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.supersession import overtakes
from qa.verification.conflicts.target_value import TargetValue, asked
from qa.verification.entities import missing

MOST_POSITIONS = 3
OUTLET_CHARACTERS = 60


class ConflictCheck(NamedTuple):
    """An answer that says where its sources disagree."""

    checked: VerifiedDraft
    conflicts: tuple[Conflict, ...] = ()


def compare(
    question: str, checked: VerifiedDraft, hits: Sequence[Hit], encode: Callable[[Sequence[str]], Vectors]
) -> ConflictCheck:
    """The checked answer, and with it the first disagreement about it that the passages found show.

    Then a sentence is added that says who says what and when, cited. Where the answer took a value
    that is overtaken, that sentence stands in the place of the overtaken one, the newer value first.
    `encode` is called only where two values clash.
    """
    if not checked.sentences or not (kind := asked(question)):
        return ConflictCheck(checked=checked)
    values = list(said(kind, hits, question))
    for sentence in checked.sentences:
        for own in _given(sentence, checked, values):
            if others := rivals(own, values, question, encode):
                return _told(kind, checked, values, [own, *others[: MOST_POSITIONS - 1]])
    return ConflictCheck(checked=checked)


def _given(sentence: AnswerSentence, checked: VerifiedDraft, values: Sequence[Claim]) -> Iterator[Claim]:
    """The values of the sentence's quotes that the sentence gives too."""
    cited = [citation for citation in checked.citations if citation.number in sentence.citations]
    for one in values:
        if any(_has(citation, one) for citation in cited) and not missing(one.needs, sentence.text):
            yield one


def _has(citation: Citation, one: Claim) -> bool:
    inside = citation.start <= one.span[0] and one.span[1] <= citation.end
    return inside and citation.article_id == one.hit.passage.article_id


def _told(
    kind: TargetValue, checked: VerifiedDraft, values: Sequence[Claim], sides: Sequence[Claim]
) -> ConflictCheck:
    """The answer with a sentence that says who says what; the first of the sides is its own."""
    newest = max(sides, key=_day)
    overtaken = [side for side in sides if side is not newest and overtakes(side, newest)]
    if len(overtaken) == len(sides) - 1:
        sides = [newest, *sorted(overtaken, key=_day, reverse=True)]
    else:
        overtaken = []
    citations = list(checked.citations)
    numbers = [_cite(side, citations) for side in sides]
    claims = [_claim(side, overtaken=side in overtaken) for side in sides]
    added = AnswerSentence(
        text="; ".join(claims) + ".", citations=tuple(dict.fromkeys(numbers)), support="supported"
    )
    positions = tuple(
        Position(claim=claim, citations=(number,)) for claim, number in zip(claims, numbers, strict=True)
    )
    sentences = list(checked.sentences)
    if overtaken:
        sentences = [
            one
            for one in sentences
            if newest in (given := list(_given(one, checked, values)))
            or not any(side in given for side in overtaken)
        ]
    told = next((nth for nth, one in enumerate(sentences, 1) if newest in _given(one, checked, values)), 0)
    sentences.insert(told if overtaken else len(sentences), added)
    return _counted_anew(sentences, citations, Conflict(about=kind.about, positions=positions))


def _counted_anew(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], conflict: Conflict
) -> ConflictCheck:
    """All of it with citations numbered from 1 without a gap, those left out that no sentence has."""
    used = {number for sentence in sentences for number in sentence.citations}
    kept = [citation for citation in citations if citation.number in used]
    anew = {citation.number: number for number, citation in enumerate(kept, 1)}

    def numbers(old: Sequence[int]) -> dict[str, tuple[int, ...]]:
        return {"citations": tuple(anew[number] for number in old)}

    positions = tuple(side.model_copy(update=numbers(side.citations)) for side in conflict.positions)
    return ConflictCheck(
        checked=VerifiedDraft(
            sentences=tuple(one.model_copy(update=numbers(one.citations)) for one in sentences),
            citations=tuple(one.model_copy(update={"number": anew[one.number]}) for one in kept),
        ),
        conflicts=(conflict.model_copy(update={"positions": positions}),),
    )


def _claim(side: Claim, *, overtaken: bool) -> str:
    says, said = ("names", "named") if isinstance(side.value, OfficeHolder) else ("says", "said")
    return f"{_outlet(side.hit)} {said if overtaken else says} {side.written}"


def _day(side: Claim) -> date:
    return side.hit.date or date.min


def _cite(side: Claim, citations: list[Citation]) -> int:
    """The number of the citation that has the sentence, which is made where there is none."""
    for citation in citations:
        if _has(citation, side):
            return citation.number
    number = max((citation.number for citation in citations), default=0) + 1
    citations.append(Citation.of(number, side.hit, *side.span))
    return number


def _outlet(hit: Hit) -> str:
    """As `The Ferry Times (4 May 2024)`, or the title where the outlet is not known; square brackets
    could pass for a mark.
    """
    name = sanitize(hit.source) or f"“{sanitize(hit.title or hit.passage.article_id)}”"
    if len(name) > OUTLET_CHARACTERS:
        name = name[:OUTLET_CHARACTERS].rsplit(" ", 1)[0] + ("…" if hit.source else "…”")
    return f"{name} ({hit.date.day} {hit.date:%B %Y})" if hit.date else f"{name} (undated)"
