"""Zip archives."""

from __future__ import annotations

import io
import os
import stat
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from index.readers.registry import read_sources
from index.readers.source_file import MAX_TEXT_BYTES
from index.readers.zipped import zip_archive
from index.schemas import Article, Skipped
from tests.index.readers.reading import (
    read,
    reasons,
    texts,
    write_and_read,
)
from tests.paths import FILES

DAMAGED = "damaged; unpack it and add what can be saved"


def test_zip_by_zip() -> None:
    path = FILES / "news.zip"
    items = read(path)
    found = [item for item in items if isinstance(item, Article)]
    assert [one.id for one in found[:2]] == ["otter-1", "otter-2"]
    assert [one.title for one in found[2:]] == [
        "The Keeper", "The Storm", "The Machine", "The mill wheel", "The eel count"
    ]  # fmt: skip
    assert [one.origin for one in found[-2:]] == [f"{path}/news/mill.txt", f"{path}/news/deep/eels.html"]
    assert found[3].origin == f"{path}/news/orm.epub/EPUB/text/ch002.xhtml"
    skipped = {
        item.source.removeprefix(f"{path}/news/"): item.reason for item in items if isinstance(item, Skipped)
    }
    assert skipped.pop("picture.png").startswith("format .png is not supported")
    assert skipped == {
        "otters.jsonl:2": '"text" is not a string',
        "nothing.txt": "empty",
        "inner.zip": "a zip inside a zip; unpack it and add it separately",
        "link.txt": "a symbolic link; pack the file it points to",
    }


def test_zips_with_a_password_and_broken_ones(tmp_path: Path) -> None:
    assert reasons(read(FILES / "news-password.zip")) == ["encrypted; pack it again without a password"]
    whole = (FILES / "news.zip").read_bytes()
    path = tmp_path / "a.zip"
    assert reasons(write_and_read(path, "")) == ["empty"]
    assert reasons(write_and_read(path, "words")) == ["not a zip, or a damaged one"]
    assert reasons(write_and_read(path, whole[:500])) == ["not a zip, or a damaged one"]
    assert reasons(read(packed(path))) == ["contains nothing to read"]
    assert reasons(write_and_read(path, (FILES / "pdf" / "quell.pdf").read_bytes())) == [
        "its content is a PDF; rename it with the right suffix or convert it"
    ]
    at = whole.index(b"news/deep/eels.html")
    broken = write_and_read(path, whole[: at + 60] + b"\xff" * 20 + whole[at + 80 :])
    assert reasons(broken)[-2:] == [
        DAMAGED,
        "a symbolic link; pack the file it points to",
    ]
    assert len(texts(broken)) == len(texts(read(FILES / "news.zip"))) - 1


def packed(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "b/../../a.txt", "c\\..\\a.txt", "a\n.txt"])
def test_names_that_lead_out_of_a_zip(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "a.zip", (name, b"Text."), ("good/a.txt", b"Good."))
    before = set(tmp_path.parent.rglob("*"))
    items = read(path)
    assert texts(items) == ["Good."]
    assert reasons(items) == ["its path is not valid inside a zip; pack it again"]
    assert set(tmp_path.parent.rglob("*")) == before


@pytest.mark.usefixtures("in_this_process")
def test_bombs_do_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", ("a.txt", b"x" * 300_000_000), ("b.txt", b"Good."))
    tracemalloc.start()
    items = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert texts(items) == ["Good."]
    assert reasons(items) == ["compressed to less than 1/200, like a zip bomb; unpack it yourself"]
    assert peak < 5_000_000
    monkeypatch.setattr(zip_archive, "MAX_UNPACKED_BYTES", 200_000_000)
    assert reasons(read(path)) == ["0.3 GB unpacked, over the limit of 0 GB; split it"]
    monkeypatch.setattr(zip_archive, "MAX_ENTRIES", 1)
    assert reasons(read(path)) == ["2 entries, over the limit of 1; split it"]


