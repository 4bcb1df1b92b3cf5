"""Addresses of private networks are not reachable."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from index.readers.registry import read_sources
from index.readers.sources import web
from index.readers.sources.ssrf import is_public
from index.schemas import Article, Skipped
from tests.index.readers.site import WEB_STORY, Site, read_url, serving_site, skipped_url


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
        assert isinstance(item, Skipped) and "is not a public address; QUOTH_PRIVATE_URLS" in item.reason


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "017700000001", "0"])
def test_an_odd_spelling_of_an_address_is_that_address(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    def look_up(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        # As the resolver reads numbers, without asking anybody.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (socket.inet_ntoa(socket.inet_aton(name)), 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    [item] = read_sources([f"http://{host}:1/a"])
    assert isinstance(item, Skipped) and "is not a public address" in item.reason


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_this_machine_is_not_asked_unless_allowed(site: Site) -> None:
    # The address behind a name is not told.
    url = site.page("a", WEB_STORY)
    assert list(read_sources([url, site.url("a", "localhost")])) == [
        Skipped(source=url, reason="127.0.0.1 is not a public address; QUOTH_PRIVATE_URLS=true allows it"),
        Skipped(
            source=site.url("a", "localhost"),
            reason="localhost is not a public address; QUOTH_PRIVATE_URLS=true allows it",
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
    public_site.page("secret", WEB_STORY)
    first = public_site.redirect("a", public_site.url("secret", host))
    [item] = read_sources([first])
    assert isinstance(item, Skipped) and "is not a public address" in item.reason
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
    public_site.page("a", WEB_STORY)
    first, second = read_sources([url, url])
    assert isinstance(first, Article) and first.url == url
    assert isinstance(second, Skipped) and second.reason.startswith("rebinding.test is not a public")
    assert asked == ["rebinding.test", "rebinding.test"]
    assert public_site.asked == [("/a", f"rebinding.test:{public_site.port}")]


def test_one_private_address_of_a_name_is_enough(public_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, {"both.test": [["127.0.0.1", "192.168.0.1"]]})
    [item] = read_sources([public_site.url("a", "both.test")])
    assert isinstance(item, Skipped) and "both.test is not a public address" in item.reason
    assert "192.168" not in item.reason
    assert public_site.asked == []


def test_the_next_address_is_tried_where_one_does_not_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, {"many.test": [["127.0.0.9", "127.0.0.1"]]})
    site.page("a", WEB_STORY)
    assert read_url(site.url("a", "many.test")).title == "The bridge"


def test_proxies_of_the_environment_are_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert read_url(site.page("a", WEB_STORY)).title == "The bridge"


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
    sites = serving_site(context)
    site = next(sites)
    try:
        site.page("a", WEB_STORY)
        assert "CERTIFICATE_VERIFY_FAILED" in skipped_url(
            site.url("a", "news.test")
        )  # nobody known vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert read_url(site.url("a", "news.test")).url == site.url("a", "news.test")
        assert "other.test" in skipped_url(site.url("a", "other.test"))
        assert told == ["news.test", "news.test", "other.test"]
        assert [host for _, host in site.asked] == [f"news.test:{site.port}"]
    finally:
        list(sites)
