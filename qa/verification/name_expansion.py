"""Names as an article has them in full."""

from __future__ import annotations

import re

from index.text.normalization import WORD, is_stop_word
from qa.verification.entities import CALENDAR, starts_sentence

_CAPITAL = r"[A-ZÀ-Ý][\w'’-]*"
# "Rep." and "Gov." are of the name; a longer word with a point ends a sentence.
_BEFORE = re.compile(rf"(?:(?:{_CAPITAL}|[A-Z][a-z]{{0,3}}\.) )*$")


def in_full(name: str, text: str) -> str:
    """The name with the capitalised words before it in the text: "Lions" as "Detroit Lions". As it is where
    the text has none, or several in their place, or is a headline in capitals.

    What stands behind a name may be about something else: "Apple" is not "Apple CEO Tim Cook".
    """
    words = WORD.findall(text)
    headline = 2 * sum(word[0].isupper() for word in words) > len(words)
    if headline or not all(word[0].isupper() for word in name.split()):
        return name
    fuller = {_before(text, found.start()) for found in re.finditer(rf"\b{re.escape(name)}\b", text)} - {""}
    return f"{fuller.pop()} {name}" if len(fuller) == 1 else name


def _before(text: str, end: int) -> str:
    """The words of the name that stand before `end`."""
    found = _BEFORE.search(text[:end])
    start = found.start() if found else end
    words = text[start:end].split()
    # The first word of a sentence has its capital for that.
    if words and starts_sentence(text, start):
        del words[0]
    others = [at for at, word in enumerate(words) if is_stop_word(word) or CALENDAR.fullmatch(word.lower())]
    return " ".join(words[max(others, default=-1) + 1 :])
