"""The letters of a text as people type them, for searches, prompts, comparisons; quotes stay as written."""

from __future__ import annotations

import re
import unicodedata

# A word divided at the end of a line: with a hyphen before small letters, or with a soft hyphen.
_DIVIDED = re.compile(
    r"(?<=[^\W\d_])(?:[-\u2010][ \t]{0,9}\n[ \t]{0,9}(?=[^\W\d_A-Z])|\xad\s{0,9}\n[ \t]{0,9}(?=\w))"
)
_POSSESSIVE = re.compile(r"(?<=[^\W\d_])['’]s\b")
_UNSEEN = re.compile(r"[\xad\u200b\u2060\ufeff]")
# What NFKC would change in value: 10² into 102, a footnote's mark into a digit, an ellipsis into a full stop.
_KEPT = ("<super>", "<sub>", "<fraction>")


class _Letters(dict[int, str]):
    """Each character's compatible form, computed at its first use."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kept = letter in "…‥" or unicodedata.decomposition(letter).startswith(_KEPT)
        self[code] = letter if kept else unicodedata.normalize("NFKC", letter)
        return self[code]


_letters = _Letters()


def normalize_letters(text: str) -> str:
    """The text with ligatures ("ﬁ"), full-width and other compatible forms of letters resolved and accents
    composed (NFKC, except superscripts, fractions and ellipses), without soft hyphens and zero-width
    spaces, and with words joined that are divided at the end of a line.
    """
    if text.isascii() and "-" not in text:
        return text
    joined = _UNSEEN.sub("", _DIVIDED.sub("", text))
    return joined if joined.isascii() else unicodedata.normalize("NFC", joined.translate(_letters))


def in_capitals(text: str) -> bool:
    """Whether all words of the text, at least two, are written in capitals, so that these tell no names.
    Words with digits, such as "3rd", do not count.
    """
    written = [word for word in _POSSESSIVE.sub("", text.replace("ß", "ẞ")).split() if _is_of_letters(word)]
    return len(written) > 1 and all(word.isupper() for word in written)


def _is_of_letters(word: str) -> bool:
    return any(map(str.isalpha, word)) and not any(map(str.isdigit, word))
