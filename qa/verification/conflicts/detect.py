"""Finds where sources disagree: other numbers, dates, scores or office holders for what an answer states.

A false alarm is worse than a miss. Two sentences are a conflict only if all of these hold:

- they are from different articles, and neither is a copy of the other;
- each has a value of the kind that the question asks for, and the values are comparable: the same thing
  counted, the same outcome, the same office, equally precise dates. They contradict each other even if
  rounding, "about" and bounds such as "at least" are considered;
- both are about the question's names, and they do not each have names that the other's passage lacks, nor
  another day or year of the event;
- the other passage does not have the answer's value too, and with the values masked the sentences are
  similar in meaning (see `conflicting_claims`).

A value is superseded if the other article is newer and the value is one that changes (a toll, an office, a
date) or the newer sentence states a change ("now", "rose to", "rather than"). Numbers in articles more than
two weeks apart are a conflict only in that case: a fair has different numbers of visitors each year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from index.embedding.embedder import Vectors
from index.schemas import Hit
from index.text.messages.catalogue import ENGLISH
from index.text.messages.messages import Messages
from qa.guardrails.prompt_injection import screen_title
from qa.guardrails.sanitizer import sanitize
from qa.schemas import AnswerSentence, Citation, Conflict, Position
from qa.verification.cited_text import CitedText
from qa.verification.conflicts.claims import Claim, extract_claims
from qa.verification.conflicts.matching import conflicting_claims
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.supersession import supersedes
from qa.verification.conflicts.target_value import target_value
from qa.verification.entities import missing_entities

MAX_POSITIONS = 3
MAX_SOURCE_CHARACTERS = 60


class ConflictCheck(NamedTuple):
    """A verified answer that states where its sources disagree."""

    verified: CitedText
    conflicts: tuple[Conflict, ...] = ()


def check_conflicts(
    question: str,
    verified: CitedText,
    hits: Sequence[Hit],
    encode: Callable[[Sequence[str]], Vectors],
    messages: Messages = ENGLISH,
    heading: Messages = ENGLISH,
) -> ConflictCheck:
    """The verified answer with the first conflict about it in the retrieved passages.

    A conflict adds a sentence with citations that states each source's claim and date. If the answer's value
    is superseded, the added sentence replaces it and the newest value comes first. `encode` is called only
    if two values contradict each other. What is added is told by `messages`, what it is about by `heading`.
    """
    target = target_value(question)
    if not verified.sentences or not target:
        return ConflictCheck(verified=verified)
    claims = list(extract_claims(target, hits, question))
    for sentence in verified.sentences:
        for own in _stated_claims(sentence, verified.citations, claims):
            if others := conflicting_claims(own, claims, question, encode):
                sides = (own, *others[: MAX_POSITIONS - 1])
                return _with_conflict(verified, heading.told(target.about), claims, sides, messages)
    return ConflictCheck(verified=verified)


def _stated_claims(
    sentence: AnswerSentence, citations: Sequence[Citation], claims: Sequence[Claim]
) -> Iterator[Claim]:
    """The claims of the sentence's quotes whose values the sentence states."""
    cited = [citation for citation in citations if citation.number in sentence.citations]
    for claim in claims:
        is_cited = any(_contains(citation, claim) for citation in cited)
        if is_cited and not missing_entities(claim.entities, sentence.text):
            yield claim


def _contains(citation: Citation, claim: Claim) -> bool:
    is_inside = citation.start <= claim.span[0] and claim.span[1] <= citation.end
    return is_inside and citation.article_id == claim.hit.passage.article_id


def _with_conflict(
    verified: CitedText,
    about: str,
    claims: Sequence[Claim],
    sides: Sequence[Claim],
    messages: Messages,
) -> ConflictCheck:
    """The answer with a sentence about the conflict; the first of the sides is the answer's own."""
    newest = max(sides, key=_date)
    superseded = [side for side in sides if side is not newest and supersedes(newest, side)]
    if len(superseded) == len(sides) - 1:
        sides = [newest, *sorted(superseded, key=_date, reverse=True)]
    else:
        superseded = []
    citations = list(verified.citations)
    numbers = [_cite(side, citations) for side in sides]
    statements = [_statement(side, messages, superseded=side in superseded) for side in sides]
    positions = tuple(
        Position(claim=statement, citations=(number,))
        for statement, number in zip(statements, numbers, strict=True)
    )
    added = AnswerSentence(
        text="; ".join(statements) + ".", citations=tuple(dict.fromkeys(numbers)), support="supported"
    )
    stated = [
        (sentence, list(_stated_claims(sentence, verified.citations, claims)))
        for sentence in verified.sentences
    ]
    if superseded:
        stated = [
            (sentence, own)
            for sentence, own in stated
            if newest in own or not any(side in own for side in superseded)
        ]
        position = next((nth for nth, (_, own) in enumerate(stated, 1) if newest in own), 0)
    else:
        position = len(stated)
    sentences = [sentence for sentence, _ in stated]
    sentences.insert(position, added)
    return _renumbered(sentences, citations, Conflict(about=about, positions=positions))


def _renumbered(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], conflict: Conflict
) -> ConflictCheck:
    """The answer with its citations numbered from 1 without gaps; unused ones are left out."""
    used = {number for sentence in sentences for number in sentence.citations}
    kept = [citation for citation in citations if citation.number in used]
    renumbered = {citation.number: number for number, citation in enumerate(kept, 1)}

    def update(old: Sequence[int]) -> dict[str, tuple[int, ...]]:
        return {"citations": tuple(renumbered[number] for number in old)}

    positions = tuple(side.model_copy(update=update(side.citations)) for side in conflict.positions)
    return ConflictCheck(
        verified=CitedText(
            sentences=tuple(each.model_copy(update=update(each.citations)) for each in sentences),
            citations=tuple(each.model_copy(update={"number": renumbered[each.number]}) for each in kept),
        ),
        conflicts=(conflict.model_copy(update={"positions": positions}),),
    )


def _statement(side: Claim, messages: Messages, *, superseded: bool) -> str:
    told = {"source": _source(side.hit, messages), "value": side.value_text}
    if isinstance(side.value, OfficeHolder):
        if superseded:
            return messages.gettext("{source} named {value}", **told)
        return messages.gettext("{source} names {value}", **told)
    if superseded:
        return messages.gettext("{source} said {value}", **told)
    return messages.gettext("{source} says {value}", **told)


def _date(side: Claim) -> date:
    return side.hit.date or date.min


def _cite(side: Claim, citations: list[Citation]) -> int:
    """The number of the citation with the claim's sentence, which is added if it is new."""
    for citation in citations:
        if _contains(citation, side):
            return citation.number
    number = max((citation.number for citation in citations), default=0) + 1
    citations.append(Citation.of(number, side.hit, *side.span))
    return number


def _source(hit: Hit, messages: Messages) -> str:
    """The source as `The Ferry Times (4 May 2024)`, or the title if it is unknown. Square brackets are
    replaced, because they would look like citation marks.
    """
    title = screen_title(hit.title) or hit.passage.article_id
    name = sanitize(screen_title(hit.source)) or f"“{sanitize(title)}”"
    if len(name) > MAX_SOURCE_CHARACTERS:
        name = name[:MAX_SOURCE_CHARACTERS].rsplit(" ", 1)[0] + ("…" if hit.source else "…”")
    when = messages.long_day(hit.date) if hit.date else hit.period or messages.gettext("undated")
    return f"{name} ({when})"
