"""The values that cross the wire: question in, answer out."""

from qa.schemas.answers import (
    DECLINED,
    NEAREST,
    Answer,
    AnswerSentence,
    Conflict,
    Event,
    Evidence,
    Position,
    Thresholds,
    Timings,
    Token,
    Usage,
)
from qa.schemas.base import IsoDate, Schema
from qa.schemas.checks import (
    MAX_QUOTES,
    MAX_TEXT_CHARACTERS,
    CheckedSentence,
    CheckedText,
    CheckEvent,
    TextToCheck,
    text_to_check,
)
from qa.schemas.jobs import Job
from qa.schemas.passages import Citation, DuplicateArticle, RetrievedPassage, also_in
from qa.schemas.questions import (
    MAX_QUESTION_CHARACTERS,
    MAX_TURN_CHARACTERS,
    MAX_TURNS,
    Question,
    Turn,
    checked_question,
)

__all__ = [
    "DECLINED",
    "MAX_QUESTION_CHARACTERS",
    "MAX_QUOTES",
    "MAX_TEXT_CHARACTERS",
    "MAX_TURNS",
    "MAX_TURN_CHARACTERS",
    "NEAREST",
    "Answer",
    "AnswerSentence",
    "CheckEvent",
    "CheckedSentence",
    "CheckedText",
    "Citation",
    "Conflict",
    "DuplicateArticle",
    "Event",
    "Evidence",
    "IsoDate",
    "Job",
    "Position",
    "Question",
    "RetrievedPassage",
    "Schema",
    "TextToCheck",
    "Thresholds",
    "Timings",
    "Token",
    "Turn",
    "Usage",
    "also_in",
    "checked_question",
    "text_to_check",
]
