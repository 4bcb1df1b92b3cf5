"""Files from addresses, fetched without becoming a way into the network this machine stands in.

A name is looked up once, all it stands for is checked, and the connection goes to what was checked, so
that the name cannot stand for another machine a moment later (DNS rebinding). That holds for each redirect.
Proxies, cookies and passwords of the environment are not used.
"""

from __future__ import annotations

import socket
import zlib
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import PurePosixPath

import anyio
import httpx
from anyio.from_thread import start_blocking_portal
from anyio.to_thread import run_sync

from index.errors import SourceUnreadable
from index.readers.file import MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, SourceFile, too_large
from index.readers.sources.ssrf import is_public

MAX_REDIRECTS = 5
SECONDS = 60.0
"""For the whole of one address, redirects and all."""
_CONNECTING_SECONDS = 10.0
_HEADERS = {
    "user-agent": "Quoth",
    "accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, "
    "text/*;q=0.9, application/*;q=0.8",
    # The one whose unpacking can be stopped in the middle.
    "accept-encoding": "gzip",
}
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
}
# What servers say when they do not know: the address itself may tell.
_UNSURE = {"", "text/plain", "application/json", "application/octet-stream", "binary/octet-stream"}
_TOLD_BY_ADDRESS = {".md", ".csv", ".jsonl", ".txt", ".pdf", ".docx", ".epub", ".zip"}
_LARGE = {".pdf", ".docx", ".epub", ".zip", ".jsonl", ".csv"}


def fetch(address: str, *, private: bool = False, seconds: float = SECONDS) -> SourceFile:
    """What an http or https address holds, in memory; machines of private networks only if `private`.

    Raises SourceUnreadable for whatever stands against it: the address, the network, the server's status,
    the kind, size or time of its answer.
    """
    with start_blocking_portal() as portal:
        return portal.call(_within, address, private, seconds)


async def _within(address: str, private: bool, seconds: float) -> SourceFile:
    try:
        with anyio.fail_after(seconds):
            return await _fetched(address, private)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise SourceUnreadable(f"no whole answer within {seconds:.0f} s; try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
        reason = str(error) or type(error).__name__
        raise SourceUnreadable(
            f"cannot be fetched ({reason}); check the address, or try again later"
        ) from error


async def _fetched(address: str, private: bool) -> SourceFile:
    url = httpx.URL(address)
    timeout = httpx.Timeout(None, connect=_CONNECTING_SECONDS)
    async with httpx.AsyncClient(
        transport=_Checked(private=private), headers=_HEADERS, timeout=timeout, trust_env=False
    ) as client:
        request = client.build_request("GET", url)
        for _ in range(MAX_REDIRECTS + 1):
            _check(request.url)
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    return await _file(address, response)
            finally:
                await response.aclose()
            request = response.next_request
    raise SourceUnreadable(f"redirected more than {MAX_REDIRECTS} times")


def _check(url: httpx.URL) -> None:
    if url.scheme not in {"http", "https"}:
        raise SourceUnreadable(f"leads to {url.scheme or 'no'} address, but only http and https are read")
    if not url.host or (url.port or 80) > 65_535:
        raise SourceUnreadable("names no machine, or no port of one; check the address")
    if url.userinfo:
        raise SourceUnreadable("has a password in it, which would be kept; save the page and add the file")


async def _file(address: str, response: httpx.Response) -> SourceFile:
    if response.status_code != 200:
        known = response.status_code in {status.value for status in HTTPStatus}
        phrase = f" {HTTPStatus(response.status_code).phrase}" if known else ""
        raise SourceUnreadable(f"the server says {response.status_code}{phrase}")
    suffix = _suffix(response)
    content = await _body(response, MAX_DOCUMENT_BYTES if suffix in _LARGE else MAX_TEXT_BYTES)
    return SourceFile.of_bytes(
        content,
        name=address,
        suffix=suffix,
        origin=address.partition("#")[0],
        address=str(response.url.copy_with(fragment=None)),
        charset=response.charset_encoding or "",
    )


def _suffix(response: httpx.Response) -> str:
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in _UNSURE:
        told = PurePosixPath(response.url.path).suffix.lower()
        if told in _TOLD_BY_ADDRESS:
            return told
        if media == "text/plain":
            return ".txt"
    if media not in _SUFFIXES:
        raise SourceUnreadable(f"the server sends {media or 'something it does not name'}, which is not read")
    return _SUFFIXES[media]


async def _body(response: httpx.Response, limit: int) -> bytes:
    """The body, unpacked by at most one byte more than `limit`."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip"}:
        raise SourceUnreadable(f"the server packs it as {packing[:20]}, which was not asked for")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise SourceUnreadable(too_large(int(length), limit))
    unpacking = None if packing == "identity" else zlib.decompressobj(16 + zlib.MAX_WBITS)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += unpacking.decompress(chunk, limit + 1 - len(body)) if unpacking else chunk
        if len(body) > limit:
            raise SourceUnreadable(
                f"more than the {limit / 1e6:.0f} MB of one article; split it and add the parts"
            )
    if unpacking and not unpacking.eof:
        raise SourceUnreadable("the answer breaks off; try again later")
    return bytes(body)


class _Checked(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked; TLS still proves the name."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        # Kept connections would be those of an IP address, whichever name they were made for.
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        found = await _looked_up(host)
        if not self._private:
            for address in found:
                if not is_public(address):
                    which = host if host.strip("[]") == address else f"{host} ({address})"
                    raise SourceUnreadable(f"{which} is no public address; QUOTH_PRIVATE_URLS=true allows it")
        for nth, address in enumerate(found, 1):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # with the Host of the name
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if nth == len(found):
                    raise
        raise AssertionError("a name that was found has an address")

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _looked_up(host: str) -> list[str]:
    """The IP addresses that a name stands for, each once; an address stands for itself."""
    with suppress(ValueError):
        return [str(ip_address(host.strip("[]")))]

    def look_up() -> list[str]:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    try:
        # A name server that is silent is not waited for once the time is over.
        return await run_sync(look_up, abandon_on_cancel=True)
    except (OSError, UnicodeError) as error:
        raise SourceUnreadable(f"there is no machine named {host[:100]!r}; check the address") from error
