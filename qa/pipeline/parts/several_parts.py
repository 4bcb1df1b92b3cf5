"""Answers a question with several parts: each by itself, and those that no article answers by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Literal

from index.collection import Collection
from index.text.normalization import content_words, is_stop_word, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.parts.beside_parts import HOW_MUCH, fits_part, is_bare, is_repeated, near_part
from qa.pipeline.parts.joined_parts import joined
from qa.pipeline.understanding.subjects import subject_of
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import Answer, AnswerSentence, Citation, Event, Evidence, Progress, Question
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText

# The first of the possible answers to a question that is proven; empty if none is.
Proves = Callable[[Question, Sequence[Candidate]], Awaitable[CitedText]]
# So many sentences of the other parts, and so many that stand beside them, are held against a part.
MAX_SAID = MAX_BESIDE = 2


async def answer_parts(
    understanding: Understanding,
    collection: Collection,
    facts: Callable[[Question], AsyncGenerator[Event, None]],
    *,
    drafts: bool,
    proves: Proves | None = None,
) -> AsyncGenerator[Event, None]:
    """The evidence of the whole question, a Progress for each part, and one Answer for all of them. What no
    model `drafts` is quoted from the article of the other parts. Where a model does, a part that an earlier
    answer `proves` is not drafted, and for one that is declined the sentences beside those answers are tried.
    """
    answers: list[Answer] = []
    parts = understanding.parts
    for nth, part in enumerate(parts):
        if nth:
            yield Progress(done=nth, total=len(parts))
        question = _question(understanding, part)
        if proves and await _is_answered_by(answers, question, proves):
            unspent = {"usage": None, "timings": answers[0].timings.model_copy(update={"total_ms": 0.0})}
            answers.append(_with(answers[0], "answered", (), ()).model_copy(update=unspent))
            continue
        async with aclosing(facts(question)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    answers.append(event)
                elif isinstance(event, Evidence) and not nth:
                    yield event.model_copy(update={"question_searched": understanding.wording})
    if proves:
        found = await _proven(understanding, collection, answers, proves)
    else:
        found = {} if drafts else await asyncio.to_thread(_found, understanding, collection, answers)
    yield joined(understanding, [found.get(nth, answer) for nth, answer in enumerate(answers)])


async def _is_answered_by(answers: Sequence[Answer], question: Question, proves: Proves) -> bool:
    """Whether a sentence of the answers answers this question too: one says who bought it, for how much."""
    said = [
        Candidate(cited=CitedText(citations=one.citations).only([sentence]), claims=(sentence.text,))
        for one in answers
        if one.status == "answered"
        for sentence in one.sentences
    ]
    return bool(said and (await proves(question, said[-MAX_SAID:])).sentences)


async def _proven(
    understanding: Understanding, collection: Collection, answers: Sequence[Answer], proves: Proves
) -> dict[int, Answer]:
    """Of the parts that were declined, those that a sentence said later answers, or one beside the answers to
    the others.
    """
    answered = [one for one in answers if one.status == "answered"]
    declined = [nth for nth, one in enumerate(answers) if one.status == "declined"]
    found: dict[int, Answer] = {}
    if not answered or not declined:
        return found
    composition = Composition(understanding=understanding, collection=collection, reading=lambda *_: None)
    cited = [one for answer in answered for one in answer.citations]
    said = [sentence.text for answer in answered for sentence in answer.sentences]
    for nth in declined:
        part = understanding.parts[nth]
        question = _question(understanding, part)
        if await _is_answered_by(answers[nth + 1 :], question, proves):
            found[nth] = _with(answers[nth], "answered", (), ())
            continue
        candidates = await asyncio.to_thread(_beside, composition, part, cited, said)
        proven = await proves(question, candidates)
        if proven.sentences:
            found[nth] = _with(answers[nth], "answered", proven.sentences, proven.citations)
    return found


def _beside(
    composition: Composition, part: str, cited: Sequence[Citation], said: Sequence[str]
) -> list[Candidate]:
    """The sentences that stand beside those cited, as possible answers to the part."""
    ids = list(dict.fromkeys(one.article_id for one in cited))
    near = near_part(composition, part, ids, cited)
    candidates = []
    for one in [one for one in near if not is_repeated(one.text, said)][:MAX_BESIDE]:
        sentences, citations = Composed(lines=(Line.quoted(one),)).cited(composition.collection)
        quote = CitedText(sentences=sentences, citations=citations)
        candidates.append(Candidate(cited=quote, claims=(one.text,), is_drafted=False))
    return candidates


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
        asked = f"{part} {understanding.parts[0]}" if HOW_MUCH.fullmatch(part) else part
        new = [one.text for one in answer.sentences if not is_repeated(one.text, said)]
        fits = any(fits_part(part, asked, text, "") for text in new)
        # An answer in the article of another part is one of its sentences, and others may be nearer: "since
        # when?" is said beside who runs it.
        others = [one for other in answers if other is not answer for one in other.citations]
        same = {one.article_id for one in others}.intersection(one.article_id for one in answer.citations)
        if fits and not (nth and same):
            said += new
            continue
        if is_bare(part) and any(fits_part(part, asked, text, "") for text in said):
            # One sentence says who bought it and for how much.
            found[nth] = _with(answer, "answered", (), ())
            continue
        near = near_part(composition, part, ids, others) if ids else []
        fitting = [
            one
            for one in near
            if not is_repeated(one.text, said) and fits_part(part, asked, one.text, " ".join(said))
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


def _question(understanding: Understanding, part: str) -> Question:
    """The part with what the first one is about as its context, or, where that is not clear, with the other
    content words of the whole question; without it if the user searches for words of their own.
    """
    if understanding.question.search_as:
        return understanding.standalone.model_copy(update={"question": part})
    own = set(stems(part))
    subject = "" if is_bare(part) else subject_of(understanding.parts[0])
    context = [
        word
        for word in content_words(subject or understanding.wording)
        if not is_stop_word(word) and not set(stems(word)) <= own
    ]
    searched = f"{part} ({' '.join(context)})" if context and part != understanding.parts[0] else None
    return understanding.standalone.model_copy(update={"question": part, "search_as": searched})
