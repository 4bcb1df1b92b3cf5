"""Decoding bytes of unknown encoding into text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import BinaryIO, TextIO

from index.errors import SourceUnreadable
from index.readers.source_file import SourceFile, check_signature
from index.text.charset_detection import FEW, Survey, fits, guess_encoding, utf_16_without_mark
from index.text.messages.phrase import Phrase

REPLACEMENT = "\ufffd"
"""Stands for bytes that cannot be decoded."""

_MARKS = (
    *((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig")),
    *((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]+)""", re.IGNORECASE)
# Like browsers, which read these as the larger encodings that are in use under their names.
_LARGER = {
    **dict.fromkeys(("ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso8859-1"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "koi8-r": "koi8_u",
}
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_FEW_CONTROLS = 10
_CHUNK = 1 << 18


def decoded_text(file: SourceFile, *, declares_charset: bool = False) -> str:
    """The text of a file in any common encoding; what cannot be decoded becomes REPLACEMENT.

    The encoding is that of `encoding_of`; with `declares_charset`, the file itself may declare it. A byte
    order mark is removed. Line ends (CR LF, CR, vertical tab, form feed) become line feeds; other C0 control
    characters except tab are removed.

    Raises SourceUnreadable if the file is too large, binary, in no known encoding, or only whitespace.
    """
    raw = file.read()
    check_signature(raw)
    survey = Survey.of([raw])
    declared = [name.decode("ascii", "replace") for name in _DECLARED.findall(raw, 0, 4096)]
    encoding = encoding_of(raw[:4], survey, [file.charset, *(declared if declares_charset else [])])
    text, controls = _CONTROLS.subn("", _LINE_ENDS.sub("\n", raw.decode(encoding, "replace")))
    if controls > max(_FEW_CONTROLS, len(text) // 20):
        raise SourceUnreadable(Phrase("binary"))
    if not text.strip():
        raise SourceUnreadable(Phrase("empty"))
    return text


@contextmanager
def opened_text(file: SourceFile, *, newline: str) -> Iterator[TextIO]:
    """The text of a file as a stream, decoded as by `decoded_text` but otherwise unchanged. Raises
    SourceUnreadable.
    """
    with file.open() as opened:
        first = opened.read(_CHUNK)
        check_signature(first)
        survey = Survey.of(_chunks(first, opened))
    encoding = encoding_of(first[:4], survey, [file.charset])
    with (
        file.open() as opened,
        TextIOWrapper(opened, encoding, errors="replace", newline=newline) as text,
    ):
        yield text


def encoding_of(beginning: bytes, survey: Survey, declared: Sequence[str]) -> str:
    """The encoding of bytes: by their mark, UTF-8 if most of it is valid, the first that was declared and
    that fits, else the most probable one. Raises SourceUnreadable.
    """
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            return encoding
    if survey.nuls:
        if encoding := utf_16_without_mark(survey):
            return encoding
        if survey.nuls * 1000 > survey.size:
            raise SourceUnreadable(Phrase("binary"))
    # Text in other encodings rarely contains valid UTF-8 sequences. If there are as many as invalid ones, it
    # is damaged UTF-8, and a guess would turn each of its accented letters into two wrong ones.
    if survey.invalid <= survey.valid:
        return "utf-8"
    encoding = next(_declared(survey, declared), "") or guess_encoding(survey)
    if not encoding:
        raise SourceUnreadable(Phrase("binary, or in an unknown encoding; save it as UTF-8 and add it again"))
    return encoding


def _declared(survey: Survey, names: Sequence[str]) -> Iterator[str]:
    """The declared encodings that fit bytes that are not UTF-8."""
    for name in filter(None, map(str.lower, names)):
        encoding = _LARGER.get(name, name)
        if encoding.startswith("utf"):
            # A few invalid bytes are damage, many are another encoding. Bytes without NUL are not UTF-16.
            if survey.high < FEW:
                yield "utf-8"
            continue
        with suppress(LookupError):  # an unknown name
            if fits(survey.sample, encoding):
                yield encoding


def _chunks(first: bytes, opened: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = opened.read(_CHUNK)
