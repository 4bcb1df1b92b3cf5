"""Request and response bodies of the API, besides those in `qa.schemas`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.schemas import Article, ArticleSummary, Filters
from qa.schemas import (
    LIMITS,
    MAX_LANGUAGE_CHARACTERS,
    MAX_QUESTION_CHARACTERS,
    Answer,
    IsoDate,
    Kind,
    Limit,
    Question,
    RetrievedPassage,
    Schema,
    Turn,
    checked_question,
)
from qa.telemetry.feedback import MAX_ANSWER_CHARACTERS, MAX_REASON_CHARACTERS, Feedback, Verdict


def media_type(request: Request) -> str:
    """The media type of the request's body, without parameters such as `charset`."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_body(request: Request) -> object:
    """The body as strict JSON: no NaN, no half surrogate pairs. Raises 415 or RequestValidationError."""
    # Also a protection: a browser lets pages of other sites send text/plain, but not JSON.
    if media_type(request) != "application/json":
        raise HTTPException(415, "send JSON with the header Content-Type: application/json")
    try:
        return from_json(await request.body(), allow_inf_nan=False)
    except ValueError as error:
        invalid = {"loc": ("body",), "msg": f"not JSON: {error}", "type": "json_invalid"}
        raise RequestValidationError([invalid]) from None


Date = IsoDate | None
AsOf = Annotated[Date, Field(description="ignore articles dated after this day", examples=["2024-06-30"])]
MAX_ARTICLE_IDS = 10_000
"""Articles that one request may name. The database takes some 32,000 values in a query."""
ArticleIds = Annotated[tuple[str, ...], Field(max_length=MAX_ARTICLE_IDS)]
CollectionName = Annotated[str, Field(description="name of the collection")]


class FilterParams(Schema):
    """Restricts the articles. Dates are inclusive. They exclude articles without a date, and those of a
    month or year that is not wholly within.
    """

    source: str | None = Field(None, description="only articles whose source is exactly this")
    after: Date = Field(None, description="only articles of this day or later")
    before: Date = Field(None, description="only articles of this day or earlier")
    article_ids: ArticleIds = Field((), description="only these articles; empty means all")
    without_ids: ArticleIds = Field((), description="all but these articles")

    def to_filters(self, as_of: date | None = None) -> Filters:
        """The filters of a search on the given day."""
        return Filters(**{name: getattr(self, name) for name in FilterParams.model_fields}, as_of=as_of)


class ArticleQuery(FilterParams):
    """Which articles to list, and which page of the list."""

    as_of: AsOf = None
    collection: CollectionName = "default"
    search: str = Field("", description="only articles with this text in their title or source")
    limit: int = Field(100, ge=1, le=1000, description="articles per page")
    offset: int = Field(0, ge=0, description="articles to skip")


class AskRequest(Schema):
    """A question, with the conversation before it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"question": "Who put out the ferry's fire?"}]})

    question: str = Field(description=f"at most {MAX_QUESTION_CHARACTERS:,} characters")
    history: tuple[Turn, ...] = Field((), description="the earlier messages, oldest first")
    search_as: str | None = Field(
        None, description="search for this instead of the question rewritten from its history"
    )
    kind: Kind | None = Field(
        None, description="answer as this kind of question instead of the kind that it seems to be"
    )
    ignore: tuple[Limit, ...] = Field(
        (),
        max_length=len(LIMITS),
        description="what not to read into the question's own words; `understood` of an answer says what was",
    )
    language: str = Field(
        "en", max_length=MAX_LANGUAGE_CHARACTERS, description="of what an answer says beside quotes, as `de`"
    )
    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    collection: CollectionName = "default"

    def to_question(self) -> Question:
        """The question. Raises QuestionInvalid."""
        return checked_question(
            self.question,
            history=self.history,
            search_as=self.search_as,
            kind=self.kind,
            ignore=self.ignore,
            language=self.language,
            as_of=self.as_of,
            filters=self.filters.to_filters(),
            collection=self.collection,
        )


class SearchRequest(Schema):
    """A search query."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "ferry fire", "k": 3}]})

    query: str = Field(description=f"at most {MAX_QUESTION_CHARACTERS:,} characters")
    k: int = Field(10, ge=1, le=100, strict=True, description="how many passages to return")
    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    collection: CollectionName = "default"


class SearchResponse(Schema):
    """The passages found."""

    hits: tuple[RetrievedPassage, ...] = Field(description="best first")


class FeedbackRequest(Schema):
    """A rating of an answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "Who put out the fire?",
                    "answer": "The crew.",
                    "verdict": "down",
                    "reason": "old",
                }
            ]
        }
    )

    answer: Answer | str = Field(description="the answer as /api/ask returned it, or its text")
    question: str = Field("", description="required with a text; a whole answer contains what was searched")
    verdict: Verdict
    reason: str = Field("", max_length=MAX_REASON_CHARACTERS)
    history: tuple[Turn, ...] = ()
    as_of: AsOf = None
    collection: CollectionName = "default"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self._text) > MAX_ANSWER_CHARACTERS:
            raise ValueError(f"the answer's text has more than {MAX_ANSWER_CHARACTERS:,} characters")
        if isinstance(self.answer, str) and not self.question.strip():
            raise ValueError("send the question too, since the answer is only a text")
        return self

    @property
    def _text(self) -> str:
        return self.answer if isinstance(self.answer, str) else self.answer.text

    def to_feedback(self, at: datetime) -> Feedback:
        """The record to store. Raises QuestionInvalid."""
        answer = None if isinstance(self.answer, str) else self.answer
        question = self.question or (answer.question_searched[:MAX_QUESTION_CHARACTERS] if answer else "")
        return Feedback(
            at=at,
            verdict=self.verdict,
            question=checked_question(question).question,
            answer=self._text,
            reason=self.reason,
            history=self.history,
            as_of=self.as_of,
            collection=self.collection,
            cited=tuple(dict.fromkeys(cited.article_id for cited in answer.citations)) if answer else (),
            model=answer.model if answer else "",
        )


class ArticleList(Schema):
    """A page of the list of articles."""

    articles: tuple[ArticleSummary, ...]
    total: int = Field(description="articles on all pages")
    limit: int
    offset: int


class ArticleWithText(Schema):
    """An article with the text that every offset points into, in code points."""

    id: str
    title: str
    url: str
    date: date | None
    period: str = Field("", description="the year or month, if the day is not known: 2022, 2022-03")
    source: str
    text: str

    @classmethod
    def of(cls, article: Article) -> Self:
        # `origin` stays private: it may be a path on this machine.
        return cls(**{name: getattr(article, name) for name in cls.model_fields})


class RemovalRequest(Schema):
    """The articles to delete."""

    ids: ArticleIds = Field(min_length=1, examples=[["ferry-fire"]])


class CollectionInfo(Schema):
    """A collection."""

    name: str
    articles: int = Field(description="how many articles it has")


class CollectionList(Schema):
    """The collections."""

    collections: tuple[CollectionInfo, ...]


class Health(Schema):
    """The server is running."""

    status: Literal["ok"]


class Readiness(Schema):
    """The server can answer questions."""

    status: Literal["ready"]
