"""Checks the quotes of saved answers against the articles again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from index.errors import ArticleUnknown
from index.schemas import Article
from qa.errors import AnswerInvalid
from qa.schemas import Answer, Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckedCitation:
    """A citation of a saved answer; `reason` is empty if its quote is still in the article."""

    citation: Citation
    reason: str

    @property
    def holds(self) -> bool:
        return not self.reason


def missing_articles(answer: Answer, article_of: Callable[[str], Article]) -> list[str]:
    """The ids of articles that sentences of the catalogue name and that are gone; see `recheck`."""
    named = dict.fromkeys(id_ for sentence in answer.sentences for id_ in sentence.articles)
    missing = []
    for id_ in named:
        try:
            article_of(id_)
        except ArticleUnknown:
            missing.append(id_)
    return missing


class SavedAnswer(BaseModel):
    """A saved answer, and its collection if that was saved too."""

    answer: Answer | None
    collection: str | None = None


class SavedConversation(BaseModel):
    """A conversation as exported by the chat window; only its answers are read."""

    exchanges: tuple[SavedAnswer, ...]


def read_answers(name: str) -> list[SavedAnswer]:
    """The answers in a saved answer or conversation; `-` reads standard input. Raises AnswerInvalid if it is
    neither, or if a sentence cites a number without a citation.
    """
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        given = from_json(raw)
        if isinstance(given, dict) and "exchanges" in given:
            saved = SavedConversation.model_validate_json(raw).exchanges
        else:
            saved = (SavedAnswer(answer=Answer.model_validate_json(raw)),)
    except OSError as error:
        raise AnswerInvalid(f"{name} cannot be read: {error.strerror}; name another file") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise AnswerInvalid(_no_answer(name, f"{place}: {first['msg']}")) from None
    except ValueError as error:
        raise AnswerInvalid(_no_answer(name, str(error))) from None
    for each in saved:
        if each.answer and (unlisted := _unlisted(each.answer)):
            raise AnswerInvalid(f"{name} cites [{min(unlisted)}], which it does not list; ask again")
    return [each for each in saved if each.answer]


def _no_answer(name: str, why: str) -> str:
    return f"{name} is not a saved answer ({why}); save one with `quoth ask --json`, or from the window"


def _unlisted(answer: Answer) -> set[int]:
    listed = {citation.number for citation in answer.citations}
    said = [*answer.sentences, *([answer.nearest] if answer.nearest else [])]
    return {number for sentence in said for number in sentence.citations} - listed


def recheck(citation: Citation, article_of: Callable[[str], Article]) -> RecheckedCitation:
    """Whether the quote is still at its place in the article; `article_of` may raise ArticleUnknown."""
    try:
        text = article_of(citation.article_id).text
    except ArticleUnknown:
        return RecheckedCitation(citation=citation, reason="the article is gone")
    if 0 <= citation.start < citation.end and text[citation.start : citation.end] == citation.quote:
        return RecheckedCitation(citation=citation, reason="")
    at = text.find(citation.quote) if citation.quote else -1
    where = f"the words now stand at {at}" if at >= 0 else "the words are no longer in it"
    return RecheckedCitation(citation=citation, reason=f"the article's text has changed; {where}")
