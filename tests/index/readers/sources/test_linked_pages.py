"""Pages that a feed on the web links to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.schemas import Article, Skipped, content_id
from tests.index.readers.site import WEB_STORY, Site, read_urls
from tests.paths import FILES

FEED = "<?xml version='1.0'?><rss version='2.0'><channel><title>The Feed</title>%s</channel></rss>"
ENTRY = "<item><title>%s</title><link>%s</link><pubDate>Tue, 02 Apr 2024 08:00:00 +0200</pubDate>%s</item>"


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml", "text/html", "text/plain"])
def test_a_feed_is_followed_where_its_texts_are_not_whole(site: Site, kind: str) -> None:
    linked = site.page("linked", WEB_STORY, '<meta property="og:site_name" content="The Post">')
    whole = "<description>%s</description>" % ("A long text about an owl. " * 50)
    cut = whole.replace("</", "…</")
    entries = [
        ENTRY % ("Whole", site.url("whole"), whole),
        ENTRY % ("Short", linked, "<description>Only a summary.</description>"),
        ENTRY % ("Cut", site.page("cut", WEB_STORY.replace("bridge", "tower")), cut),
        ENTRY % ("Gone", site.url("gone"), "<description>Only a summary.</description>"),
        ENTRY % ("Picture", site.put("picture", b"x", "image/png"), ""),
        ENTRY % ("Feed", site.put("feed2", (FEED % "").encode(), "application/rss+xml"), ""),
        ENTRY % ("Nowhere", "file:///etc/passwd", "<description>Only a summary.</description>"),
    ]
    url = site.put("feed", (FEED % "".join(entries)).encode(), kind)
    whole_, short, cut_, gone, picture, feed, nowhere = read_urls(url)
    assert isinstance(whole_, Article) and whole_.text.startswith("A long text about an owl.")
    assert whole_.id == content_id(url=site.url("whole")) and whole_.origin == f"{url}#{site.url('whole')}"
    assert isinstance(short, Article) and short == Article(
        id=content_id(url=linked),
        text=short.text,
        title="Short",
        url=linked,
        date=date(2024, 4, 2),
        source="The Feed",
        origin=linked,
    )
    assert short.text.startswith("Paragraph 0")
    assert isinstance(cut_, Article) and "the tower will be built" in cut_.text
    assert gone == Skipped(source=site.url("gone"), reason="the server answered 404 Not Found")
    assert picture == Skipped(
        source=site.url("picture"), reason="the server sends image/png, which is not supported"
    )
    assert isinstance(feed, Skipped) and "links to .rss, which is not a single article" in feed.reason
    assert isinstance(nowhere, Skipped) and "only http and https are" in nowhere.reason
    assert "/whole" not in [path for path, _ in site.asked]


def test_a_feed_of_whole_texts_asks_for_nothing_more(site: Site) -> None:
    url = site.put("all.atom", (FILES / "pelican.atom").read_bytes(), "application/atom+xml")
    assert [type(item) for item in read_urls(url)] == [Article, Article]
    assert [path for path, _ in site.asked] == ["/all.atom"]


def test_a_feed_on_the_disk_asks_for_nothing(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        FEED % ENTRY % ("Short", site.page("a", WEB_STORY), "<description>Short.</description>")
    )
    [found] = read_urls(str(tmp_path))
    assert isinstance(found, Article) and found.text == "Short."
    assert site.asked == []


@pytest.mark.usefixtures("in_this_process")
def test_a_feed_cannot_ask_for_everything(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.formats.feed.MAX_LINKED", 2)
    linked = site.page("a", WEB_STORY)
    items = read_urls(site.put("feed", (FEED % (ENTRY % ("T", linked, "") * 4)).encode(), "text/xml"))
    assert [type(item) for item in items] == [Article, Article, Skipped, Skipped]
    assert [path for path, _ in site.asked] == ["/feed", "/a", "/a"]