def test_an_entry_larger_than_an_article(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.txt", os.urandom(MAX_TEXT_BYTES // 2) * 3))
    assert reasons(read(path)) == ["30.0 MB, over the limit of 20 MB; split it and add the parts"]


def test_an_entry_that_lies_about_its_size(tmp_path: Path) -> None:
    raw = packed(tmp_path / "a.zip", ("a.txt", b"Ten bytes." * 100_000)).read_bytes()
    lie = raw.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != raw
    assert reasons(write_and_read(tmp_path / "a.zip", lie)) == [DAMAGED]


def test_unusual_packing_is_refused(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
            archive.writestr("a.txt", b"x" * 1000)
        assert reasons(read(tmp_path / "a.zip")) == [
            "unsupported compression method; pack it again as an ordinary zip"
        ]


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("passwd.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert reasons(read(packed(tmp_path / "a.zip", (link, b"/etc/passwd")))) == [
        "a symbolic link; pack the file it points to"
    ]


@pytest.mark.usefixtures("in_this_process")
def test_a_jsonl_in_a_zip_is_read_line_by_line(tmp_path: Path) -> None:
    content = io.BytesIO()
    for n in range(2000):
        content.write(b'{"id": "a%d", "text": "%b"}\n' % (n, os.urandom(10_000).hex().encode()))
    path = packed(tmp_path / "a.zip", ("a.jsonl", content.getvalue()))
    del content
    tracemalloc.start()
    assert sum(isinstance(item, Article) for item in read_sources([path])) == 2000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp932", ["表.txt", "ソフト/一月.txt", "日本語の記事.txt"]),
        ("cp932", ["表.txt"]),  # its second byte is a backslash
        ("cp866", ["Новости.txt", "статья о мосте.txt", "МОСТ.TXT"]),
        ("cp866", ["Ёлка.txt"]),  # valid UTF-8, of a letter that no name has
        ("cp850", ["Brücke.txt", "Größe/Übung.txt", "São Paulo.txt", "café été.txt"]),
        ("cp850", ["señal.txt"]),
        ("gb18030", ["经济/新闻报道.txt"]),
        ("utf-8", ["Brücke.txt", "мост.txt", "日本.txt"]),
    ],
)
def test_names_in_an_undeclared_encoding(tmp_path: Path, encoding: str, names: list[str]) -> None:
    path = undeclared(tmp_path / "a.zip", [name.encode(encoding) for name in names])
    assert [item.origin for item in read(path) if isinstance(item, Article)] == [f"{path}/{n}" for n in names]


def test_names_that_no_code_page_fits_are_read_too(tmp_path: Path) -> None:
    path = undeclared(tmp_path / "a.zip", [b"\xff\xfe\x81.txt", b"d\\\x81b.txt"])
    assert len(texts(read(path))) == 2


def test_a_name_repeated_in_utf_8_is_taken(tmp_path: Path) -> None:
    raw = b"\x8f\x90.txt"
    field = b"\x01" + zlib.crc32(raw).to_bytes(4, "little") + "мост.txt".encode()
    extra = b"up" + len(field).to_bytes(2, "little") + field
    path = undeclared(tmp_path / "a.zip", [raw], extra)
    assert [item.origin for item in read(path) if isinstance(item, Article)] == [f"{path}/мост.txt"]


def undeclared(path: Path, names: list[bytes], extra: bytes = b"") -> Path:
    """A zip with entries of these names, as programs write them that know nothing of UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo("?" * len(name))
            entry.extra = extra
            archive.writestr(entry, b"Text %d." % names.index(name))
    content = path.read_bytes()
    for name in names:  # in the entry, then in the directory
        content = content.replace(b"?" * len(name), name, 1)
        at = content.rindex(b"PK\x05\x06")
        directory = int.from_bytes(content[at + 16 : at + 20], "little")
        content = content[:directory] + content[directory:].replace(b"?" * len(name), name, 1)
    path.write_bytes(content)
    return path
