"""Undoes disguises of words: letters of another alphabet that look Latin, digits for letters, letters set
apart, words joined.

Only for judging a sentence; what is shown and quoted stays as written.
"""

from __future__ import annotations

import re

# Cyrillic and Greek letters, and signs, that look like Latin ones, beside the Latin ones.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјкмнорсухьԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχɑɡıꞮ∣",
    "ABESIJKMHOPCTXYaesijkmhopcyxbdqwhlABEZHIKMNOPTYXaikvopuxagiIl",
)
_LATIN, _OTHER = re.compile(r"[A-Za-z]"), re.compile(r"[\u0370-\u03ff\u0400-\u052fɑɡıꞮ∣]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Where two words have digits between letters, as "l3ngth" has, those of others are letters too.
_MIN_DIGIT_WORDS = 2
_DIGIT_WORD = re.compile(r"(?<!\w)[a-z]+\d+[a-z]", re.IGNORECASE)
_WITH_DIGIT = re.compile(r"(?<!\w)(?:[a-z]+\d|\d[a-z])[a-z\d]*", re.IGNORECASE)
_DIGIT_LETTERS = str.maketrans("013457", "oieast")
_JOINED_WORDS = re.compile(r"\b[^\W\d_]+(?:[-_][^\W_]+){4,}")
# At least eight single letters with signs or blanks between them; two blanks stand between words.
_APART = re.compile(r"(?<!\w)\w(?:[^\w\n]{1,4}\w){7,}(?!\w)")
_BETWEEN_LETTERS, _BETWEEN_WORDS = re.compile(r"[^\w,:;!?]+"), re.compile(r"\s{2,}|(?<=[,:;!?])\s+")
_BLANKS, _SIGN_APART = re.compile(r"\s+"), re.compile(r"\w[^\w\s]\w")
# Few words are longer, and hardly any of them is written so.
_LONGEST_WORD = 16


def undisguised(text: str) -> str:
    """The text as it is meant to be read."""
    if not text.isascii() and any(
        _LATIN.search(word) and _OTHER.search(word) for word in _WORD.findall(text)
    ):
        text = text.translate(_LOOKALIKES)
    if len(_DIGIT_WORD.findall(text)) >= _MIN_DIGIT_WORDS:
        text = _WITH_DIGIT.sub(lambda found: found[0].translate(_DIGIT_LETTERS), text)
    text = _JOINED_WORDS.sub(lambda found: re.sub("[-_]", " ", found[0]), text)
    return _APART.sub(_joined, text)


def is_unreadable(text: str) -> bool:
    """Whether the text has so many letters set apart, without wider gaps, that it cannot be judged."""
    joined = (_joined(found) for found in _APART.finditer(text))
    words = (word.strip(",:;!?") for one in joined for word in one.split())
    return any(word.isalpha() and len(word) > _LONGEST_WORD for word in words)


def _joined(found: re.Match[str]) -> str:
    # "s.a.y t.h.e" has blanks between words, "s a y  t h e" wider ones.
    between = _BLANKS if _SIGN_APART.search(found[0]) else _BETWEEN_WORDS
    return " ".join(_BETWEEN_LETTERS.sub("", word) for word in between.split(found[0]))
