"""Web addresses, read from a real server on this machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.readers.registry import count_sources
from index.schemas import Article, Skipped, content_id
from qa.assistant import Assistant
from qa.web.api import create_api
from tests.index.readers.site import HTML, WEB_STORY, Site, read_url, read_urls, skipped_url
from tests.paths import FILES


def test_a_page(site: Site) -> None:
    url = site.url("news/bridge")
    site.page(
        "news/bridge",
        WEB_STORY,
        '<meta property="og:site_name" content="The Post">'
        '<meta property="og:title" content="A bridge at last">'
        f'<link rel="canonical" href="{url}"><meta property="article:published_time" content="2022-10-27">',
    )
    found = read_url(url + "?utm_source=mail#part")
    assert found.text.startswith("Paragraph 0: the council")
    assert found == Article(
        id=content_id(url=url),
        text=found.text,
        title="A bridge at last",
        url=url,
        date=date(2022, 10, 27),
        source="The Post",
        origin=url + "?utm_source=mail",
    )


@pytest.mark.parametrize("canonical", ["https://other.example/a", "/", "http://127.0.0.1:1/a"])
def test_a_page_cannot_pass_for_one_of_another_site(site: Site, canonical: str) -> None:
    site.page("a", WEB_STORY, f'<link rel="canonical" href="{canonical}">')
    assert read_url(site.url("a")).url == site.url("a")


@pytest.mark.parametrize(
    ("path", "kind", "file"),
    [
        ("a", "application/pdf", "pdf/quell.pdf"),
        ("a.pdf", "application/octet-stream", "pdf/quell.pdf"),
        ("a", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx/quell.docx"),
        ("a.docx", "", "docx/quell.docx"),
    ],
)
def test_documents(site: Site, path: str, kind: str, file: str) -> None:
    found = read_url(site.put(path, (FILES / file).read_bytes(), kind))
    assert (found.title, found.url) == ("When the Quell froze", site.url(path))


def test_files_of_several_articles(site: Site) -> None:
    lines = site.put("a", b'{"id": "x", "text": "One."}\n{"text": "Two."}\n', "application/x-ndjson")
    table = site.put("b.csv", b"text\nThree.\n", "text/plain")
    packed = site.put("c", (FILES / "news.zip").read_bytes(), "application/zip")
    book = site.put("d", (FILES / "orm.epub").read_bytes(), "application/epub+zip")
    found = [item for item in read_urls(lines, table, packed, book) if isinstance(item, Article)]
    assert [one.id for one in found[:3]] == ["x", content_id(text="Two."), content_id(text="Three.")]
    assert f"{packed}/news/mill.txt" in [one.origin for one in found]
    assert found[-1].url == f"{book}#EPUB/text/ch003.xhtml" and found[-1].id == content_id(url=found[-1].url)
    assert count_sources([lines, table, packed, book]) == 4  # nothing is fetched to count


def test_plain_text(site: Site) -> None:
    found = read_url(site.put("a", b"The headline\n\nThe text.", "text/plain"))
    assert (found.title, found.url, found.id) == (
        "The headline",
        site.url("a"),
        content_id(url=site.url("a")),
    )
    assert read_url(site.put("b.md", b"---\ntitle: B\n---\nText.", "text/plain")).title == "B"


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/ld+json", "text/css", ""])
def test_other_kinds_are_refused(site: Site, kind: str) -> None:
    wanted = f"the server sends {kind or 'no media type'}, which is not supported"
    assert skipped_url(site.put("a", b"{}", kind)) == wanted


@pytest.mark.parametrize(
    ("header", "meta", "encoding"),
    [
        ("text/html; charset=windows-1251", "", "cp1251"),
        ("text/html; charset=iso-8859-5", "<meta charset=cp1251>", "iso-8859-5"),
        ("text/html; charset=utf-8", "<meta charset=windows-1251>", "cp1251"),  # the server is wrong
        ("text/html; charset=iso-8859-1", "", "utf-8"),
        ("text/html; charset=no-such", "<meta charset=windows-1251>", "cp1251"),
        ("text/html", "<meta charset=windows-1251>", "cp1251"),
    ],
)
def test_charsets(site: Site, header: str, meta: str, encoding: str) -> None:
    words = "Президент заявил, что мост будет построен."
    page = (
        f"<html><head>{meta}<title>Мост</title></head><body><article><p>{words}</p></article></body></html>"
    )
    assert words in read_url(site.put("a", page.encode(encoding), header)).text


def test_redirects_are_followed(site: Site) -> None:
    site.page("end", WEB_STORY)
    for n in range(5):
        site.redirect(f"r{n}", "/end" if n == 0 else f"/r{n - 1}")
    found = read_url(site.url("r4"))
    assert (found.url, found.origin) == (site.url("end"), site.url("r4"))
    assert skipped_url(site.redirect("r5", "r4")) == "redirected more than 5 times"
    assert skipped_url(site.redirect("loop", "loop")) == "redirected more than 5 times"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/"])
def test_redirects_to_other_schemes_are_refused(site: Site, to: str) -> None:
    assert "only http and https are" in skipped_url(site.redirect("a", to))


def test_passwords_in_addresses_are_refused(site: Site) -> None:
    site.page("a", WEB_STORY)
    for url in (
        site.url("a").replace("//", "//user:secret@"),
        site.redirect("b", f"http://u:p@127.0.0.1:{site.port}/a"),
    ):
        assert skipped_url(url).startswith("has a password in it")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "404 Not Found"),
        (500, "500 Internal Server Error"),
        (403, "403 Forbidden"),
        (204, "204 No Content"),
        (799, "799"),
    ],
)
def test_the_reason_names_the_status(site: Site, status: int, said: str) -> None:
    assert skipped_url(site.put("a", b"", HTML, status)) == f"the server answered {said}"


def test_the_rest_is_read_where_one_address_fails(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    items = read_urls(site.url("nothing"), site.page("a", WEB_STORY), str(tmp_path))
    assert [type(item) for item in items] == [Skipped, Article, Article]


@pytest.mark.parametrize(
    "url", ["http://", "http://127.0.0.1:99999/a", "http://[::1", "http://127.0.0.1:1/a"]
)
def test_addresses_nobody_answers_at(url: str) -> None:
    assert skipped_url(url)


@pytest.fixture
def posting(library: Any) -> Callable[..., Any]:
    def post(given: object, *, private_urls: bool) -> Any:
        assistant = Assistant(library, None, 360, private_urls=private_urls)
        return TestClient(create_api(assistant)).post("/api/articles", json=given)

    return post


def test_an_address_is_added_through_the_api(site: Site, posting: Callable[..., Any]) -> None:
    url = site.page("a", WEB_STORY)
    refused = posting({"url": url}, private_urls=False).json()
    assert [one["source"] for one in refused["skipped"]] == [url] and site.asked == []
    both = {"articles": [{"url": url}, {"id": "x", "text": "A text.", "url": "https://x.example"}]}
    assert posting(both, private_urls=True).json()["added"] == [content_id(url=url), "x"]
    assert posting({"url": url}, private_urls=True).json()["unchanged"] == [content_id(url=url)]
    for wrong in ({"url": "file:///etc/passwd"}, {"url": url, "title": "T"}, {"title": "T"}):
        assert posting(wrong, private_urls=True).status_code == 422
