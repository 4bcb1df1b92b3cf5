"""Files that hold several articles: tables, feeds and zips."""

from __future__ import annotations

import io
import os
import stat
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest

from index.readers import zip
from index.readers.file import MAX_TEXT_BYTES
from index.readers.registry import count_sources, read_sources
from index.schemas import Article, Skipped, content_id
from tests.paths import FILES


def read(*sources: str | Path) -> list[Article | Skipped]:
    items = list(read_sources(sources))
    assert count_sources(sources) == len(items)
    return items


def texts(items: list[Article | Skipped]) -> list[str]:
    return [item.text for item in items if isinstance(item, Article)]


def reasons(items: list[Article | Skipped]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Skipped)]


def written(path: Path, content: str | bytes) -> list[Article | Skipped]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


# --- .csv


def test_csv_by_libreoffice() -> None:
    path = FILES / "brenn-libreoffice.csv"
    assert read(path) == [
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
        Skipped(source=f"{path}:5", reason="date 'last week' is not ISO 8601, such as 2022-10-27"),
    ]


def test_csv_by_sqlite() -> None:
    weir, ferry, empty = read(FILES / "brenn-sqlite.csv")
    assert isinstance(weir, Article) and isinstance(ferry, Article)
    assert (weir.id, ferry.id, ferry.date) == ("weir-1", "ferry-2", date(2024, 2, 3))
    assert ferry.text == 'The ferry sails. It said "tooot".\nTwice.'
    assert empty == Skipped(source=str(FILES / "brenn-sqlite.csv") + ":5", reason="empty")


def test_csv_without_a_text_is_none(tmp_path: Path) -> None:
    wanted = 'no column named "text"; the first line names the columns: id url title date source text'
    assert reasons(read(FILES / "no-text.csv")) == [wanted]
    assert reasons(written(tmp_path / "a.csv", "")) == ["empty"]
    assert reasons(written(tmp_path / "a.csv", "id,text\n")) == ["empty"]
    assert reasons(written(tmp_path / "a.csv", "\n\n")) == ["empty"]
    assert reasons(written(tmp_path / "a.csv", "text\n\0\n")) == ["binary"]


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
    found = written(tmp_path / "a.csv", table.encode(encoding))
    assert texts(found) == [rows[1][0], "short"]


def test_csv_that_breaks_keeps_what_came_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.formats.jsonl_csv.MAX_TEXT_BYTES", 1000)
    head = "id,text\na,One.\n"
    before, broken = written(tmp_path / "a.csv", head + '"b,Two.\n' + "c,Three.\n" * 500)
    assert isinstance(before, Article) and before.text == "One."
    assert isinstance(broken, Skipped) and broken.source.endswith(":3") and "field larger" in broken.reason
    before, broken = written(tmp_path / "b.csv", head + "b," + "x" * 2000)
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


# --- feeds


def test_atom_by_pelican() -> None:
    regatta, bell = read(FILES / "pelican.atom")
    assert isinstance(regatta, Article) and isinstance(bell, Article)
    url = "https://quell.example/regatta-of-the-washtubs.html"
    assert regatta == Article(
        id=content_id(url=url),
        text="Thirty-one washtubs set out from the mill at noon, and four arrived. The winner, Ida Fenn, "
        "paddled with a bread shovel.\n\nThe prize was a ham of nine kilos.",
        title="Regatta of the washtubs",
        url=url,
        date=date(2024, 6, 9),
        source="Quell Valley News",
        origin=f"{FILES / 'pelican.atom'}#tag:quell.example,2024-06-09:/regatta-of-the-washtubs.html",
    )
    assert bell.title == "The bell that rang thirteen"


def test_rss_by_hugo_from_the_disk_is_its_summaries() -> None:
    owl, kiln = read(FILES / "hugo.rss")
    assert isinstance(owl, Article) and isinstance(kiln, Article)
    assert owl.text.startswith("A barn owl lived for eleven days")
    assert (kiln.title, kiln.date) == ("The kiln & the baker", date(2024, 3, 18))  # 23:30 -0500
    assert kiln.source == "Posts on The Grey Gull"


RSS = "<?xml version='1.0' encoding='utf-8'?>%s<rss version='2.0'><channel><title>T</title>%s</channel></rss>"


