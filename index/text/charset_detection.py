"""The most probable encoding of bytes that declare none."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from charset_normalizer import from_bytes

from index.text.languages import language_of

# Windows code pages of languages in Latin letters share most bytes, so the language decides between them.
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
_CODE_PAGES = {
    **dict.fromkeys("pl cs sk hu hr sl bs sr ro".split(), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
}
_OTHER_LETTERS = ("cp1251", "koi8_u", "iso8859_5", "cp866", "cp1253", "cp1255", "cp1256")
_EAST_ASIAN = ("cp932", "euc_jp", "gb18030", "big5", "cp949")
# Below this, one accented word could be a word in any encoding.
FEW = 6
_SAMPLE_BYTES = 100_000
_WORD = re.compile(rb"[^\s<>]+")
_PLAIN = re.compile(rb"[\0\t\n\r\x20-\x7e]*")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a pass over bytes found.

    `valid` and `invalid` count characters outside ASCII as UTF-8, `nuls` NUL bytes at (even, odd) places.
    `sample` are words that are not ASCII, `beginning` the first bytes.
    """

    size: int
    valid: int
    invalid: int
    even_nuls: int
    odd_nuls: int
    sample: bytes
    beginning: bytes

    @property
    def nuls(self) -> int:
        return self.even_nuls + self.odd_nuls

    @property
    def high(self) -> int:
        """Bytes outside ASCII in the sample."""
        return sum(byte > 0x7F for byte in self.sample)

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> Survey:
        """The survey of the chunks in a row; all but the last have an even number of bytes."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        size = valid = invalid = even = odd = 0
        sample, beginning = bytearray(), b""
        for chunk in chunks:
            beginning = beginning or chunk[:_SAMPLE_BYTES]
            size += len(chunk)
            if b"\0" in chunk:
                even, odd = even + chunk[::2].count(0), odd + chunk[1::2].count(0)
            text = decoder.decode(chunk)
            if chunk.isascii() and text.isascii():
                continue
            # Characters that the text itself has as U+FFFD are valid.
            marks = text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd")
            outside = len(text) - len(text.encode("ascii", "ignore"))
            valid, invalid = valid + outside - marks, invalid + marks
            if len(sample) < _SAMPLE_BYTES:
                words = (word[0] for word in _WORD.finditer(chunk) if not word[0].isascii())
                sample += b" ".join(words)[:_SAMPLE_BYTES] + b" "
        invalid += bool(decoder.decode(b"", final=True))
        return cls(
            size=size,
            valid=valid,
            invalid=invalid,
            even_nuls=even,
            odd_nuls=odd,
            sample=bytes(sample),
            beginning=beginning,
        )


def guess_encoding(survey: Survey) -> str:
    """The most probable encoding; empty if what is not ASCII is no text in a known one."""
    dense = survey.high * 2 > len(survey.sample)
    if survey.high < FEW:
        return _latin_encoding(survey)
    guess = _best(survey.sample)
    if not guess and dense:
        # One damaged character must not rule out an encoding of two bytes a character.
        guess = next((name for name in _EAST_ASIAN if _best(_mended(survey.sample, name)) == name), "")
        if not guess and survey.high * 3 > survey.size:
            return ""
    return guess if guess and guess not in _LATIN else _latin_encoding(survey)


def utf_16_without_mark(survey: Survey) -> str:
    """`utf-16-le` or `utf-16-be` if the beginning is text in it, else an empty string."""
    even, odd = survey.even_nuls, survey.odd_nuls
    # Text in other encodings may have single NULs; the high bytes of letters are at every other place.
    if max(even, odd) < 10 * min(even, odd) or (survey.nuls * 1000 < survey.size):
        return ""
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    if _PLAIN.fullmatch(survey.beginning) and survey.nuls * 3 < survey.size:
        return ""  # letters of ASCII would have a NUL each
    text = survey.beginning.decode(encoding, "replace").replace("\ufffd", "\0")
    usual = sum(letter in "\t\n\r" or unicodedata.category(letter)[0] in "LMNPSZ" for letter in text)
    return encoding if usual > 0.9 * len(text) else ""


def fits(sample: bytes, encoding: str) -> bool:
    """Whether all but a fiftieth, or two, of the letters can be decoded. Raises LookupError."""
    text = sample.decode(encoding, "replace")
    return text.count("\ufffd") <= max(2, len(text) // 50)


def _best(sample: bytes) -> str:
    found = from_bytes(sample, cp_isolation=[*_LATIN, *_OTHER_LETTERS, *_EAST_ASIAN], threshold=0.2).best()
    return found.encoding if found else ""


def _mended(sample: bytes, encoding: str) -> bytes:
    """The sample without what the encoding cannot decode; empty if that is much."""
    if not fits(sample, encoding):
        return b""
    text = sample.decode(encoding, "replace")
    # Python decodes what Windows leaves undefined into the private use area.
    kept = (letter for letter in text if letter != "\ufffd" and unicodedata.category(letter) != "Co")
    return "".join(kept).encode(encoding, "ignore")


def _latin_encoding(survey: Survey) -> str:
    text = _TAG.sub(" ", survey.beginning.decode("cp1252", "replace"))
    foreign = " ".join(line for line in text.splitlines() if not line.isascii())
    return _CODE_PAGES.get(language_of(foreign or text, min_probability=0.5), "cp1252")
