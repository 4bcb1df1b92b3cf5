"""The values of a conversation, as they cross the wire: question in, answer out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Literal
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.schemas import Article, Filters, Hit, IngestReport
from index.text.shingles import Shingles
from qa.errors import QuestionInvalid

# The text of an answer that the articles do not give.
DECLINED = "The articles do not say."
MAX_QUESTION_CHARACTERS = 2_000
MAX_TURNS, MAX_TURN_CHARACTERS = 200, 20_000


class Schema(BaseModel):
    """A frozen value; unknown fields are an error, so that a typo is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(Schema):
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN_CHARACTERS)


class Question(Schema):
    """What a person asks, in the conversation and on the day they ask it.

    `search_as` is what they want to be searched, where it is not what would be searched by itself.
    """

    question: str
    history: tuple[Turn, ...] = Field((), max_length=MAX_TURNS)
    search_as: str | None = None
    as_of: date | None = None
    filters: Filters = Filters()
    collection: str = "default"

    @property
    def limits(self) -> Filters:
        """The filters of the search, `as_of` among them."""
        return replace(self.filters, as_of=self.as_of) if self.as_of else self.filters


def checked_question(question: str, **details: object) -> Question:
    """A Question of what a door was given, or QuestionInvalid with what is wrong."""
    text = _checked(question, "the question")
    line = details.get("search_as")
    if isinstance(line, str):
        # Where it was emptied, what would be searched by itself is searched.
        details["search_as"] = _checked(line, "what is to be searched") if line.strip() else None
    try:
        return Question.model_validate({"question": text, **details})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise QuestionInvalid(f"the question's {place} is not usable: {first['msg']}") from None


def _checked(text: str, what: str) -> str:
    text = text.strip()
    if not text:
        raise QuestionInvalid(f"{what} is empty; type one")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionInvalid(
            f"{what} has {len(text):,} characters; shorten it to {MAX_QUESTION_CHARACTERS:,} or fewer"
        )
    if any(category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in text):
        raise QuestionInvalid(f"{what} has control characters in it; type it as plain text")
    return text


class DuplicateArticle(Schema):
    """An article that tells the same story in the same words as another one."""

    article_id: str
    title: str
    url: str
    date: date | None
    source: str

    @classmethod
    def of(cls, article: Article) -> DuplicateArticle:
        return cls(
            article_id=article.id,
            title=article.title,
            url=article.url,
            date=article.date,
            source=article.source,
        )


class RetrievedPassage(Schema):
    """A passage a search found; `text` is exactly `article.text[start:end]`. `also` have most of it."""

    article_id: str
    title: str
    url: str
    date: date | None
    source: str
    start: int
    end: int
    text: str
    score: float
    also: tuple[DuplicateArticle, ...] = ()

    @classmethod
    def of(cls, hit: Hit) -> RetrievedPassage:
        passage = hit.passage
        return cls(
            article_id=passage.article_id,
            title=hit.title,
            url=hit.url,
            date=hit.date,
            source=hit.source,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            score=round(hit.score, 4),
            also=tuple(map(DuplicateArticle.of, hit.also)),
        )


class Citation(Schema):
    """The words an answer rests on: `quote` is exactly `article.text[start:end]`, in code points.

    `also` have the same words in the same order, whatever marks and spaces stand between them.
    """

    number: int
    article_id: str
    title: str
    url: str
    date: date | None
    source: str
    start: int
    end: int
    quote: str
    also: tuple[DuplicateArticle, ...] = ()

    @classmethod
    def of(cls, number: int, hit: Hit, start: int, end: int) -> Citation:
        """The words from `start` to `end` of the article, which lie in the passage of the hit."""
        passage = hit.passage
        quote = passage.text[start - passage.start : end - passage.start]
        words = Shingles.of(quote)
        return cls(
            number=number,
            article_id=passage.article_id,
            title=hit.title,
            url=hit.url,
            date=hit.date,
            source=hit.source,
            start=start,
            end=end,
            quote=quote,
            # A copy may have changed just these words.
            also=tuple(
                DuplicateArticle.of(article) for article in hit.also if Shingles.of(article.text).has(words)
            ),
        )


def also_in(found: Citation | RetrievedPassage) -> dict[str, str]:
    """The addresses of the copies by what to call them here: by outlet, or by title where there is
    none or it is this one's.
    """
    return {
        (copy.source if copy.source != found.source else "") or copy.title or copy.article_id: copy.url
        for copy in found.also
    }


class AnswerSentence(Schema):
    """One sentence of an answer, without its marks, and the numbers of its citations."""

    text: str
    citations: tuple[int, ...]
    support: Literal["supported", "weak"]


class Position(Schema):
    """One side of a disagreement."""

    claim: str
    citations: tuple[int, ...]


class Conflict(Schema):
    """A thing the sources say differently."""

    about: str
    positions: tuple[Position, ...]


class Timings(Schema):
    """Milliseconds since the question arrived; `first_token_ms` is None where no model spoke."""

    search_ms: float
    first_token_ms: float | None
    total_ms: float


class Usage(Schema):
    """How many of its tokens a model read and wrote."""

    prompt_tokens: int
    answer_tokens: int


class Answer(Schema):
    """An answer whose every sentence is cited, or a declined one with the nearest passages.

    `search_confidence` and `confidence` are what the two gates went by, 0 to 1: how well the best
    passage fits, and, where a draft was written, how likely the articles answer the question.
    """

    status: Literal["answered", "declined"]
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
    usage: Usage | None = None


class Job(Schema):
    """Articles that are being added while nobody waits."""

    id: str
    status: Literal["waiting", "running", "done", "cancelled", "failed"]
    collection: str
    given: int = Field(description="how many articles, addresses and files were sent")
    told: int = Field(description="how many outcomes there are; one file may hold many articles")
    report: IngestReport = Field(description="the outcomes so far: what is told here is kept")
    created: datetime
    ended: datetime | None = None
    error: str | None = Field(None, description="why it failed")


class Thresholds(Schema):
    """Below which confidence a question is declined: `search` before a model is asked, `answer` after
    it wrote. At 0 a gate declines nothing.
    """

    search: float = Field(ge=0, le=1)
    answer: float = Field(ge=0, le=1)


class Evidence(Schema):
    """First event of a stream: what was found, before any model speaks."""

    question_searched: str
    passages: tuple[RetrievedPassage, ...]


class Token(Schema):
    """A piece of the draft, as the model writes it; not yet checked."""

    text: str = Field(description="a piece of the unchecked draft")


Event = Evidence | Token | Answer
