"""Text encodings."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.index.readers.reading import (
    GERMAN,
    read_article,
    skip_reason,
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        ("Die Bürger hätten größere Hoffnungen, sagte der Bürgermeister. ", "latin-1"),
        ("He said “we’re ready” – and left the café for good. ", "cp1252"),
        ("Президент заявил, что мост будет построен в следующем году. ", "cp1251"),
        ("東京は日本の首都です。橋は来年建設される予定です。", "shift_jis"),
    ],
)
def test_legacy_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    assert read_article(tmp_path / "a.txt", (text * 5).encode(encoding)).text == (text * 5).strip()


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_utf_16(tmp_path: Path, mark: bytes, encoding: str) -> None:
    assert read_article(tmp_path / "a.md", mark + (GERMAN + "🌉").encode(encoding)).text == GERMAN + "🌉"
    assert skip_reason(tmp_path / "b.md", mark + GERMAN.encode(encoding) + b"x").startswith("damaged UTF-16")


def test_encodings_that_cannot_be_told_are_not_guessed(tmp_path: Path) -> None:
    spanish = "El puente se construirá el próximo año; mañana habrá más información, señaló el presidente. "
    assert skip_reason(tmp_path / "a.txt", spanish.encode("cp1252")).startswith("unknown text encoding")
    good = GERMAN.encode()
    damaged = skip_reason(tmp_path / "b.txt", good + b"\xff" + good)
    assert damaged == f"damaged UTF-8 at byte {len(good)}; save it as UTF-8 and add it again"
    noise = bytes(range(128, 256)) * 20
    assert skip_reason(tmp_path / "c.txt", noise).startswith("unknown text encoding")


def test_binary_and_empty(tmp_path: Path) -> None:
    assert skip_reason(tmp_path / "a.txt", b"\x7fELF\2\1\1\0\0\0") == "binary"
    assert skip_reason(tmp_path / "b.txt", "a\0b".encode("utf-16")) == "binary"
    for name in ("a.txt", "a.md", "a.html", "a.jsonl"):
        assert skip_reason(tmp_path / name, b"") == "empty"
        assert skip_reason(tmp_path / name, b" \n\t\r\n ") == "empty"
    assert skip_reason(tmp_path / "c.txt", "date 2022-10-27 Home page politics\n") == "empty"
