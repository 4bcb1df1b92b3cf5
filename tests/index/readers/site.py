"""A web server on this machine whose responses a test chooses."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from index.readers.registry import read_sources
from index.schemas import Article, Skipped

WEB_STORY = "".join(
    f"<p>Paragraph {n}: the council decided that the bridge will be built.</p>" for n in range(6)
)
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


def serving_site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
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


def read_urls(*sources: str) -> list[Article | Skipped]:
    return list(read_sources(sources, private_urls=True))


def read_url(url: str) -> Article:
    [item] = read_urls(url)
    assert isinstance(item, Article), item
    return item


def skipped_url(url: str) -> str:
    """The reason why the address is skipped."""
    [item] = read_urls(url)
    assert isinstance(item, Skipped) and item.source == url, item
    return item.reason
