"""Limits of size and time of what is fetched."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler

import pytest

from index.errors import SourceUnreadable
from index.readers.sources import web
from tests.index.readers.site import HTML, WEB_STORY, Site, read_url, skipped_url


def test_large_bodies_are_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_TEXT_BYTES", 1_000_000)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", "text/html")
        request.end_headers()
        while not site.over.is_set():
            request.wfile.write(b"<p>more</p>" * 1000)

    site.answers["/endless"] = endless
    wanted = "over the limit of 1 MB; split it and add the parts"
    assert skipped_url(site.url("endless")) == wanted
    assert skipped_url(site.put("said", b"x", HTML, content_length="5000000")).startswith(
        "5.0 MB, over the limit of 1 MB"
    )
    fits = f"<p>{'The bridge. ' * 80_000}</p>"
    assert len(read_url(site.page("fits", fits)).text) > 900_000


def test_what_a_redirect_says_besides_is_not_read(site: Site) -> None:
    site.page("end", WEB_STORY)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("location", "/end")
        request.end_headers()
        while not site.over.is_set():
            request.wfile.write(b"x" * 10_000)

    site.answers["/a"] = endless
    assert read_url(site.url("a")).url == site.url("end")


def test_gzip(site: Site) -> None:
    page = f"<html><body><article>{WEB_STORY}</article></body></html>".encode()
    assert "Paragraph 5" in read_url(site.put("a", gzip.compress(page), HTML, content_encoding="gzip")).text
    half = gzip.compress(page)[:-20]
    assert (
        skipped_url(site.put("b", half, HTML, content_encoding="gzip"))
        == "the response was cut off; try again later"
    )
    assert skipped_url(site.put("c", page, HTML, content_encoding="gzip")).startswith(
        "cannot be fetched (Error -3"
    )
    for packing in ("br", "deflate", "zstd", "gzip, gzip"):
        assert skipped_url(site.put("d", page, HTML, content_encoding=packing)) == (
            f"the server sends the encoding {packing}, which was not requested"
        )


def test_a_gzip_bomb_does_not_go_off(site: Site) -> None:
    packing = zlib.compressobj(9, wbits=31)
    zeros = bytes(10_000_000)
    bomb = b"".join(packing.compress(zeros) for _ in range(100)) + packing.flush()
    assert len(bomb) < 1_100_000
    url = site.put("a", bomb, HTML, content_encoding="gzip")
    del zeros
    tracemalloc.start()
    assert skipped_url(url) == "over the limit of 20 MB; split it and add the parts"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 70_000_000


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n"]
)
def test_slow_servers_are_left(site: Site, said: bytes) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(said)
        while not site.over.wait(0.05):
            request.wfile.write(b"x" if said else b"")

    site.answers["/a"] = slow
    with pytest.raises(SourceUnreadable, match="no complete response within 1 s; try again later"):
        web.fetch(site.url("a"), private=True, seconds=0.7)


def test_answers_that_break_off(site: Site) -> None:
    assert "cannot be fetched" in skipped_url(site.put("a", b"short", HTML, content_length="500"))
