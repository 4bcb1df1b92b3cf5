"""Addresses become articles, over a real server on this machine; what could do harm is refused."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient

from index.errors import SourceUnreadable
from index.readers.registry import count_sources, read_sources
from index.readers.sources import web
from index.readers.sources.ssrf import is_public
from index.schemas import Article, Skipped, content_id
from qa.assistant import Assistant
from qa.web.api import create_api
from tests.paths import FILES

STORY = "".join(f"<p>Paragraph {n}: the council decided that the bridge will be built.</p>" for n in range(6))
HTML = "text/html; charset=utf-8"


class Site:
    """What the server answers: a body, or a function that writes the answer; and what it was asked."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str = "http") -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.over = threading.Event()
        self.port = server.server_address[1]
        self.scheme = scheme

    def url(self, path: str = "", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}/{path}"

    def page(self, path: str, body: str, head: str = "") -> str:
        page = (
            f"<html><head><title>The bridge</title>{head}</head><body><article>{body}</article></body></html>"
        )
        return self.put(path, page.encode(), HTML)

    def put(self, path: str, body: bytes, kind: str = "", status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers["/" + path] = (status, ({"content-type": kind} if kind else {}) | named, body)
        return self.url(path)

    def redirect(self, path: str, to: str) -> str:
        return self.put(path, b"moved", status=302, location=to)


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, self.headers["host"]))
        answer = self.site.answers.get(self.path.partition("?")[0], (404, {}, b"not here"))
        if callable(answer):
            answer(self)
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients here leave early on purpose."""


def _serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    handler: Any = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        handler.site = site = Site(server, "https" if tls else "http")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield site
        site.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    yield from _serving()


def read(*sources: str) -> list[Article | Skipped]:
    return list(read_sources(sources, private_urls=True))


def article(url: str) -> Article:
    [item] = read(url)
    assert isinstance(item, Article), item
    return item


def reason(url: str) -> str:
    [item] = read(url)
    assert isinstance(item, Skipped) and item.source == url, item
    return item.reason


# --- what is read


def test_a_page(site: Site) -> None:
    url = site.url("news/bridge")
    site.page(
        "news/bridge",
        STORY,
        '<meta property="og:site_name" content="The Post">'
        '<meta property="og:title" content="A bridge at last">'
        f'<link rel="canonical" href="{url}"><meta property="article:published_time" content="2022-10-27">',
    )
    found = article(url + "?utm_source=mail#part")
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
    site.page("a", STORY, f'<link rel="canonical" href="{canonical}">')
    assert article(site.url("a")).url == site.url("a")


@pytest.mark.parametrize(
    ("path", "kind", "file"),
    [
        ("a", "application/pdf", "quell.pdf"),
        ("a.pdf", "application/octet-stream", "quell.pdf"),
        ("a", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "quell.docx"),
        ("a.docx", "", "quell.docx"),
    ],
)
def test_documents(site: Site, path: str, kind: str, file: str) -> None:
    found = article(site.put(path, (FILES / file).read_bytes(), kind))
    assert (found.title, found.url) == ("When the Quell froze", site.url(path))


def test_files_of_several_articles(site: Site) -> None:
    lines = site.put("a", b'{"id": "x", "text": "One."}\n{"text": "Two."}\n', "application/x-ndjson")
    table = site.put("b.csv", b"text\nThree.\n", "text/plain")
    packed = site.put("c", (FILES / "news.zip").read_bytes(), "application/zip")
    book = site.put("d", (FILES / "orm.epub").read_bytes(), "application/epub+zip")
    found = [item for item in read(lines, table, packed, book) if isinstance(item, Article)]
    assert [one.id for one in found[:3]] == ["x", content_id(text="Two."), content_id(text="Three.")]
    assert f"{packed}/news/mill.txt" in [one.origin for one in found]
    assert found[-1].url == f"{book}#EPUB/text/ch003.xhtml" and found[-1].id == content_id(url=found[-1].url)
    assert count_sources([lines, table, packed, book]) == 4  # nothing is fetched to count


def test_plain_text(site: Site) -> None:
    found = article(site.put("a", b"The headline\n\nThe text.", "text/plain"))
    assert (found.title, found.url, found.id) == (
        "The headline",
        site.url("a"),
        content_id(url=site.url("a")),
    )
    assert article(site.put("b.md", b"---\ntitle: B\n---\nText.", "text/plain")).title == "B"


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/json", "text/css", ""])
def test_other_kinds_are_refused(site: Site, kind: str) -> None:
    wanted = f"the server sends {kind or 'something it does not name'}, which is not read"
    assert reason(site.put("a", b"{}", kind)) == wanted


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
    assert words in article(site.put("a", page.encode(encoding), header)).text


# --- redirects


def test_redirects_are_followed(site: Site) -> None:
    site.page("end", STORY)
    for n in range(5):
        site.redirect(f"r{n}", "/end" if n == 0 else f"/r{n - 1}")
    found = article(site.url("r4"))
    assert (found.url, found.origin) == (site.url("end"), site.url("r4"))
    assert reason(site.redirect("r5", "r4")) == "redirected more than 5 times"
    assert reason(site.redirect("loop", "loop")) == "redirected more than 5 times"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/"])
def test_redirects_to_other_schemes_are_refused(site: Site, to: str) -> None:
    assert "but only http and https are read" in reason(site.redirect("a", to))


def test_passwords_in_addresses_are_refused(site: Site) -> None:
    site.page("a", STORY)
    for url in (
        site.url("a").replace("//", "//user:secret@"),
        site.redirect("b", f"http://u:p@127.0.0.1:{site.port}/a"),
    ):
        assert reason(url).startswith("has a password in it")


# --- private addresses


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
        ),
        *("2002:7f00:1::", "2002:c0a8:101::1", "::127.0.0.1", "2001:0:7f00:1::", "::ffff:0:127.0.0.1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
    if "%" not in address:
        host = f"[{address}]" if ":" in address else address
        [item] = read_sources([f"http://{host}:1/a"])
        assert isinstance(item, Skipped) and "is no public address; QUOTH_PRIVATE_URLS" in item.reason


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "017700000001", "0"])
def test_an_odd_spelling_of_an_address_is_that_address(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    def look_up(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        # As the resolver reads numbers, without asking anybody.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (socket.inet_ntoa(socket.inet_aton(name)), 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [item] = read_sources([f"http://{host}:1/a"])
    assert isinstance(item, Skipped) and "is no public address" in item.reason


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_this_machine_is_not_asked_unless_allowed(site: Site) -> None:
    url = site.page("a", STORY)
    assert list(read_sources([url, site.url("a", "localhost")])) == [
        Skipped(source=url, reason="127.0.0.1 is no public address; QUOTH_PRIVATE_URLS=true allows it"),
        Skipped(
            source=site.url("a", "localhost"),
            reason="localhost (127.0.0.1) is no public address; QUOTH_PRIVATE_URLS=true allows it",
        ),
    ]
    assert site.asked == []


@pytest.fixture
def public_site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The server's address counts as public here, all others as what they are."""
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    return site


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"])
def test_redirects_to_private_addresses_are_refused(public_site: Site, host: str) -> None:
    public_site.page("secret", STORY)
    first = public_site.redirect("a", public_site.url("secret", host))
    [item] = read_sources([first])
    assert isinstance(item, Skipped) and "is no public address" in item.reason
    assert [path for path, _ in public_site.asked] == ["/a"]


