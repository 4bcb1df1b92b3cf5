"""The words of a question, without what was only typed or pasted around them."""

from __future__ import annotations

import re

from index.text.letters import in_capitals
from qa.schemas import Question

# The marks of Markdown's headings, quotations and list items, and of emphasis around words.
_LINE_START = re.compile(r"^[ \t]*+(?:(?:#{1,6}|[>*+•-])[ \t]++)+", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*_`~])([*_]{1,3}|~~|`)(?=[^\s*_`~])([^*_`~\n]{1,400})(?<=\S)\1(?![\w*_`~])")

# A question that stands in quotation marks as a whole.
_QUOTED = re.compile(r"[\"“”„«»](?P<inside>[^\"“”„«»]+\?)[\"“”„«»]")


def plain_question(question: Question) -> Question:
    """The question, and those before it, in plain words."""
    history = tuple(
        turn.model_copy(update={"content": plain_words(turn.content)}) if turn.role == "user" else turn
        for turn in question.history
    )
    return question.model_copy(update={"question": plain_words(question.question), "history": history})


def plain_words(text: str) -> str:
    """The text as one line, without marks of Markdown, stray blanks, and quotation marks around a whole
    question. If all of it is in capitals, which then tell no names, it is in small letters.
    """
    line = " ".join(_EMPHASIS.sub(r"\2", _LINE_START.sub("", text)).split()) or text
    if quoted := _QUOTED.fullmatch(line):
        line = quoted["inside"]
    return line.lower() if in_capitals(line) else line
