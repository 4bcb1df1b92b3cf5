"""What takes too long, needs too much memory or crashes its reader harms only itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.readers.isolation import process, reading
from index.readers.isolation.process import CRASHED, KILLED, TOO_LONG
from index.readers.isolation.reading import cancelled_by
from index.readers.registry import count_sources, read_sources
from index.schemas import Article, Skipped
from tests.index.readers.reading import reasons, texts
from tests.index.readers.site import WEB_STORY, Site, read_urls

# What the child runs before it reads: a reader for each kind of trouble, behind formats that exist.
TROUBLE = """
import os, signal, time
from index.readers import registry
from index.readers.formats import text
from index.readers.isolation import child

child.CPU_SECONDS = 0.3

def read_text(file):
    content = file.read()
    if content.startswith(b"spin"):
        while True: pass
    if content.startswith(b"regex"):
        import re
        re.match(r"(x+x+)+y", "x" * 40)
    if content.startswith(b"sleep"):
        time.sleep(60)
    if content.startswith(b"crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if content.startswith(b"killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if content.startswith(b"memory"):
        bytearray(3_000_000_000)
    if content.startswith(b"bug"):
        raise KeyError("surprise")
    return text.read_text(file)

registry.SINGLE[".txt"] = read_text

def read_slow(file):
    yield from registry.read_jsonl(file)
    while True: pass

registry.MULTIPLE[".jsonl"] = read_slow
child.main()
"""


@pytest.fixture
def trouble(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    program = tmp_path_factory.mktemp("child") / "child.py"
    program.write_text(TROUBLE)
    process._POOL.close()
    with monkeypatch.context() as patch:
        patch.setattr(
            "index.readers.isolation.process.child_command",
            lambda _, number: [sys.executable, str(program), number],
        )
        patch.setattr(process, "WALL_SECONDS", 2)
        yield
        process._POOL.close()


def in_folder(tmp_path: Path, **contents: str) -> list[Article | Skipped]:
    for name, content in contents.items():
        (tmp_path / f"{name}.txt").write_text(content)
    return list(read_sources([tmp_path]))


@pytest.mark.usefixtures("trouble")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("spin", TOO_LONG),
        ("regex", TOO_LONG),
        ("sleep", TOO_LONG),
        ("crash", CRASHED.format(signal="SIGSEGV")),
        ("killed", KILLED),
        ("memory", "needs more than 1 GB of memory to read; split it and add the parts"),
        ("bug", "cannot be read, because of an error in its reader (KeyError: 'surprise'); please report it"),
    ],
)
def test_one_file_is_skipped_and_the_others_are_read(tmp_path: Path, content: str, reason: str) -> None:
    before, bad, after = in_folder(tmp_path, a="Before.", b=content, c="After.")
    assert texts([before, after]) == ["Before.", "After."]
    assert bad == Skipped(source=str(tmp_path / "b.txt"), reason=reason)


@pytest.mark.usefixtures("trouble")
def test_one_file_of_a_zip_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in [
            ("1.txt", "One."),
            ("2.txt", "crash"),
            ("3.csv", "id,text\nc,Three.\nd,Four.\n"),
        ]:
            archive.writestr(name, content)
        archive.writestr("4.txt", "spin")
        archive.writestr("5.txt", "Five.")
    items = list(read_sources([path]))
    assert texts(items) == ["One.", "Three.", "Four.", "Five."]
    assert [(item.source, item.reason) for item in items if isinstance(item, Skipped)] == [
        (f"{path}/2.txt", CRASHED.format(signal="SIGSEGV")),
        (f"{path}/4.txt", TOO_LONG),
    ]


@pytest.mark.usefixtures("trouble")
def test_what_was_read_before_a_file_hangs_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    lines = '{"text": "One."}\n{"text": "Two."}\n'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", lines)
        archive.writestr("b.txt", "After.")
    items = list(read_sources([path]))
    assert texts(items) == ["One.", "Two.", "After."] and reasons(items) == [TOO_LONG]
    (tmp_path / "b.jsonl").write_text(lines)
    items = list(read_sources([tmp_path / "b.jsonl"]))
    assert texts(items) == ["One.", "Two."] and reasons(items) == [TOO_LONG]
    assert count_sources([tmp_path / "b.jsonl"]) == 3


@pytest.mark.usefixtures("trouble")
def test_a_zip_full_of_trouble_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(20):
            archive.writestr(f"{n}.txt", "crash")
    found = reasons(list(read_sources([path])))
    assert found == [CRASHED.format(signal="SIGSEGV")] * reading.MAX_DEATHS + [reading.REST_UNREAD]


@pytest.mark.usefixtures("trouble")
def test_reading_can_be_cancelled_within_an_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WALL_SECONDS", 60)
    (tmp_path / "a.txt").write_text("sleep")
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    started = time.monotonic()
    with cancelled_by(cancelled):
        assert list(read_sources([tmp_path])) == []
    assert time.monotonic() - started < 10


def test_a_process_is_used_again_and_replaced_if_it_died(tmp_path: Path) -> None:
    ballast = bytearray(b"x") * 500_000_000  # the memory of this process does not count
    (tmp_path / "a.txt").write_text("Before.")
    list(read_sources([tmp_path]))
    idle = process._POOL._idle
    assert idle
    assert texts(list(read_sources([tmp_path]))) == ["Before."]
    assert process._POOL._idle is idle
    del ballast
    os.kill(idle._process.pid, signal.SIGKILL)
    idle._process.wait()
    assert texts(list(read_sources([tmp_path]))) == ["Before."]
    assert process._POOL._idle is not idle


def test_a_process_that_is_not_used_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process._POOL.close()
    monkeypatch.setattr(process, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(process, "_POOL", process._Pool())
    (tmp_path / "a.txt").write_text("Before.")
    list(read_sources([tmp_path]))
    idle = process._POOL._idle
    assert idle
    assert idle._process.wait(10) != 0


def test_a_loop_that_is_left_early_leaves_no_process(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"text": "One."}\n' * 100_000)
    process._POOL.close()
    items = read_sources([lines])
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert process._POOL._idle is None


def test_files_of_the_current_folder_are_no_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process._POOL.close()
    for name in ("re", "index", "lxml", "zipfile"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "a.txt").write_text("Whole.")
    monkeypatch.chdir(tmp_path)
    assert texts(list(read_sources(["a.txt"]))) == ["Whole."]


def test_a_folder_that_is_left_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
        monkeypatch.chdir(tmp_path / name)
        assert texts(list(read_sources(["a.txt"]))) == [name]


def test_addresses_are_fetched_here_and_read_there(site: Site) -> None:
    linked = site.page("a", WEB_STORY)
    feed = (
        "<rss><channel><title>F</title><item><title>T</title>"
        f"<link>{linked}</link><description>short</description></item></channel></rss>"
    )
    [article] = read_urls(site.put("feed", feed.encode(), "text/xml"))
    assert isinstance(article, Article) and article.title == "T" and "Paragraph 5" in article.text