def named(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[list[str]]]) -> list[str]:
    """A name server that answers each name with the next of its lists; what it was asked."""
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[tuple]:
        asked.append(host)
        answers = names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(2, 1, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr("index.readers.sources.web.socket.getaddrinfo", look_up)
    return asked


def test_a_name_is_looked_up_once_and_what_was_checked_is_asked(
    public_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 127.0.0.2 is this machine too, and would answer.
    asked = named(monkeypatch, {"rebinding.test": [["127.0.0.1"], ["127.0.0.2"]]})
    url = public_site.url("a", "rebinding.test")
    public_site.page("a", STORY)
    first, second = read_sources([url, url])
    assert isinstance(first, Article) and first.url == url
    assert isinstance(second, Skipped) and second.reason.startswith("rebinding.test (127.0.0.2) is no public")
    assert asked == ["rebinding.test", "rebinding.test"]
    assert public_site.asked == [("/a", f"rebinding.test:{public_site.port}")]


def test_one_private_address_of_a_name_is_enough(public_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, {"both.test": [["127.0.0.1", "192.168.0.1"]]})
    [item] = read_sources([public_site.url("a", "both.test")])
    assert isinstance(item, Skipped) and "both.test (192.168.0.1)" in item.reason
    assert public_site.asked == []


def test_the_next_address_is_tried_where_one_does_not_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, {"many.test": [["127.0.0.9", "127.0.0.1"]]})
    site.page("a", STORY)
    assert article(site.url("a", "many.test")).title == "The bridge"


def test_proxies_of_the_environment_are_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert article(site.page("a", STORY)).title == "The bridge"


# --- TLS


def _certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's context for this name; `folder` then has the authority that vouches for it, as ca.pem."""
    now = datetime.now(UTC)

    def made(subject: str, key: Any, issuer: str, signer: Any, *, authority: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        )
        return builder.sign(signer, hashes.SHA256())

    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(made("ca.test", root, "ca.test", root, authority=True).public_bytes(pem))
    own = made(name, key, "ca.test", root, authority=False).public_bytes(pem)
    plain = serialization.NoEncryption()
    (folder / "server.pem").write_bytes(
        own + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_tls_proves_the_name_and_not_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = _certificate(tmp_path, "news.test")
    told: list[str | None] = []
    context.sni_callback = lambda _, name, __: told.append(name)
    named(monkeypatch, {"news.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]})
    serving = _serving(context)
    site = next(serving)
    try:
        site.page("a", STORY)
        assert "CERTIFICATE_VERIFY_FAILED" in reason(
            site.url("a", "news.test")
        )  # nobody known vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert article(site.url("a", "news.test")).url == site.url("a", "news.test")
        assert "other.test" in reason(site.url("a", "other.test"))
        assert told == ["news.test", "news.test", "other.test"]
        assert [host for _, host in site.asked] == [f"news.test:{site.port}"]
    finally:
        list(serving)


# --- sizes and times


def test_large_bodies_are_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_TEXT_BYTES", 1_000_000)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", "text/html")
        request.end_headers()
        while not site.over.is_set():
            request.wfile.write(b"<p>more</p>" * 1000)

    site.answers["/endless"] = endless
    wanted = "more than the 1 MB of one article; split it and add the parts"
    assert reason(site.url("endless")) == wanted
    assert reason(site.put("said", b"x", HTML, content_length="5000000")).startswith(
        "5.0 MB, more than the 1 MB"
    )
    fits = f"<p>{'The bridge. ' * 80_000}</p>"
    assert len(article(site.page("fits", fits)).text) > 900_000


def test_what_a_redirect_says_besides_is_not_read(site: Site) -> None:
    site.page("end", STORY)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("location", "/end")
        request.end_headers()
        while not site.over.is_set():
            request.wfile.write(b"x" * 10_000)

    site.answers["/a"] = endless
    assert article(site.url("a")).url == site.url("end")


def test_gzip(site: Site) -> None:
    page = f"<html><body><article>{STORY}</article></body></html>".encode()
    assert "Paragraph 5" in article(site.put("a", gzip.compress(page), HTML, content_encoding="gzip")).text
    half = gzip.compress(page)[:-20]
    assert (
        reason(site.put("b", half, HTML, content_encoding="gzip")) == "the answer breaks off; try again later"
    )
    assert reason(site.put("c", page, HTML, content_encoding="gzip")).startswith(
        "cannot be fetched (Error -3"
    )
    for packing in ("br", "deflate", "zstd", "gzip, gzip"):
        assert reason(site.put("d", page, HTML, content_encoding=packing)) == (
            f"the server packs it as {packing}, which was not asked for"
        )


def test_a_gzip_bomb_does_not_go_off(site: Site) -> None:
    packing = zlib.compressobj(9, wbits=31)
    zeros = bytes(10_000_000)
    bomb = b"".join(packing.compress(zeros) for _ in range(100)) + packing.flush()
    assert len(bomb) < 1_100_000
    url = site.put("a", bomb, HTML, content_encoding="gzip")
    del zeros
    tracemalloc.start()
    assert reason(url) == "more than the 20 MB of one article; split it and add the parts"
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
    with pytest.raises(SourceUnreadable, match="no whole answer within 1 s; try again later"):
        web.fetch(site.url("a"), private=True, seconds=0.7)


def test_answers_that_break_off(site: Site) -> None:
    assert "cannot be fetched" in reason(site.put("a", b"short", HTML, content_length="500"))


# --- statuses


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
    assert reason(site.put("a", b"", HTML, status)) == f"the server says {said}"


def test_the_rest_is_read_where_one_address_fails(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.")
    items = read(site.url("nothing"), site.page("a", STORY), str(tmp_path))
    assert [type(item) for item in items] == [Skipped, Article, Article]


@pytest.mark.parametrize(
    "url", ["http://", "http://127.0.0.1:99999/a", "http://[::1", "http://127.0.0.1:1/a"]
)
def test_addresses_nobody_answers_at(url: str) -> None:
    assert reason(url)


# --- feeds

FEED = "<?xml version='1.0'?><rss version='2.0'><channel><title>The Feed</title>%s</channel></rss>"
ENTRY = "<item><title>%s</title><link>%s</link><pubDate>Tue, 02 Apr 2024 08:00:00 +0200</pubDate>%s</item>"


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml", "text/html", "text/plain"])
def test_a_feed_is_followed_where_its_texts_are_not_whole(site: Site, kind: str) -> None:
    linked = site.page("linked", STORY, '<meta property="og:site_name" content="The Post">')
    whole = "<description>%s</description>" % ("A long text about an owl. " * 50)
    cut = whole.replace("</", "…</")
    entries = [
        ENTRY % ("Whole", site.url("whole"), whole),
        ENTRY % ("Short", linked, "<description>Only a summary.</description>"),
        ENTRY % ("Cut", site.page("cut", STORY.replace("bridge", "tower")), cut),
        ENTRY % ("Gone", site.url("gone"), "<description>Only a summary.</description>"),
        ENTRY % ("Picture", site.put("picture", b"x", "image/png"), ""),
        ENTRY % ("Feed", site.put("feed2", (FEED % "").encode(), "application/rss+xml"), ""),
        ENTRY % ("Nowhere", "file:///etc/passwd", "<description>Only a summary.</description>"),
    ]
    url = site.put("feed", (FEED % "".join(entries)).encode(), kind)
    whole_, short, cut_, gone, picture, feed, nowhere = read(url)
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
    assert gone == Skipped(source=site.url("gone"), reason="the server says 404 Not Found")
    assert picture == Skipped(
        source=site.url("picture"), reason="the server sends image/png, which is not read"
    )
    assert isinstance(feed, Skipped) and "leads to .rss, which is not one article" in feed.reason
    assert isinstance(nowhere, Skipped) and "only http and https are read" in nowhere.reason
    assert "/whole" not in [path for path, _ in site.asked]


def test_a_feed_of_whole_texts_asks_for_nothing_more(site: Site) -> None:
    url = site.put("all.atom", (FILES / "pelican.atom").read_bytes(), "application/atom+xml")
    assert [type(item) for item in read(url)] == [Article, Article]
    assert [path for path, _ in site.asked] == ["/all.atom"]


def test_a_feed_on_the_disk_asks_for_nothing(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        FEED % ENTRY % ("Short", site.page("a", STORY), "<description>Short.</description>")
    )
    [found] = read(str(tmp_path))
    assert isinstance(found, Article) and found.text == "Short."
    assert site.asked == []


def test_a_feed_cannot_ask_for_everything(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.readers.formats.rss.MAX_LINKED", 2)
    linked = site.page("a", STORY)
    items = read(site.put("feed", (FEED % (ENTRY % ("T", linked, "") * 4)).encode(), "text/xml"))
    assert [type(item) for item in items] == [Article, Article, Skipped, Skipped]
    assert [path for path, _ in site.asked] == ["/feed", "/a", "/a"]


# --- through the API


@pytest.fixture
def posting(library: Any) -> Callable[..., Any]:
    def post(given: object, *, private_urls: bool) -> Any:
        assistant = Assistant(library, None, 360, private_urls=private_urls)
        return TestClient(create_api(assistant)).post("/api/articles", json=given)

    return post


def test_an_address_is_added_through_the_api(site: Site, posting: Callable[..., Any]) -> None:
    url = site.page("a", STORY)
    refused = posting({"url": url}, private_urls=False).json()
    assert [one["source"] for one in refused["skipped"]] == [url] and site.asked == []
    both = {"articles": [{"url": url}, {"id": "x", "text": "A text.", "url": "https://x.example"}]}
    assert posting(both, private_urls=True).json()["added"] == [content_id(url=url), "x"]
    assert posting({"url": url}, private_urls=True).json()["unchanged"] == [content_id(url=url)]
    for wrong in ({"url": "file:///etc/passwd"}, {"url": url, "title": "T"}, {"title": "T"}):
        assert posting(wrong, private_urls=True).status_code == 422
