"""Files from web addresses, protected against server-side request forgery.

Each host name is resolved once, all its IP addresses are checked, and the connection goes to a checked
address, so that a second lookup cannot lead elsewhere (DNS rebinding). The same holds for each
redirect. Proxies, cookies and passwords of the environment are not used.
"""

from __future__ import annotations

import socket
import zlib
from contextlib import suppress
from ipaddress import ip_address
from pathlib import PurePosixPath

import anyio
import httpx
from anyio.from_thread import start_blocking_portal
from anyio.to_thread import run_sync

from index.errors import SourceUnreadable
from index.readers.source_file import MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES, SourceFile, too_large
from index.readers.sources.ssrf import is_public
from index.text.messages.phrase import Phrase

MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 60.0
"""For one address, including its redirects."""
_CONNECT_SECONDS = 10.0
_HEADERS = {
    "user-agent": "Quoth",
    "accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, "
    "text/*;q=0.9, application/*;q=0.8",
    # The one encoding that is decompressed incrementally here, up to a limit.
    "accept-encoding": "gzip",
}
# Suffixes of formats by media type; further ones need a reader in `index.readers.registry`.
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
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/json": ".json",
}
# Media types that servers send for unknown formats; then the suffix of the address counts, if it is known.
_GENERIC_TYPES = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
_KNOWN_SUFFIXES = {*_SUFFIXES.values(), ".txt", ".ndjson"} - {".html", ".rss", ".atom", ".xml"}
_LARGE = _KNOWN_SUFFIXES - {".txt", ".md"}


def fetch(address: str, *, private: bool = False, seconds: float = TIMEOUT_SECONDS) -> SourceFile:
    """The content of an http or https address, in memory; private networks only if `private`.

    Raises SourceUnreadable if the address or the network fails, or if the response has an error status, an
    unsupported media type, is too large or too slow.
    """
    with start_blocking_portal() as portal:
        return portal.call(_fetch_within, address, private, seconds)


async def _fetch_within(address: str, private: bool, seconds: float) -> SourceFile:
    try:
        with anyio.fail_after(seconds):
            return await _fetch(address, private)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise SourceUnreadable(
            Phrase("no complete response within {seconds} s; try again later", seconds=f"{seconds:.0f}")
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error) as error:
        reason = str(error) or type(error).__name__
        raise SourceUnreadable(
            Phrase("cannot be fetched ({reason}); check the address, or try again later", reason=reason)
        ) from error


async def _fetch(address: str, private: bool) -> SourceFile:
    url = httpx.URL(address)
    timeout = httpx.Timeout(None, connect=_CONNECT_SECONDS)
    async with httpx.AsyncClient(
        transport=_CheckedTransport(private=private), headers=_HEADERS, timeout=timeout, trust_env=False
    ) as client:
        request = client.build_request("GET", url)
        for _ in range(MAX_REDIRECTS + 1):
            _check_url(request.url)
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    return await _file(address, response)
            finally:
                await response.aclose()
            request = response.next_request
    raise SourceUnreadable(Phrase("redirected more than {limit} times", limit=MAX_REDIRECTS))


def _check_url(url: httpx.URL) -> None:
    if url.scheme not in {"http", "https"}:
        raise SourceUnreadable(
            Phrase("scheme {scheme} is not supported, only http and https are", scheme=repr(url.scheme))
        )
    if not url.host or (url.port or 80) > 65_535:
        raise SourceUnreadable(Phrase("has no valid host or port; check the address"))
    if url.userinfo:
        raise SourceUnreadable(
            Phrase("has a password in it, which would be stored; save the page and add the file")
        )


async def _file(address: str, response: httpx.Response) -> SourceFile:
    if response.status_code != 200:
        # The server's own phrase could be any text.
        phrase = httpx.codes.get_reason_phrase(response.status_code)
        raise SourceUnreadable(f"the server answered {response.status_code} {phrase}".rstrip())
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
    if media in _GENERIC_TYPES:
        suffix = PurePosixPath(response.url.path).suffix.lower()
        if suffix in _KNOWN_SUFFIXES:
            return suffix
        if media == "text/plain":
            return ".txt"
    if media not in _SUFFIXES:
        raise SourceUnreadable(
            Phrase("the server sends {media}, which is not supported", media=media or "no media type")
        )
    return _SUFFIXES[media]


async def _body(response: httpx.Response, limit: int) -> bytes:
    """The body, decompressed up to `limit`. Raises SourceUnreadable if it is larger or cut off."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise SourceUnreadable(
            Phrase(
                "the server sends the encoding {encoding}, which was not requested", encoding=encoding[:20]
            )
        )
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise SourceUnreadable(too_large(int(length), limit))
    decompressor = None if encoding == "identity" else zlib.decompressobj(16 + zlib.MAX_WBITS)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += decompressor.decompress(chunk, limit + 1 - len(body)) if decompressor else chunk
        if len(body) > limit:
            raise SourceUnreadable(
                Phrase(
                    "over the limit of {limit} MB; split it and add the parts",
                    limit=f"{limit / 1e6:.0f}",
                )
            )
    if decompressor and not decompressor.eof:
        raise SourceUnreadable(Phrase("the response was cut off; try again later"))
    return bytes(body)


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Connects to an IP address that was checked; TLS still verifies the host name."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        # A pooled connection belongs to an IP address and could be reused for another host name.
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.raw_host.decode("ascii")
        addresses = await _resolve(host)
        for address in [] if self._private else addresses:
            if not is_public(address):
                # The address behind a name is not told: it would be a map of the private network.
                raise SourceUnreadable(
                    Phrase("{host} is not a public address; QUOTH_PRIVATE_URLS=true allows it", host=host)
                )
        for nth, address in enumerate(addresses, 1):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # its Host is the host name
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if nth == len(addresses):
                    raise
        raise AssertionError("a resolved host has an address")

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _resolve(host: str) -> list[str]:
    """The IP addresses of a host name, each once; an IP address is its own."""
    with suppress(ValueError):
        return [str(ip_address(host.strip("[]")))]

    def resolve() -> list[str]:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    try:
        # On timeout, the thread that waits for the name server is abandoned.
        return await run_sync(resolve, abandon_on_cancel=True)
    except (OSError, UnicodeError) as error:
        raise SourceUnreadable(
            Phrase("host {host} cannot be resolved; check the address", host=repr(host[:100]))
        ) from error
