"""Text encodings."""

from __future__ import annotations

import codecs
import random
from pathlib import Path

import pytest

from tests.index.readers.reading import (
    GERMAN,
    STORY,
    page,
    read_article,
    skip_reason,
)

UNDECLARED = [
    ("cp1252", "Le maire a déclaré que le pont sera très bientôt rénové ; il coûtera cher jusqu’à l’été."),
    ("cp1252", "El puente se construirá el próximo año; mañana habrá más información, señaló el presidente."),
    ("cp1252", "Il sindaco ha detto che la città avrà più verde perché è così che si può vivere meglio."),
    ("cp1252", "De burgemeester zei dat de brug, één van de drieëntwintig, in België geïnspireerd is."),
    ("cp1250", "Burmistrz powiedział, że most zostanie zbudowany w przyszłym roku, a święta są już blisko."),
    ("cp1250", "Starosta řekl, že most bude postaven příští rok a že peníze přijdou z Ústí."),
    ("cp1250", "A polgármester szerint a híd jövőre épül fel, és a költségeket az állam fizeti."),
    ("cp1251", "Міський голова заявив, що міст буде збудовано наступного року. Гроші виділить держава."),
    ("koi8-r", "Президент заявил, что мост будет построен в следующем году. Деньги выделит город."),
    ("cp1253", "Ο δήμαρχος δήλωσε ότι η γέφυρα θα κατασκευαστεί το επόμενο έτος με χρήματα του κράτους."),
    (
        "cp1254",
        "Belediye başkanı köprünün gelecek yıl inşa edileceğini ve paranın yakında geleceğini söyledi.",
    ),
    (
        "cp1257",
        "Meras sakė, kad tiltas bus pastatytas kitais metais, o pinigus skirs miestas. Žmonės džiaugėsi.",
    ),
    ("cp932", "東京は日本の首都です。橋は来年建設される予定です。カタカナもあります。"),
    ("gb18030", "市长表示，这座大桥将于明年建成，资金来自国家。人们非常高兴。"),
    ("cp949", "시장은 다리가 내년에 건설될 것이며 자금은 국가에서 나올 것이라고 말했다."),
]


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
    assert read_article(tmp_path / "b.md", mark + GERMAN.encode(encoding) + b"x").text == GERMAN + "\ufffd"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["The bridge is open.", GERMAN, "Мост открыт. Проход свободен.", "桥已经通车。\n人们很高兴。"]
)
def test_utf_16_without_a_mark(tmp_path: Path, encoding: str, text: str) -> None:
    assert read_article(tmp_path / "a.txt", (text * 3).encode(encoding)).text == (text * 3).strip()


@pytest.mark.parametrize(("encoding", "text"), UNDECLARED)
def test_undeclared_encodings_are_told_by_the_language(tmp_path: Path, encoding: str, text: str) -> None:
    page = f"<html><head><title>A page</title></head><body><article><p>{text * 3}</p></article></body></html>"
    for name, whole in (("a.txt", text), ("b.txt", f"{text}\n" * 20), ("c.html", page)):
        assert text in read_article(tmp_path / name, whole.encode(encoding)).text


@pytest.mark.parametrize(
    "text",
    ["Zoë", "He said “no” – twice.", "It cost 20 €.", "One\xa0two.", "São Paulo", "déjà vu", "Don’t go"],
)
def test_few_letters_are_western(tmp_path: Path, text: str) -> None:
    assert read_article(tmp_path / "a.txt", text.encode("cp1252")).text == text


def test_one_bad_byte_anywhere_costs_no_more_than_its_letter(tmp_path: Path) -> None:
    text = "Le café très agréable était fermé – “hélas”."
    raw = text.encode()
    for at in range(len(raw) + 1):
        article = read_article(tmp_path / "a.txt", raw[:at] + b"\xe4" + raw[at:])
        broken = len(article.text) - len(article.text.rstrip("\ufffd")) or article.text.count("\ufffd")
        assert 1 <= broken <= 4
        assert sum(word in article.text.split() for word in text.split()) >= len(text.split()) - 2
        [remark] = article.remarks
        assert remark.detail == str(article.text.count("\ufffd") + article.title.count("\ufffd"))


def test_a_bad_byte_in_a_comment_costs_nothing(tmp_path: Path) -> None:
    comment = b"<!-- M\xe4rz --></body>"
    for meta in ("<meta charset='utf-8'>", ""):
        found = read_article(tmp_path / "a.html", page(STORY, meta).encode().replace(b"</body>", comment))
        assert "said the mayor." in found.text and found.remarks == ()


def test_declared_encodings_with_damage(tmp_path: Path) -> None:
    story = "<p>橋は来年建設される予定です。東京は日本の首都です。</p>" * 5
    raw = page(story, "<meta charset='Shift_JIS'>").encode("cp932")
    at = raw.index("首都".encode("cp932"))
    found = read_article(tmp_path / "a.html", raw[:at] + b"\xff" + raw[at:])
    assert found.text.count("橋は来年建設される予定です。") == 5
    few = read_article(
        tmp_path / "b.html",
        page(STORY, "<meta charset='utf-8'>").encode().replace(b"Monday", b"M\xe9nday", 1),
    )
    assert "M\ufffdnday" in few.text and few.remarks[0].detail == "1"


def test_what_is_not_mostly_text_is_refused(tmp_path: Path) -> None:
    noise = bytes(range(128, 256)) * 20
    assert skip_reason(tmp_path / "a.txt", noise).startswith("binary, or in an unknown encoding")
    assert skip_reason(tmp_path / "b.txt", random.Random(1).randbytes(3000).replace(b"\0", b"x")).startswith(
        "binary"
    )
    assert (
        read_article(tmp_path / "c.txt", b"One line.\n" * 500 + b"\0").text == ("One line.\n" * 500).strip()
    )


def test_binary_and_empty(tmp_path: Path) -> None:
    assert skip_reason(tmp_path / "a.txt", b"\x7fELF\2\1\1\0\0\0") == "binary"
    for name in ("a.txt", "a.md", "a.html", "a.jsonl"):
        assert skip_reason(tmp_path / name, b"") == "empty"
        assert skip_reason(tmp_path / name, b" \n\t\r\n ") == "empty"
    assert skip_reason(tmp_path / "c.txt", "date 2022-10-27 Home page politics\n") == "empty"
