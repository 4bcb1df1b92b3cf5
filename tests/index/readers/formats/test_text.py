"""Plain text files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from index.readers.article_fields import NO_DAY
from index.schemas import Article, content_id
from tests.index.readers.reading import (
    read,
    read_article,
)
from tests.paths import SEEDS


def test_the_seed_article_with_a_dateline() -> None:
    path = SEEDS / "000_f70ea96f36cf7ae1.txt"
    _, text = path.read_text("utf-8").split("\n", 1)
    text = text.strip()
    assert read(path) == [
        Article(
            id=content_id(text=text),
            text=text,
            title="The Belarusian opposition is warning of further Russian invasions: "
            "an alliance with Ukraine is on the cards.",
            date=date(2022, 10, 27),
            source="Home page politics",
            origin=str(path),
        )
    ]


def test_txt_headers_end_at_a_blank_line(tmp_path: Path) -> None:
    found = read_article(
        tmp_path / "a.txt",
        "Title: The bridge: a story\nDate: 2022-10-27T23:59:00-05:00\nSource: Post\nURL: https://x.org/a\n"
        " \nIt will be built.\n",
    )
    assert found == Article(
        id=content_id(url="https://x.org/a"),
        text="It will be built.",
        title="The bridge: a story",
        url="https://x.org/a",
        date=date(2022, 10, 27),
        source="Post",
        origin=str(tmp_path / "a.txt"),
    )


def test_txt_header_like_prose_stays_text(tmp_path: Path) -> None:
    text = "Title: what is in a name?\nAsked Juliet.\n\nNothing."
    assert read_article(tmp_path / "a.txt", text).text == text
    text = "Dates are sweet. The date 2022-10-27 is not here."
    assert read_article(tmp_path / "b.txt", text).date is None


def test_txt_with_an_impossible_date_is_not_guessed(tmp_path: Path) -> None:
    for header in ("date 2022-13-27 Sports", "Date: 2022-13-27"):
        found = read_article(tmp_path / "a.txt", f"{header}\n\nText.")
        assert (found.text, found.date) == ("Text.", None)
        assert [(one.place, one.kind, one.detail) for one in found.remarks] == [
            (str(tmp_path / "a.txt"), NO_DAY, "'2022-13-27'")
        ]


def test_txt_title(tmp_path: Path) -> None:
    def title(text: str) -> str:
        return read_article(tmp_path / "a.txt", text).title

    assert title("The headline\n\nThe text.") == "The headline"
    assert title("x" * 201 + "\n\nText.") == "x" * 119 + "…"
    assert title("A first sentence\nover two lines. A second one.") == "A first sentence over two lines."
    assert title("A line without an end") == "A line without an end"
    long = title("word " * 60 + "end. Next.")
    assert long.endswith("word…") and 100 < len(long) <= 120


def test_line_ends_byte_order_mark_and_control_characters(tmp_path: Path) -> None:
    found = read_article(tmp_path / "a.txt", b"\xef\xbb\xbfOne\r\n\r\nTwo\rThree\x07\x1b\tFour\x0cFive\r\n")
    assert found.text == "One\n\nTwo\nThree\tFour\nFive"
    assert found.title == "One"
