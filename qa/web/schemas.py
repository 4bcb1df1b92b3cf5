"""What the API takes and gives besides the values of `qa.schemas`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.schemas import Article, ArticleSummary, Filters
from qa.schemas import MAX_QUESTION_CHARACTERS, Question, RetrievedPassage, Schema, Turn, checked_question


def media_type(request: Request) -> str:
    """The media type of the request's body, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def json_body(request: Request) -> object:
    """The body as strict JSON, which has no NaN and no half surrogate pairs; refused with 415 or 422."""
    # Besides being clearer: a page of another site can send text/plain unasked, but not JSON.
    if media_type(request) != "application/json":
        raise HTTPException(415, "send JSON, and say so with Content-Type: application/json")
    try:
        return from_json(await request.body(), allow_inf_nan=False)
    except ValueError as error:
        fault = {"loc": ("body",), "msg": f"not JSON: {error}", "type": "json_invalid"}
        raise RequestValidationError([fault]) from None


def _written(day: object) -> object:
    # pydantic takes a number for seconds since 1970: 20221028 would be a day in August of that year.
    if day is not None and not isinstance(day, str):
        raise ValueError('a day is written "2022-10-28"')
    return day


Day = Annotated[date | None, BeforeValidator(_written)]
AsOf = Annotated[Day, Field(description="leave out articles dated after this day", examples=["2024-06-30"])]
CollectionName = Annotated[str, Field(description="name of the collection")]


class FilterParams(Schema):
    """Which articles may answer. Days are inclusive; an article without a date passes neither."""

    source: str | None = Field(None, description="only articles of exactly this source")
    after: Day = Field(None, description="only articles of this day or later")
    before: Day = Field(None, description="only articles of this day or earlier")
    article_ids: tuple[str, ...] = Field((), description="only these articles; all, where there are none")
    without_ids: tuple[str, ...] = Field((), description="none of these articles")

    def filters(self, as_of: date | None) -> Filters:
        """The limits as a search takes them."""
        return Filters(
            source=self.source,
            after=self.after,
            before=self.before,
            as_of=as_of,
            article_ids=self.article_ids,
            without_ids=self.without_ids,
        )


class ArticleQuery(FilterParams):
    """Which articles are listed, and how many of them."""

    as_of: AsOf = None
    collection: CollectionName = "default"
    search: str = Field("", description="only those with this in their title or source")
    limit: int = Field(100, ge=1, le=1000, description="how many to list")
    offset: int = Field(0, ge=0, description="how many to leave out before them")


class AskRequest(Schema):
    """A question, in its conversation and on its day."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "Which fire had to be put out on the ferry?"}]}
    )

    question: str = Field(description=f"at most {MAX_QUESTION_CHARACTERS:,} characters")
    history: tuple[Turn, ...] = Field((), description="the conversation before it, oldest message first")
    search_as: str | None = Field(
        None, description="what is searched instead of the question with what it leans on"
    )
    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    collection: CollectionName = "default"

    def checked(self) -> Question:
        """The question, or QuestionInvalid."""
        return checked_question(
            self.question,
            history=self.history,
            search_as=self.search_as,
            as_of=self.as_of,
            filters=self.filters.filters(None),
            collection=self.collection,
        )


class SearchRequest(Schema):
    """What is looked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "ferry fire", "k": 3}]})

    query: str = Field(description=f"at most {MAX_QUESTION_CHARACTERS:,} characters")
    k: int = Field(10, ge=1, le=100, strict=True, description="how many passages to give")
    as_of: AsOf = None
    filters: FilterParams = FilterParams()
    collection: CollectionName = "default"

    @property
    def limits(self) -> Filters:
        return self.filters.filters(self.as_of)


class SearchResponse(Schema):
    """What a search found."""

    hits: tuple[RetrievedPassage, ...] = Field(description="best first")


class ArticleList(Schema):
    """One page of the list of articles."""

    articles: tuple[ArticleSummary, ...]
    total: int = Field(description="how many there are on all pages")
    limit: int
    offset: int


class ArticleWithText(Schema):
    """An article with the text that every offset points into, in code points."""

    id: str
    title: str
    url: str
    date: date | None
    source: str
    text: str

    @classmethod
    def of(cls, article: Article) -> Self:
        # Not `origin`: where a file lies on this machine is nobody's business.
        return cls(**{name: getattr(article, name) for name in cls.model_fields})


class RemovalRequest(Schema):
    """The articles that are to go."""

    ids: tuple[str, ...] = Field(min_length=1, examples=[["ferry-fire"]])


class CollectionInfo(Schema):
    """A collection."""

    name: str
    articles: int = Field(description="how many it has")


class CollectionList(Schema):
    """All of them."""

    collections: tuple[CollectionInfo, ...]


class Health(Schema):
    """The server is there."""

    status: Literal["ok"]


class Readiness(Schema):
    """A question can be answered."""

    status: Literal["ready"]
