"""A question that leans on the conversation into one that can be searched by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.words import WORD, content_words, is_form
from qa.answers import Turn

_OPENING = re.compile(
    r"\s*(and|but|or|so|then|what about|how about|what else|anything else|und|aber|was ist mit)\b",
    re.IGNORECASE,
)
_POINTING = frozenset(
    """he him his she her hers it its they them their theirs this that these those there then one ones
    former latter same such er ihn ihm sein seine sie ihr ihre dies dieser diese dieses dort damals""".split()
)


def leans(question: str) -> bool:
    """Whether the form of the question says that it needs the one before: an opening "and", a word
    that points back, or too few words of its own.
    """
    if _OPENING.match(question):
        return True
    words = WORD.findall(question)
    named = any(word[0].isupper() and not is_form(word) for word in words[1:])
    if not named and any(word.lower() in _POINTING for word in words):
        return True
    own = [word for word in content_words(question) if not is_form(word)]
    return not named and len(own) < 2


def searchable(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched: itself, or behind the ones it leans on."""
    asked = [question]
    for turn in reversed([turn for turn in history if turn.role == "user"]):
        if not leans(asked[0]):
            break
        asked.insert(0, turn.content)
    return " ".join(part.strip() for part in asked)
