"""The names of zip entries.

Programs on Windows write them in the code page of their country, without saying so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from zipfile import ZipFile, ZipInfo
from zlib import crc32

_UTF_8_FLAG = 0x800
_UNICODE_PATH = 0x7075
"""The extra field in which Info-ZIP and 7-Zip repeat a name in UTF-8."""
# Old Japanese, Russian, Western European and Chinese Windows; the first of equally plausible ones is taken.
_CODE_PAGES = ("utf-8", "cp932", "cp866", "cp850", "gb18030")
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
_CYRILLIC_CASE = re.compile(r"[а-яё][А-ЯЁ]")
_HALF_WIDTH = re.compile(r"[\uff61-\uff9f]")


def entry_names(archive: ZipFile) -> list[tuple[ZipInfo, str]]:
    """The entries in the order of the archive, each with its path, parted by slashes.

    Names without a declared encoding are read in the one, of _CODE_PAGES, that makes the most plausible words
    of all of them together.
    """
    entries = archive.infolist()
    raw = [_raw_name(entry) for entry in entries]
    encoding = _guess(name for name in raw if name is not None and not name.isascii())
    return [(entry, _name(entry, name, encoding)) for entry, name in zip(entries, raw, strict=True)]


def _raw_name(entry: ZipInfo) -> bytes | None:
    """The bytes of a name in an undeclared encoding, which zipfile decodes as cp437."""
    if entry.flag_bits & _UTF_8_FLAG:
        return None
    return entry.orig_filename.partition("\0")[0].encode("cp437", "replace")


def _name(entry: ZipInfo, raw: bytes | None, encoding: str) -> str:
    if raw is None or raw.isascii():
        name = entry.filename
    else:
        guessed = raw.decode(encoding, "replace")
        shown = (letter if letter.isprintable() or letter.isascii() else "\ufffd" for letter in guessed)
        name = _unicode_path(entry.extra, raw) or "".join(shown)
    return name.replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str:
    while len(extra) > 4:
        kind, size = (int.from_bytes(extra[at : at + 2], "little") for at in (0, 2))
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        # The checksum says that no other program renamed the entry since.
        if kind == _UNICODE_PATH and int.from_bytes(field[1:5], "little") == crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return ""


def _guess(names: Iterable[bytes]) -> str:
    joined = b"\n".join(names)
    scores = {}
    for encoding in _CODE_PAGES:
        try:
            scores[encoding] = _plausibility(joined.decode(encoding))
        except UnicodeDecodeError:
            continue
    return max(scores, key=lambda encoding: scores[encoding], default="cp437")


def _plausibility(text: str) -> int:
    """The number of letters beyond ASCII in words of one script, less twice those in other words."""
    score = 0
    for word in _WORD.findall(text):
        letters = sum(not letter.isascii() for letter in word)
        score += letters if _is_plausible(word, letters) else -2 * letters
    return score


def _is_plausible(word: str, letters: int) -> bool:
    scripts = {_script(letter) for letter in word} - {"PUNCTUATION"}
    if len(scripts) != 1:
        return not scripts
    match scripts.pop():
        case "LATIN":
            return len(word) == 1 or letters <= len(word) / 2
        case "CYRILLIC":
            return not _CYRILLIC_CASE.search(word)
        case script:
            return script == "CJK"


def _script(letter: str) -> str:
    # Beyond the first plane are letters that no name has; half-width ones are Cyrillic in another code page.
    if letter > "\uffff" or _HALF_WIDTH.match(letter):
        return "OTHER"
    if unicodedata.category(letter)[0] in "PZM":
        return "PUNCTUATION"
    if not letter.isalpha():
        return "OTHER"
    script = unicodedata.name(letter, "OTHER").split()[0]
    return "CJK" if script in {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"} else script
