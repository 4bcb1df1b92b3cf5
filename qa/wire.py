"""What the API takes and gives besides the values of `qa.answers`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request

from index.articles import Article, Filters, Summary
from qa.answers import MAX_QUESTION_CHARACTERS, FoundPassage, Question, Turn, Value, checked_question


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


class Limits(Value):
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


class Ask(Value):
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
    filters: Limits = Limits()
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


class Search(Value):
    """What is looked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "ferry fire", "k": 3}]})

    query: str = Field(description=f"at most {MAX_QUESTION_CHARACTERS:,} characters")
    k: int = Field(10, ge=1, le=100, strict=True, description="how many passages to give")
    as_of: AsOf = None
    filters: Limits = Limits()
    collection: CollectionName = "default"

    @property
    def limits(self) -> Filters:
        return self.filters.filters(self.as_of)


class Found(Value):
    """What a search found."""

    hits: tuple[FoundPassage, ...] = Field(description="best first")


class ListedArticles(Value):
    """One page of the list of articles."""

    articles: tuple[Summary, ...]
    total: int = Field(description="how many there are on all pages")
    limit: int
    offset: int


class WholeArticle(Value):
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


class Removal(Value):
    """The articles that are to go."""

    ids: tuple[str, ...] = Field(min_length=1)


class Collections(Value):
    """The names of all collections."""

    collections: tuple[str, ...]


class Health(Value):
    """The server is there."""

    status: Literal["ok"]


class Readiness(Value):
    """A question can be answered."""

    status: Literal["ready"]


_PASSAGE: dict[str, Any] = {
    "article_id": "ferry-fire",
    "title": "Fire on the evening ferry",
    "url": "https://example.org/ferry-fire",
    "date": "2024-03-02",
    "source": "Coast Herald",
    "start": 0,
    "end": 60,
    "text": "The fire broke out at 18:40. Nobody was hurt, the line said.",
    "score": 0.8123,
    "also": [
        {
            "article_id": "fire-on-ferry",
            "title": "Passengers safe after ferry fire",
            "url": "https://example.org/fire-on-ferry",
            "date": "2024-03-03",
            "source": "Tide Times",
        }
    ],
}
_CITED = {name: _PASSAGE[name] for name in ("article_id", "title", "url", "date", "source", "also")}
ANSWER: dict[str, Any] = {
    "status": "answered",
    "text": "The fire broke out at 18:40 [1].",
    "sentences": [{"text": "The fire broke out at 18:40.", "citations": [1], "support": "supported"}],
    "citations": [{"number": 1, **_CITED, "start": 0, "end": 28, "quote": "The fire broke out at 18:40."}],
    "conflicts": [],
    "question_searched": "When did it break out? (fire ferry)",
    "passages": [_PASSAGE],
    "timings": {"search_ms": 14.2, "first_token_ms": 2210.5, "total_ms": 3120.0},
    "model": "local:1.5b",
    "search_confidence": 0.61,
    "confidence": 0.93,
    "usage": {"prompt_tokens": 781, "answer_tokens": 14},
}
"""An answer, for the description of the API."""

STREAM = """\
id: 1
event: evidence
data: {"question_searched":"When did it break out? (fire ferry)","passages":[...]}

id: 2
event: token
data: {"text":"The fire"}

id: 3
event: answer
data: {"status":"answered","text":"The fire broke out at 18:40 [1].",...}
"""
"""A stream, likewise."""
