"""The answers to the parts of a question as one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.text.messages.catalogue import messages_in
from index.text.normalization import content_words, is_stop_word, stems
from qa.pipeline.parts.beside_parts import has_time
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import Answer, AnswerSentence, Citation, Conflict, Usage
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.cited_text import with_marks

_HOW = re.compile(r"\b(?:how|wie) \w+", re.IGNORECASE)


def joined(understanding: Understanding, answers: Sequence[Answer]) -> Answer:
    """One answer with the sentences of all, citations numbered anew, and the missing parts named."""
    numbers: dict[tuple[str, int, int], Citation] = {}
    sentences: dict[str, AnswerSentence] = {}
    conflicts: list[Conflict] = []
    missing = []
    for part, answer in zip(understanding.parts, answers, strict=True):
        if answer.status == "declined":
            missing.append(part)
            continue
        renumbered = {}
        for citation in answer.citations:
            key = citation.article_id, citation.start, citation.end
            kept = numbers.setdefault(key, citation.model_copy(update={"number": len(numbers) + 1}))
            renumbered[citation.number] = kept.number
        for sentence in answer.sentences:
            cited = tuple(dict.fromkeys(renumbered[number] for number in sentence.citations))
            sentences.setdefault(sentence.text, sentence.model_copy(update={"citations": cited}))
        conflicts += (_renumbered(conflict, renumbered) for conflict in answer.conflicts)
    first = answers[0]
    if not sentences:
        return first.model_copy(update={"question_searched": understanding.wording})
    shown = list(sentences.values())
    text = " ".join(with_marks(sentence) for sentence in shown)
    said = [sentence.text for sentence in shown]
    answered = [part for part in understanding.parts if part not in missing]
    missing = [part for part in missing if not _is_said(part, answered, said)]
    messages = messages_in(understanding.question.language)
    for part in missing:
        unsaid = messages.gettext(
            "The articles do not say: {question}.", question=f"{part[0].lower()}{part[1:].rstrip('?')}"
        )
        shown.append(AnswerSentence(text=unsaid, citations=(), support="catalogue"))
        text += f" {unsaid}"
    return first.model_copy(
        update={
            "status": "answered",
            "text": text,
            "sentences": tuple(shown),
            "citations": tuple(numbers.values()),
            "conflicts": tuple(dict.fromkeys(conflicts)),
            "nearest": None,  # what a declined part was told
            "usage": _usage(answers),
            "question_searched": understanding.wording,
            "passages": tuple(
                {(one.article_id, one.start): one for answer in answers for one in answer.passages}.values()
            ),
            "timings": first.timings.model_copy(
                update={"total_ms": round(sum(answer.timings.total_ms for answer in answers), 1)}
            ),
        }
    )


def _renumbered(conflict: Conflict, numbers: Mapping[int, int]) -> Conflict:
    positions = (
        one.model_copy(update={"citations": tuple(numbers[number] for number in one.citations)})
        for one in conflict.positions
    )
    return conflict.model_copy(update={"positions": tuple(positions)})


def _usage(answers: Sequence[Answer]) -> Usage | None:
    """The tokens of all parts; None if no model reported any."""
    used = [answer.usage for answer in answers if answer.usage]
    if not used:
        return None
    return Usage(
        prompt_tokens=sum(one.prompt_tokens for one in used),
        answer_tokens=sum(one.answer_tokens for one in used),
    )


def _is_said(part: str, others: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the answers to the `others` have the number that this part asks for, or a time that none of the
    others asks for, in a sentence with other words of the part. To say that the articles do not say it would
    be wrong, even if nothing proves that they do.
    """
    expected = ExpectedAnswer.of(part)
    own = _content(part)
    if expected.number:
        # "For how much?" and "How old is she?" have no words of their own that an answer repeats.
        own = _content(_HOW.sub("", part)) - _content(" ".join(others))
        return any(expected.found_in(one) and (not own or own & set(stems(one))) for one in said)
    if "time" not in expected.kinds or any("time" in ExpectedAnswer.of(other).kinds for other in others):
        return False
    return any(has_time(one) and own.intersection(stems(one)) for one in said)


def _content(text: str) -> set[str]:
    return set(stems(" ".join(word for word in content_words(text) if not is_stop_word(word))))
