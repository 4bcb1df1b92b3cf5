"""The values that cross the wire: question in, answer out."""

from qa.schemas.answers import (
    DECLINED,
    Answer,
    AnswerSentence,
    Conflict,
    Correction,
    Event,
    Evidence,
    Position,
    Progress,
    Support,
    Thresholds,
    Timings,
    Token,
    Understood,
    Usage,
)
from qa.schemas.base import Schema
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
    "MAX_TURNS",
    "MAX_TURN_CHARACTERS",
    "Answer",
    "AnswerSentence",
    "Citation",
    "Conflict",
    "Correction",
    "DuplicateArticle",
    "Event",
    "Evidence",
    "Job",
    "Position",
    "Progress",
    "Question",
    "RetrievedPassage",
    "Schema",
    "Support",
    "Thresholds",
    "Timings",
    "Token",
    "Turn",
    "Understood",
    "Usage",
    "also_in",
    "checked_question",
]
