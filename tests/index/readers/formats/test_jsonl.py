"""JSON Lines files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from index.schemas import Article, Skipped, content_id
from tests.index.readers.reading import (
    lines,
    read,
    skip_reason,
    texts,
)


def test_jsonl_keeps_what_is_given(tmp_path: Path) -> None:
    full = {
        "id": "a/1 é",
        "url": "https://x.org",
        "title": " T ",
        "date": "2022-10-27",
        "source": "S",
        "text": " x\n",
    }
    first, second, third = lines(
        tmp_path / "a.jsonl", {**full, "question": "?", "k": 1}, {"text": "y"}, full | {"id": None}
    )
    assert first == Article(**{**full, "date": date(2022, 10, 27)})  # type: ignore[arg-type]
    assert second == Article(id=content_id(text="y"), text="y")
    assert isinstance(third, Article) and third.id == content_id(url="https://x.org", text=" x\n")


@pytest.mark.parametrize("escaped", [True, False])
def test_jsonl_text_in_is_text_out(tmp_path: Path, escaped: bool) -> None:
    given = [
        "👩‍👩‍👧‍👦 🇺🇦 🌉",
        "e\u0301 é Å Å ﬁ",  # not normalised
        "one\u2028two\u2029three\x85four",
        "\r\nCR LF\r\n and CR\r, tab\t, form feed\x0c and trailing blanks  \n",
        "\ufeffmark \u200b\u00ad\u202eedis",
        "עברית العربية",
        "\x00\x01\x1b[31m",
        '"quotes" \\ and / slashes',
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\r\n".join(json.dumps({"text": t}, ensure_ascii=escaped).encode() for t in given))
    assert texts(read(path)) == given


def test_bad_lines_leave_the_others_alone(tmp_path: Path) -> None:
    bad = {
        "{not json": "not JSON (",
        "[" * 100_000: "not JSON (",
        '{"text": 1' + "0" * 5000 + "}": "not JSON (",
        "[1, 2]": "not a JSON object",
        '{"title": "t"}': 'no "text" among its columns (title)',
        '{"text": null}': "empty",
        '{"text": [7]}': '"text" is not a string',
        '{"text": " \\n"}': "empty",
        '{"text": "x", "title": true}': '"title" is not a string',
        '{"text": "x", "url": 7}': '"url" is not a string',
        '{"text": "half \\ud800 pair"}': '"text" has an unpaired surrogate',
        '{"text": "x", "title": "\\udfff"}': '"title" has an unpaired surrogate',
        '{"text": "x", "id": "a\\nb"}': "id 'a\\nb' must be 1 to 200 printable characters",
        '{"text": "x", "id": ".."}': "id '..' must be",
        json.dumps({"text": "x", "id": "a" * 201}): "id 'aaa",
    }
    path = tmp_path / "a.jsonl"
    found = lines(path, {"text": "first"}, "", *bad, {"text": "last"})
    assert [item.text for item in found if isinstance(item, Article)] == ["first", "last"]
    skipped = [item for item in found if isinstance(item, Skipped)]
    for number, (item, start) in enumerate(zip(skipped, bad.values(), strict=True), 3):
        assert item.source == f"{path}:{number}"
        assert item.reason.startswith(start)


def test_jsonl_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n{"text": "caf\xe9"}\n{"text": "b"}')
    assert read(path) == [
        Article(id=content_id(text="a"), text="a"),
        Article(id=content_id(text="caf\ufffd"), text="caf\ufffd"),
        Article(id=content_id(text="b"), text="b"),
    ]
    path.write_bytes(b'{"text": "a"}\n{"text": "caf\xe9"}\n')
    assert texts(read(path)) == ["a", "café"]
    (tmp_path / "b.jsonl").write_bytes('{"text": "a"}\n{"text": "ä"}\n'.encode("utf-16"))
    assert texts(read(tmp_path / "b.jsonl")) == ["a", "ä"]
    assert skip_reason(tmp_path / "c.jsonl", b'{"text": "a"}\n\0\0\0') == "binary"


def test_test_questions_are_one_skip(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    questions = [{"id": str(n), "question": "Who?", "answers": ["me"]} for n in range(5)]
    assert lines(path, "", *questions) == [Skipped(source=str(path), reason="test questions, not articles")]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022-10-27", 27),
        ("20221027", 27),
        ("2022-10-27T23:59:59.123Z", 27),
        ("2022-10-27 23:30:00 -0500", 27),
        ("2022-10-28T00:10+09:00", 28),
    ],
)
def test_the_day_is_taken_as_written(tmp_path: Path, written: str, day: int) -> None:
    [item] = lines(tmp_path / "a.jsonl", {"text": "x", "date": written})
    assert isinstance(item, Article) and item.date == date(2022, 10, day)
