"""RSS and Atom feeds on disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.schemas import Article, content_id
from tests.index.readers.reading import (
    read,
    reasons,
    texts,
    write_and_read,
)
from tests.paths import FILES


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
    assert reasons(write_and_read(path, "")) == ["empty"]
    assert reasons(write_and_read(path, "<svg/>")) == ["not an RSS or Atom feed"]
    assert reasons(write_and_read(path, RSS % ("", ""))) == ["the feed has no entries"]
    assert reasons(write_and_read(path, RSS % ("", "<item><title>x</title></item>"))) == [
        "the entry has no text"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_feeds_with_entities_are_refused(tmp_path: Path, encoding: str) -> None:
    feed = RSS % ('<!DOCTYPE rss [<!ENTITY a "UNSEEN">]>', "<item><description>&a;</description></item>")
    assert reasons(write_and_read(tmp_path / "a.xml", feed.encode(encoding))) == [
        "declares XML entities, which are a security risk; remove them"
    ]


def test_days_and_texts_of_entries(tmp_path: Path) -> None:
    entry = "<item><title>%s &lt;b&gt;x&lt;/b&gt;</title><pubDate>%s</pubDate>"
    entry += "<description>%s</description></item>"
    days = {
        "Mon, 18 Mar 2024 23:30:00 -0500": date(2024, 3, 18),
        "2024-03-18T23:30:00-05:00": date(2024, 3, 18),
        "18 March 2024 some time": date(2024, 3, 18),
        "2016/6/29 15:07:41": date(2016, 6, 29),
        "1666867200": date(2022, 10, 27),
        "2022": None,
        "March 2024": None,
        "Ke, 30 Lok 2013 11:34:37 +0000": date(2013, 10, 30),
        "Do, 27 Okt 2022 10:15:00 +0200": date(2022, 10, 27),
        "Thu, 10/27/2022 - 14:05": date(2022, 10, 27),
        "03/04/2022": date(2022, 3, 4),  # as 10/27/2022 is written
        "": None,
    }
    unseen = "&lt;p&gt;Seen.&lt;/p&gt;&lt;p hidden&gt;UNSEEN&lt;/p&gt;&lt;script&gt;UNSEEN&lt;/script&gt;"
    items = "".join(entry % (n, day, f"{n} {unseen}") for n, day in enumerate(days))
    found = [
        item for item in write_and_read(tmp_path / "a.rss", RSS % ("", items)) if isinstance(item, Article)
    ]
    assert [one.date for one in found] == list(days.values())
    assert [one.text for one in found] == [f"{n}\n\nSeen." for n in range(len(days))]
    assert found[0].title == "0 x" and found[0].id == content_id(text=found[0].text)


def test_latin_feeds(tmp_path: Path) -> None:
    feed = RSS.replace("utf-8", "iso-8859-1") % ("", "<item><description>Größe: 5 €.</description></item>")
    assert texts(write_and_read(tmp_path / "a.rss", feed.encode("cp1252"))) == ["Größe: 5 €."]
