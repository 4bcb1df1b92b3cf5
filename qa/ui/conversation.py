"""What was asked in the window, with what was answered."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answers import Answer, Turn
from qa.ui import talk
from qa.ui.phrases import Phrases

# How many earlier messages a question is asked with.
TURNS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question with its answer, with what went wrong, or with neither while it runs."""

    question: str
    answer: Answer | None = None
    trouble: str = ""

    def shown(self, say: Phrases, nth: int, *, past: bool = False) -> str:
        """The exchange as HTML."""
        if self.answer:
            said = talk.answer(say, nth, self.answer, folded_quotes=past)
            return talk.asked(say, self.question, self.answer.question_searched, said)
        return talk.asked(say, self.question, "", talk.trouble(self.trouble or say.stopped))


Conversation = tuple[Exchange, ...]


def history(earlier: Conversation) -> tuple[Turn, ...]:
    """The last messages of the exchanges that were answered, without their marks."""
    turns: list[Turn] = []
    for exchange in earlier:
        if given := exchange.answer:
            said = " ".join(sentence.text for sentence in given.sentences) or given.text
            turns += [Turn(role="user", content=exchange.question), Turn(role="assistant", content=said)]
    return tuple(turns[-TURNS:])
