"""Decoding bytes of unknown encoding into text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress

from charset_normalizer import from_bytes

from index.errors import SourceUnreadable
from index.readers.source_file import SourceFile, check_signature

# The encodings that may be guessed. The others that charset-normalizer knows (old Mac and DOS code pages)
# are so rare today that a match is more often wrong than right.
GUESSABLE = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]+)""", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decoded_text(file: SourceFile, *, declares_charset: bool = False) -> str:
    """The text of a file in any common encoding.

    UTF-8, and UTF-16 with a byte order mark, are recognised; the mark is removed. Otherwise the encoding is
    the one that the server declared; or, with `declares_charset`, the one that the file itself declares;
    or a guess, if no other encoding is as likely. Line ends (CR LF, CR, vertical tab, form feed) become
    line feeds; other C0 control characters except tab are removed.

    Raises SourceUnreadable if the file is too large, or binary, damaged, ambiguous or only whitespace.
    """
    raw = file.read()
    check_signature(raw)
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
            declared = _declared(raw) if declares_charset else []
            text = _decode_legacy(raw, error.start, [file.charset, *declared])
    if "\0" in text:
        raise SourceUnreadable("binary")
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    if not text.strip():
        raise SourceUnreadable("empty")
    return text


def _declared(raw: bytes) -> list[str]:
    found = _DECLARED.search(raw, 0, 2048)
    return [found[1].decode("ascii", "replace")] if found else []


def _decode_legacy(raw: bytes, first_invalid: int, charsets: Sequence[str]) -> str:
    for name in map(str.lower, charsets):
        # Bytes without NUL are not UTF-16, and bytes that reach this point are not UTF-8.
        if not name or name.startswith("utf"):
            continue
        # Like browsers: declared Latin-1 is read as Windows-1252, which adds the curly quotes.
        codec = "cp1252" if name in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"} else name
        # After a wrong declaration, try the next one, then guess.
        with suppress(LookupError, UnicodeError):
            return raw.decode(codec)

    # Legacy text rarely contains valid UTF-8 sequences. If they prevail, the text is damaged UTF-8, and
    # a guess would turn each of its accented letters into two wrong ones.
    lenient = raw.decode("utf-8", "replace")
    invalid = lenient.count("\ufffd")
    if sum(letter > "\x7f" for letter in lenient) - invalid > invalid:
        raise SourceUnreadable(f"damaged UTF-8 at byte {first_invalid}; save it as UTF-8 and add it again")
    return _guess(raw)


def _guess(raw: bytes) -> str:
    guesses = list(from_bytes(raw, cp_isolation=list(GUESSABLE), threshold=0.1))
    if not guesses:
        raise SourceUnreadable("unknown text encoding; save it as UTF-8 and add it again")
    best, *others = guesses
    score = (best.percent_chaos, best.percent_coherence)
    # Guesses are listed only if they give different letters, so between equal scores there is no right one.
    rivals = [other.encoding for other in others if (other.percent_chaos, other.percent_coherence) == score]
    if rivals:
        names = " or ".join([best.encoding, *rivals])
        raise SourceUnreadable(f"unknown text encoding ({names}?); save it as UTF-8 and add it again")
    return str(best)
