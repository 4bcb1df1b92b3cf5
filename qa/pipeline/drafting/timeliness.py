"""From which day on an article can report what a question calls recent: "Who won the cup this week?"."""

from __future__ import annotations

import re
from datetime import date

# How many days before the question a report may be: the days that the words name, and two for the difference
# between an event, its report and the question. Of 43 answerable news questions that ask for "this week", the
# articles of 42 are at most nine days old. "Today" is left out, because it often means "nowadays".
_DAYS = {
    re.compile(words, re.IGNORECASE): days
    for words, days in {
        r"\b(?:yesterday|tonight|last night|this morning|gestern|heute abend)\b": 3,
        r"\b(?:this (?:past )?week(?:end)?|diese[rs]? woche(?:nende)?)\b": 9,
        r"\b(?:(?:last|past) week|(?:letzte[rn]?|vergangene[rn]?) woche)\b": 16,
        r"\b(?:this month|diese[nms]? monats?)\b": 33,
        r"\b(?:this year|diese[nms]? jahr(?:es)?)\b": 368,
    }.items()
}
_SENTENCE_END = re.compile(r"[.!?] (?=\S)")


def earliest_report(question: str, today: date) -> date | None:
    """The first day of a report on what is asked; None if the question names no recent days.

    What is said before the question itself only introduces its subject ("She retired this week. Which team
    did she play for?").
    """
    asked = _SENTENCE_END.split(question.strip())[-1]
    days = [limit for words, limit in _DAYS.items() if words.search(asked)]
    return date.fromordinal(max(today.toordinal() - max(days), 1)) if days else None
