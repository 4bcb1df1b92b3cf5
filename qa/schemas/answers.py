"""Answers, the events that lead to one, and the thresholds below which a question is declined."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qa.schemas.base import Schema
from qa.schemas.kinds import Limit
from qa.schemas.passages import Citation, RetrievedPassage

DECLINED = "The articles do not say."
"""The text of a declined answer ..."""
NEAREST = "The nearest they say:"
"""... and what goes before the sentence that comes nearest to one."""


Support = Literal["supported", "weak", "catalogue", "computed"]
"""Quotes prove a "supported" sentence, and a "weak" one less clearly; "catalogue" was read from the fields of
the `articles`, and "computed" was worked out from the figures in its quotes.
"""


class AnswerSentence(Schema):
    """One sentence of an answer, without its marks, and the numbers of its citations; `articles` are the ids
    of those that a sentence of the catalogue is about.

    `probability` is how probable the verifier finds it, 0 to 1, that the quotes prove the sentence and the
    sentence answers the question; None if none was asked. `language` (ISO 639) is that of a quote which is
    shown as it is, because the answer in the question's language could not be proven.
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    articles: tuple[str, ...] = ()
    probability: float | None = None
    language: str | None = None


class Position(Schema):
    """One side of a conflict between sources."""

    claim: str
    citations: tuple[int, ...]


class Conflict(Schema):
    """A fact that the sources report differently."""

    about: str
    positions: tuple[Position, ...]


class Timings(Schema):
    """Milliseconds since the question arrived; `first_token_ms` is None if no model wrote."""

    search_ms: float
    first_token_ms: float | None
    total_ms: float


class Usage(Schema):
    """The number of tokens that a model read and wrote."""

    prompt_tokens: int
    answer_tokens: int


class Correction(Schema):
    """A word of the question as typed, and the word of the articles that it was read as."""

    typed: str
    read_as: str


class Understood(Schema):
    """How a question was understood: the question with its spelling corrected, what it is about, and the
    articles that it was limited to by its own words: those of an outlet, of some days, or one `article` with
    its title. `ignored` is what the asker has switched off.
    """

    question: str
    kind: str
    topic: str = ""
    source: str | None = None
    after: date | None = None
    before: date | None = None
    article: str | None = None
    article_title: str = ""
    corrections: tuple[Correction, ...] = ()
    ignored: tuple[Limit, ...] = ()


class Answer(Schema):
    """An answer in which every sentence is cited, read from the catalogue or computed; a declined one with
    the nearest passages; or, with the status "chat", a reply that is about no article.

    `kind` is what was asked for (`fact`, `summary`, `list` …), and `followups` are questions that the
    articles answer too.

    `short_answer` is the name, number or phrase that was asked for, if the sentences contain it. `nearest` is
    what the articles say instead, word for word, if the question was declined.

    `search_confidence`, `confidence` and `proof` are what the gates compare with their thresholds, 0 to 1:
    how well the best passage fits; if a draft was written, how likely the articles answer the question; and
    if it was verified, how probable the best proof of a sentence is.
    """

    status: Literal["answered", "declined", "chat"]
    text: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    question_searched: str
    passages: tuple[RetrievedPassage, ...] = ()
    timings: Timings
    model: str
    search_confidence: float | None = None
    confidence: float | None = None
    proof: float | None = None
    short_answer: str = ""
    nearest: AnswerSentence | None = None
    usage: Usage | None = None
    kind: str = "fact"
    understood: Understood | None = None
    followups: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        """Whether each sentence stands on a line of its own."""
        return "\n" in self.text


class Thresholds(Schema):
    """The confidence below which a question is declined: `search` before the model is called, `answer`
    after it wrote its first word, `proof` after its sentences were verified. A gate with threshold 0
    declines nothing.
    """

    search: float = Field(ge=0, le=1)
    answer: float = Field(ge=0, le=1)
    proof: float = Field(0.5, ge=0, le=1)


class Evidence(Schema):
    """First event of a stream: the retrieved passages, before any model is called."""

    question_searched: str
    passages: tuple[RetrievedPassage, ...]


class Token(Schema):
    """A part of the draft, as the model writes it; not yet checked."""

    text: str = Field(description="a part of the unchecked draft")


class Progress(Schema):
    """How many of the articles are read that an answer needs."""

    done: int
    total: int


Event = Evidence | Progress | Token | Answer
