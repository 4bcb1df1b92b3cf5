"""A thumb up or down as the API takes it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from qa.schemas import MAX_QUESTION_CHARACTERS, Answer, Schema, Turn, checked_question
from qa.telemetry.feedback import MAX_ANSWER_CHARACTERS, MAX_REASON_CHARACTERS, Feedback, Verdict
from qa.web.schemas import AsOf, CollectionName


class FeedbackRequest(Schema):
    """What a person thinks of an answer."""

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

    answer: Answer | str = Field(description="the answer as /api/ask gave it, or its text")
    question: str = Field("", description="as it was asked; a whole answer tells what was searched for")
    verdict: Verdict
    reason: str = Field("", max_length=MAX_REASON_CHARACTERS)
    history: tuple[Turn, ...] = ()
    as_of: AsOf = None
    collection: CollectionName = "default"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if len(self.said) > MAX_ANSWER_CHARACTERS:
            raise ValueError(f"the answer's text has more than {MAX_ANSWER_CHARACTERS:,} characters")
        if isinstance(self.answer, str) and not self.question.strip():
            raise ValueError("where the answer is a text, the question must be there too")
        return self

    @property
    def said(self) -> str:
        return self.answer if isinstance(self.answer, str) else self.answer.text

    def feedback(self, at: datetime) -> Feedback:
        """What is kept of it, or QuestionInvalid."""
        whole = None if isinstance(self.answer, str) else self.answer
        question = self.question or (whole.question_searched[:MAX_QUESTION_CHARACTERS] if whole else "")
        return Feedback(
            at=at,
            verdict=self.verdict,
            question=checked_question(question).question,
            answer=self.said,
            reason=self.reason,
            history=self.history,
            as_of=self.as_of,
            collection=self.collection,
            cited=tuple(dict.fromkeys(one.article_id for one in whole.citations)) if whole else (),
            model=whole.model if whole else "",
        )
