"""Names in full, as an article has them."""

from __future__ import annotations

import re

from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, is_stop_word
from qa.verification.entities import CAPITALIZED, starts_sentence

# "Rep." and "Gov." belong to the name; a longer word with a point ends a sentence.
_CAPITALIZED_BEFORE = re.compile(rf"(?:(?:{CAPITALIZED}|[A-Z][a-z]{{0,3}}\.) ){{0,9}}$")


def expand_name(name: str, text: str) -> str:
    """The name with the capitalised words before it in the text: "Lions" becomes "Detroit Lions". Unchanged
    if the text has none, or different ones in several places, or is a headline in capitals.

    Words after a name can be about something else: "Apple" is not "Apple CEO Tim Cook".
    """
    words = WORD.findall(text)
    is_headline = 2 * sum(word[0].isupper() for word in words) > len(words)
    if is_headline or not all(word[0].isupper() for word in name.split()):
        return name
    occurrences = re.finditer(rf"\b{re.escape(name)}\b", text)
    prefixes = {_prefix(text, occurrence.start()) for occurrence in occurrences} - {""}
    return f"{prefixes.pop()} {name}" if len(prefixes) == 1 else name


def _prefix(text: str, end: int) -> str:
    """The words of the name before the offset `end`."""
    before = _CAPITALIZED_BEFORE.search(text[:end])
    start = before.start() if before else end
    words = text[start:end].split()
    # The first word of a sentence is capitalised in any case.
    if words and starts_sentence(text, start):
        del words[0]
    others = [at for at, word in enumerate(words) if is_stop_word(word) or is_calendar_word(word)]
    return " ".join(words[max(others, default=-1) + 1 :])
