"""Files, folders and patterns on disk."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from index.readers.registry import FORMATS
from index.schemas import Article, Skipped
from tests.index.readers.reading import (
    read,
)
from tests.paths import FILES


def test_a_folder_is_read_in_order_without_the_hidden(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/b/c.TXT",
        "c.odt",
        "d",
        ".hidden.txt",
        ".git/x.txt",
        "README.md",
        "a/readme.MD",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"text of {name}")
    found = read(tmp_path)
    assert [item.text for item in found if isinstance(item, Article)] == [
        "text of a/b/c.TXT",
        "text of a/z.md",
        "text of b.txt",
    ]
    formats = " ".join(FORMATS)
    assert [item for item in found if isinstance(item, Skipped)] == [
        Skipped(source=str(tmp_path / "c.odt"), reason=f"format .odt is not supported ({formats})"),
        Skipped(source=str(tmp_path / "d"), reason=f"files without a suffix are not supported ({formats})"),
    ]
    # What is named outright is meant.
    assert [type(item) for item in read(tmp_path / "README.md", tmp_path / ".hidden.txt")] == [
        Article,
        Article,
    ]


def test_origin_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    (tmp_path / "link.txt").symlink_to("a.txt")
    monkeypatch.chdir(tmp_path)
    origins = [item.origin for item in read("a.txt", ".", "./link.txt") if isinstance(item, Article)]
    assert origins == [str(tmp_path / "a.txt")] * 4


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    assert read(missing, "", "a\0b") == [
        Skipped(source=str(missing), reason="no such file"),
        Skipped(source="", reason="no such file"),
        Skipped(source="a\0b", reason="no such file"),
    ]
    (tmp_path / "a.txt").write_text("Text.")
    [item] = read(tmp_path / "a.txt" / "b.txt")
    assert item == Skipped(source=str(tmp_path / "a.txt" / "b.txt"), reason="not a directory")
    [item] = read("x" * 5000 + ".txt")
    assert isinstance(item, Skipped) and item.reason == "file name too long"


def test_other_schemes_are_refused() -> None:
    wanted = "only http:// and https:// addresses are supported"
    for address in ("ftp://example.org/a.html", "file:///etc/passwd"):
        assert read(address) == [Skipped(source=address, reason=wanted)]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("news/a.txt", "news/b.md", "news/README.md", "news/.c.txt", "news/deep/er/d.txt", "[e].txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"text of {name}")
    monkeypatch.chdir(tmp_path)

    def texts(pattern: str) -> list[str]:
        return [item.text.removeprefix("text of ") for item in read(pattern) if isinstance(item, Article)]

    assert texts("news/*.txt") == ["news/a.txt"]
    assert texts("news/*") == ["news/a.txt", "news/b.md", "news/deep/er/d.txt"]
    assert texts(f"{tmp_path}/**/*.txt") == ["[e].txt", "news/a.txt", "news/deep/er/d.txt"]
    assert texts("news/**") == ["news/a.txt", "news/b.md", "news/deep/er/d.txt"]
    assert texts("[e].txt") == ["[e].txt"]  # it is there, so it is no pattern
    assert read("news/*.pdf") == [Skipped(source="news/*.pdf", reason="no file matches this pattern")]


def test_links_that_lead_nowhere_or_back(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one.txt").write_text("One.")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    up, one, broken, itself = read(tmp_path)
    assert up == Skipped(source=str(tmp_path / "a/b/up"), reason="a link to a folder that was already read")
    assert isinstance(one, Article) and one.text == "One."
    assert broken == Skipped(source=str(tmp_path / "broken.txt"), reason="broken link")
    assert itself == Skipped(source=str(tmp_path / "self.txt"), reason="too many levels of symbolic links")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.txt"):
        (tmp_path / name).write_text('{"text": "x"}')
        (tmp_path / name).chmod(0)
    (tmp_path / "c").mkdir(mode=0)
    try:
        found = read(tmp_path)
    finally:
        (tmp_path / "c").chmod(0o700)
    assert found == [
        Skipped(source=str(tmp_path / name), reason="permission denied") for name in ("a.jsonl", "b.txt", "c")
    ]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.txt"))
        assert {item.reason for item in read(tmp_path) if isinstance(item, Skipped)} == {"not a regular file"}


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Text.")
    [item] = read(tmp_path)
    wanted = "the name is not UTF-8; rename it and add it again"
    assert item == Skipped(source=f"{tmp_path}/caf\\udce9.txt", reason=wanted)


def test_one_bad_file_leaves_the_others_alone(tmp_path: Path) -> None:
    for name in ("pdf/quell.pdf", "docx/orm.docx", "orm.epub", "pdf/password.pdf", "docx/misnamed.docx"):
        (tmp_path / Path(name).name).write_bytes((FILES / name).read_bytes())
    (tmp_path / "zero.pdf").touch()
    items = read(tmp_path)
    assert sum(isinstance(item, Article) for item in items) == 5
    skipped = [Path(item.source).name for item in items if isinstance(item, Skipped)]
    assert skipped == ["misnamed.docx", "password.pdf", "zero.pdf"]