def test_feeds_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    assert reasons(written(path, "")) == ["empty"]
    assert reasons(written(path, "<svg/>")) == ["not an RSS or Atom feed"]
    assert reasons(written(path, RSS % ("", ""))) == ["no entries in the feed"]
    assert reasons(written(path, RSS % ("", "<item><title>x</title></item>"))) == ["the entry has no text"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_feeds_with_entities_are_refused(tmp_path: Path, encoding: str) -> None:
    feed = RSS % ('<!DOCTYPE rss [<!ENTITY a "UNSEEN">]>', "<item><description>&a;</description></item>")
    assert reasons(written(tmp_path / "a.xml", feed.encode(encoding))) == [
        "declares entities of its own, as only harmful feeds do"
    ]


def test_days_and_texts_of_entries(tmp_path: Path) -> None:
    entry = "<item><title>%s &lt;b&gt;x&lt;/b&gt;</title><pubDate>%s</pubDate>"
    entry += "<description>%s</description></item>"
    days = {
        "Mon, 18 Mar 2024 23:30:00 -0500": date(2024, 3, 18),
        "2024-03-18T23:30:00-05:00": date(2024, 3, 18),
        "18 March 2024 some time": None,
        "": None,
    }
    unseen = "&lt;p&gt;Seen.&lt;/p&gt;&lt;p hidden&gt;UNSEEN&lt;/p&gt;&lt;script&gt;UNSEEN&lt;/script&gt;"
    items = "".join(entry % (n, day, f"{n} {unseen}") for n, day in enumerate(days))
    found = [item for item in written(tmp_path / "a.rss", RSS % ("", items)) if isinstance(item, Article)]
    assert [one.date for one in found] == list(days.values())
    assert [one.text for one in found] == [f"{n}\n\nSeen." for n in range(len(days))]
    assert found[0].title == "0 x" and found[0].id == content_id(text=found[0].text)


def test_latin_feeds(tmp_path: Path) -> None:
    feed = RSS.replace("utf-8", "iso-8859-1") % ("", "<item><description>Größe: 5 €.</description></item>")
    assert texts(written(tmp_path / "a.rss", feed.encode("cp1252"))) == ["Größe: 5 €."]


# --- .zip


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
    assert skipped.pop("picture.png").startswith("format .png is not read")
    assert skipped == {
        "otters.jsonl:2": '"text" is not a string',
        "nothing.txt": "empty",
        "inner.zip": "a zip in a zip; unpack it and add it by itself",
        "link.txt": "a link; pack what it leads to",
    }


def test_zips_with_a_password_and_broken_ones(tmp_path: Path) -> None:
    assert reasons(read(FILES / "news-password.zip")) == ["encrypted; pack it again without a password"]
    whole = (FILES / "news.zip").read_bytes()
    path = tmp_path / "a.zip"
    assert reasons(written(path, "")) == ["empty"]
    assert reasons(written(path, "words")) == ["not a zip, or a damaged one"]
    assert reasons(written(path, whole[:500])) == ["not a zip, or a damaged one"]
    assert reasons(read(packed(path))) == ["nothing in it to read"]
    assert reasons(written(path, (FILES / "quell.pdf").read_bytes())) == [
        "its content is a PDF; give it the ending that says so, or convert it"
    ]
    at = whole.index(b"news/deep/eels.html")
    broken = written(path, whole[: at + 60] + b"\xff" * 20 + whole[at + 80 :])
    assert reasons(broken)[-2:] == ["damaged; unpack it to see what is left", "a link; pack what it leads to"]
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
    assert reasons(items) == ["its path is not one inside the zip; pack it again"]
    assert set(tmp_path.parent.rglob("*")) == before


def test_bombs_do_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "a.zip", ("a.txt", b"x" * 300_000_000), ("b.txt", b"Good."))
    tracemalloc.start()
    items = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert texts(items) == ["Good."]
    assert reasons(items) == [
        "packed to less than 1/200 of itself, as only harmful files are; unpack it yourself"
    ]
    assert peak < 5_000_000
    monkeypatch.setattr(zip, "MAX_UNPACKED_BYTES", 200_000_000)
    assert reasons(read(path)) == ["0.3 GB unpacked, more than 0; split it"]
    monkeypatch.setattr(zip, "MAX_ENTRIES", 1)
    assert reasons(read(path)) == ["2 entries, more than 1; split it"]


def test_an_entry_larger_than_an_article(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.txt", os.urandom(MAX_TEXT_BYTES // 2) * 3))
    assert reasons(read(path)) == ["30.0 MB, more than the 20 MB of one article; split it and add the parts"]


def test_an_entry_that_lies_about_its_size(tmp_path: Path) -> None:
    raw = packed(tmp_path / "a.zip", ("a.txt", b"Ten bytes." * 100_000)).read_bytes()
    lie = raw.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != raw
    assert reasons(written(tmp_path / "a.zip", lie)) == ["damaged; unpack it to see what is left"]


def test_unusual_packing_is_refused(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
            archive.writestr("a.txt", b"x" * 1000)
        assert reasons(read(tmp_path / "a.zip")) == [
            "packed with an unusual method; pack it again as an ordinary zip"
        ]


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("passwd.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert reasons(read(packed(tmp_path / "a.zip", (link, b"/etc/passwd")))) == [
        "a link; pack what it leads to"
    ]


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
