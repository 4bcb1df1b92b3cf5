"""CSV files."""

from __future__ import annotations

import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from index.readers.article_fields import NO_DAY
from index.readers.registry import read_sources
from index.schemas import Article, Remark, Skipped, content_id
from tests.index.readers.reading import (
    read,
    reasons,
    texts,
    write_and_read,
)
from tests.paths import FILES


def test_csv_by_libreoffice() -> None:
    path = FILES / "tables" / "brenn-libreoffice.csv"
    *found, mill = read(path)
    assert isinstance(mill, Article)
    assert [*found, mill] == [
        Article(
            id=content_id(url="https://brenn.example/bread"),
            text="The oven of Lower Brenn bakes again; its café opens at 7.\n"
            'A loaf costs 4 €, said the baker, "not a cent more".',
            title="Bread for the café",
            url="https://brenn.example/bread",
            date=date(2024, 1, 15),
            source="Brenn Echo",
        ),
        Article(
            id=content_id(text="The weir was closed for repairs, until Easter."),
            text="The weir was closed for repairs, until Easter.",
            title="The weir",
            date=date(2024, 2, 1),
            source="Brenn Echo",
        ),
        Article(id=mill.id, text=mill.text, title=mill.title, source=mill.source),
    ]
    assert mill.remarks == (Remark(place=f"{path}:5", kind=NO_DAY, detail="'last week'"),)


def test_csv_by_sqlite() -> None:
    weir, ferry, empty = read(FILES / "tables" / "brenn-sqlite.csv")
    assert isinstance(weir, Article) and isinstance(ferry, Article)
    assert (weir.id, ferry.id, ferry.date) == ("weir-1", "ferry-2", date(2024, 2, 3))
    assert ferry.text == 'The ferry sails. It said "tooot".\nTwice.'
    assert empty == Skipped(source=str(FILES / "tables" / "brenn-sqlite.csv") + ":5", reason="empty")


def test_csv_without_a_text_is_none(tmp_path: Path) -> None:
    [reason] = reasons(read(FILES / "tables" / "no-text.csv"))
    assert reason.startswith('no "text" among its columns (') and "--columns text=COLUMN" in reason
    assert reasons(write_and_read(tmp_path / "a.csv", "")) == ["empty"]
    assert reasons(write_and_read(tmp_path / "a.csv", "id,text\n")) == ["empty"]
    assert reasons(write_and_read(tmp_path / "a.csv", "\n\n")) == ["empty"]
    assert reasons(write_and_read(tmp_path / "a.csv", "text\n\0\n")) == ["binary"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_of_all_kinds(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    rows = [
        ["TEXT ", " title"],
        ["“Größere Brücken” – sagt der Bürgermeister. " * 3, "T"],
        ["", ""],
        ["short"],
    ]
    table = end.join(delimiter.join(row) for row in rows)
    found = write_and_read(tmp_path / "a.csv", table.encode(encoding))
    assert texts(found) == [rows[1][0], "short"]


@pytest.mark.usefixtures("in_this_process")
def test_csv_that_breaks_keeps_what_came_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.formats.csv.MAX_TEXT_BYTES", 1000)
    head = "id,text\na,One.\n"
    before, broken = write_and_read(tmp_path / "a.csv", head + '"b,Two.\n' + "c,Three.\n" * 500)
    assert isinstance(before, Article) and before.text == "One."
    assert isinstance(broken, Skipped) and broken.source.endswith(":3") and "field larger" in broken.reason
    before, broken = write_and_read(tmp_path / "b.csv", head + "b," + "x" * 2000)
    assert isinstance(before, Article) and isinstance(broken, Skipped) and "split it" in broken.reason


def test_a_large_csv_is_read_row_by_row(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w") as file:
        file.write("id,text\n")
        for n in range(3000):
            file.write(f"{n},{n} " + "The bridge will be built. " * 1000 + "\n")
    tracemalloc.start()
    assert sum(isinstance(item, Article) for item in read_sources([tmp_path])) == 3000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000 < (tmp_path / "a.csv").stat().st_size
