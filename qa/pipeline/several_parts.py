"""Answers a question with several parts: each by itself, and those that no article answers by name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Literal

from index.collection import Collection
from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, content_words, is_stop_word, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.pipeline.composition.nearest import scored_sentences
from qa.pipeline.joined_parts import joined
from qa.pipeline.understanding.subjects import subject_of
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import Answer, AnswerSentence, Citation, Event, Evidence, Progress, Question
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.conflicts.target_value import target_value
from qa.verification.entities import extract_names

# How near a sentence of the article that answers the other parts has to be to a part.
NEAR_PART = 0.3
# What a sentence gains that stands after an answer to another part; half of it before one. So many are tried.
BESIDE, MAX_TRIED = 0.3, 6
# The same for a part without words of its own.
ONLY_BESIDE = 1.0
# Of money, if the other parts are about buying and selling.
_HOW_MUCH = re.compile(r"(?:for |at |um |für )?(?:how much|wie ?viel)(?: money| geld)?\?", re.IGNORECASE)
# A year or a time of day; 52,000 is none.
_TIME = re.compile(r"(?<![\d,.])(?:1\d|20)\d\d(?![,.]?\d)|\b\d{1,2} ?: ?\d\d\b|\d ?[ap]\.?m\b", re.IGNORECASE)


async def answer_parts(
    understanding: Understanding,
    collection: Collection,
    facts: Callable[[Question], AsyncGenerator[Event, None]],
    *,
    drafts: bool,
) -> AsyncGenerator[Event, None]:
    """The evidence of the whole question, a Progress for each part, and one Answer for all of them. What no
    model `drafts` is quoted from the article of the other parts.
    """
    answers: list[Answer] = []
    parts = understanding.parts
    for nth, part in enumerate(parts):
        if nth:
            yield Progress(done=nth, total=len(parts))
        async with aclosing(facts(_question(understanding, part))) as events:
            async for event in events:
                if isinstance(event, Answer):
                    answers.append(event)
                elif isinstance(event, Evidence) and not nth:
                    yield event.model_copy(update={"question_searched": understanding.wording})
    found = {} if drafts else await asyncio.to_thread(_found, understanding, collection, answers)
    yield joined(understanding, [found.get(nth, answer) for nth, answer in enumerate(answers)])


def _found(
    understanding: Understanding, collection: Collection, answers: Sequence[Answer]
) -> dict[int, Answer]:
    """What the articles that answer one part say on those that are declined by themselves, or answered by
    what was said to another part, or by what cannot be an answer.
    """
    cited = [one for answer in answers if answer.status == "answered" for one in answer.citations]
    composition = Composition(understanding=understanding, collection=collection, reading=lambda *_: None)
    ids = list(dict.fromkeys(one.article_id for one in cited))
    ids = ids or [article.id for article in composition.articles(1)]
    found: dict[int, Answer] = {}
    said: list[str] = []
    for nth, answer in enumerate(answers):
        part = understanding.parts[nth]
        asked = f"{part} {understanding.parts[0]}" if _HOW_MUCH.fullmatch(part) else part
        new = [one.text for one in answer.sentences if not _is_repeated(one.text, said)]
        fits = any(_fits(part, asked, text, "") for text in new)
        # An answer in the article of another part is one of its sentences, and others may be nearer: "since
        # when?" is said beside who runs it.
        others = [one for other in answers if other is not answer for one in other.citations]
        same = {one.article_id for one in others}.intersection(one.article_id for one in answer.citations)
        if fits and not (nth and same):
            said += new
            continue
        if _is_bare(part) and any(_fits(part, asked, text, "") for text in said):
            # One sentence says who bought it and for how much.
            found[nth] = _with(answer, "answered", (), ())
            continue
        near = _near_part(composition, part, ids, others) if ids else []
        fitting = [
            one
            for one in near
            if not _is_repeated(one.text, said) and _fits(part, asked, one.text, " ".join(said))
        ]
        if fitting:
            lines = (Line(text=fitting[0].text, quotes=(fitting[0],), support="weak"),)
            sentences, citations = Composed(lines=lines).cited(collection)
            said.append(fitting[0].text)
            found[nth] = _with(answer, "answered", sentences, citations)
        elif fits:
            said += new
        elif new:  # a sentence that cannot answer it
            found[nth] = _with(answer, "declined", (), ())
    return found


def _with(
    answer: Answer,
    status: Literal["answered", "declined"],
    sentences: tuple[AnswerSentence, ...],
    citations: tuple[Citation, ...],
) -> Answer:
    """The answer with other sentences; that its sources disagree was said of those before."""
    update = {"status": status, "sentences": sentences, "citations": citations, "conflicts": ()}
    return answer.model_copy(update=update)


def _near_part(
    composition: Composition, part: str, ids: Sequence[str], cited: Sequence[Citation]
) -> list[ArticleSentence]:
    """The sentences near the part, best first. Those beside the answers to other parts are nearer: an article
    tells who bought a thing and for how much side by side. A part such as "for how much?" has no words of its
    own, so the whole question is its wording.
    """
    wording = composition.understanding.wording if _is_bare(part) else part
    ranked = scored_sentences(composition, wording, "", ids)
    answers = [
        (one.sentence.article.id, one.sentence.nth)
        for one in ranked
        if any(_overlap(one.sentence, citation) for citation in cited)
    ]
    beside = ONLY_BESIDE if _is_bare(part) else BESIDE
    bonus = {0: beside, 1: beside, -1: beside / 2}
    scores = {
        one.sentence: one.score
        + sum(bonus[off] for off in bonus if (one.sentence.article.id, one.sentence.nth - off) in answers)
        for one in ranked
    }
    own = {one.sentence: one.score for one in ranked}
    # What stands beside an answer is tried first, but has to be near by itself where the part says of what.
    enough = scores if _is_bare(part) else own
    near = [one for one in scores if enough[one] >= NEAR_PART]
    return sorted(near, key=lambda one: -scores[one])[:MAX_TRIED]


def _is_bare(part: str) -> bool:
    """Whether the part, such as "for how much?", says nothing of what it is about."""
    return sum(not is_stop_word(word) for word in content_words(part)) < 2


def _overlap(sentence: ArticleSentence, citation: Citation) -> bool:
    same = sentence.article.id == citation.article_id
    return same and sentence.start < citation.end and citation.start < sentence.end


def _is_repeated(text: str, said: Sequence[str]) -> bool:
    return any(stems(text) == stems(earlier) for earlier in said)


def _fits(part: str, asked: str, text: str, said: str) -> bool:
    """Whether the text has what the part asks for: of a name, one that the other parts have not. What is
    `asked` in full says that "how much" is a price: "For how much? Who bought it?".
    """
    expected, target = ExpectedAnswer.of(part), target_value(asked)
    if target and expected.number and not any(target.values(text)):
        return False
    if "name" in expected.kinds and not expected.number:
        return bool(extract_names(text) - extract_names(said) - expected.known)
    if "time" in expected.kinds and not (expected.duration or expected.number):
        return bool(_TIME.search(text)) or any(map(is_calendar_word, WORD.findall(text)))
    return not expected.kinds & {"number", "time", "name"} or expected.found_in(text)


def _question(understanding: Understanding, part: str) -> Question:
    """The part with what the first one is about as its context, or, where that is not clear, with the other
    content words of the whole question; without it if the user searches for words of their own.
    """
    if understanding.question.search_as:
        return understanding.standalone.model_copy(update={"question": part})
    own = set(stems(part))
    subject = "" if _is_bare(part) else subject_of(understanding.parts[0])
    context = [
        word
        for word in content_words(subject or understanding.wording)
        if not is_stop_word(word) and not set(stems(word)) <= own
    ]
    searched = f"{part} ({' '.join(context)})" if context and part != understanding.parts[0] else None
    return understanding.standalone.model_copy(update={"question": part, "search_as": searched})
