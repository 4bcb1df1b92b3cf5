"""Bytes become text, or a clear reason why not."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress

from charset_normalizer import from_bytes

from index.errors import SourceUnreadable

# The encodings a guess may name. The rest of charset-normalizer's list (old Mac and DOS pages)
# is so rare today that it wins by accident more often than by right.
GUESSABLE = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(raw: bytes, *, declares_charset: bool = False, charset: str = "") -> str:
    """The text of a .txt, .md or .html file.

    UTF-8 and UTF-16 (told by its byte order mark) are read as what they are, without the mark.
    Anything else is read as `charset`, which is what was said of it elsewhere; as the charset it
    declares, when `declares_charset` says that the format can; or as the guess that no other guess
    equals. Line ends (CR LF, CR, vertical tab,
    form feed) become "\\n"; the other C0 control characters except tab are dropped.

    Raises `SourceUnreadable` for bytes that are binary, damaged, ambiguous or nothing but whitespace.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise SourceUnreadable("damaged UTF-16; save it as UTF-8 and add it again") from error
    elif b"\0" in raw:
        raise SourceUnreadable("binary")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            text = _decode_legacy(
                raw, error.start, [charset, *_declared(raw)] if declares_charset else [charset]
            )
    if "\0" in text:
        raise SourceUnreadable("binary")
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    if not text.strip():
        raise SourceUnreadable("empty")
    return text


def _declared(raw: bytes) -> list[str]:
    found = _DECLARED.search(raw, 0, 2048)
    return [found[1].decode("ascii", "replace")] if found else []


def _decode_legacy(raw: bytes, first_bad: int, charsets: Sequence[str]) -> str:
    for name in map(str.lower, charsets):
        # What has no NUL bytes is not UTF-16, and what gets here is not UTF-8.
        if not name or name.startswith("utf"):
            continue
        # As in browsers: whoever says Latin-1 means Windows-1252, which has the curly quotes.
        meant = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
        # A declaration that is wrong leaves it to the next one, or to the bytes themselves.
        with suppress(LookupError, UnicodeError):
            return raw.decode(meant)

    # Legacy text hardly ever forms UTF-8 sequences: where they prevail, UTF-8 was damaged, and
    # a guess would turn every accent of the file into two wrong letters.
    lenient = raw.decode("utf-8", "replace")
    wrong = lenient.count("\ufffd")
    if sum(letter > "\x7f" for letter in lenient) - wrong > wrong:
        raise SourceUnreadable(f"damaged UTF-8 at byte {first_bad}; save it as UTF-8 and add it again")

    guesses = list(from_bytes(raw, cp_isolation=list(GUESSABLE), threshold=0.1))
    if not guesses:
        raise SourceUnreadable("not text in a known encoding; save it as UTF-8 and add it again")
    best, *others = guesses
    score = (best.percent_chaos, best.percent_coherence)
    # Two guesses are listed only if they read different letters; a tie would be a coin toss.
    rivals = [other.encoding for other in others if (other.percent_chaos, other.percent_coherence) == score]
    if rivals:
        names = " or ".join([best.encoding, *rivals])
        raise SourceUnreadable(f"not text in a known encoding ({names}?); save it as UTF-8 and add it again")
    return str(best)
