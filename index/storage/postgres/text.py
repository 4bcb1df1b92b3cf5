"""Texts as PostgreSQL keeps them: it refuses U+0000, which an article may have, and indexes no long ones."""

from __future__ import annotations

from hashlib import sha256

# An index takes 2,700 bytes; a code point has up to four.
_INDEXED_CHARACTERS = 500

# A code point that stands for no character begins what is written for U+0000, and for itself.
_ESCAPE = "\ufdd0"


def stored(text: str) -> str:
    """The text without U+0000, from which `restored` makes the same again."""
    if "\0" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, f"{_ESCAPE}1").replace("\0", f"{_ESCAPE}0")


def restored(text: str) -> str:
    """The text that `stored` was given."""
    if _ESCAPE not in text:
        return text
    return text.replace(f"{_ESCAPE}0", "\0").replace(f"{_ESCAPE}1", _ESCAPE)


def indexed(term: str) -> str:
    """The term, or what stands for a long one, such as a file in base64 that an article has as one word."""
    if len(term) <= _INDEXED_CHARACTERS:
        return term
    return f"{term[:_INDEXED_CHARACTERS]}…{sha256(term.encode()).hexdigest()}"
