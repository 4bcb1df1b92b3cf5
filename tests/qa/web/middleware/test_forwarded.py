"""What counts of the headers that reverse proxies set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from qa.errors import SettingsInvalid
from qa.settings import Settings
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from qa.web.middleware.authentication import AuthenticationMiddleware
from qa.web.middleware.forwarded import ForwardedMiddleware
from qa.web.run import serve

HEADERS = {
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "intranet.example",
    "x-forwarded-prefix": "/quoth",
    "forwarded": "for=198.51.100.7",
    "x-gradio-server": "http://evil.example",
}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    seen = {
        "client": scope["client"][0],
        "scheme": scope["scheme"],
        "host": headers["host"],
        "path": scope["path"],
        "root_path": scope["root_path"],
        "told": sorted(headers.keys() & HEADERS.keys()),
    }
    await JSONResponse(seen)(scope, receive, send)


def seen(path: str, *, peer: str, **options: str) -> dict[str, Any]:
    client = TestClient(ForwardedMiddleware(echo, **options), client=(peer, 1), base_url="http://localhost")
    found: dict[str, Any] = client.get(path, headers=HEADERS).json()
    return found


@pytest.mark.parametrize(("peer", "proxies"), [("127.0.0.1", ""), ("10.2.0.1", "10.1.0.0/16, 192.0.2.1")])
def test_headers_of_strangers_do_not_count(peer: str, proxies: str) -> None:
    assert seen("/api/ask", peer=peer, proxies=proxies) == {
        "client": peer,
        "scheme": "http",
        "host": "localhost",
        "path": "/api/ask",
        "root_path": "",
        "told": [],
    }


@pytest.mark.parametrize(("proxies", "last"), [("", 429), ("127.0.0.1", 401)])
def test_only_a_trusted_proxy_tells_whose_rate_limit_counts(tmp_path: Path, proxies: str, last: int) -> None:
    limited = AuthenticationMiddleware(echo, ServerAccess(requests_per_minute=2), ApiKeyFile(tmp_path))
    client = TestClient(ForwardedMiddleware(limited, proxies=proxies), client=("127.0.0.1", 1))
    addresses = ("198.51.100.1", "198.51.100.2", "198.51.100.3")
    statuses = [
        client.post("/signin", data={"key": "wrong"}, headers={"x-forwarded-for": address}).status_code
        for address in addresses
    ]
    assert statuses == [401, 401, last]


@pytest.mark.parametrize("path", ["/api/ask", "/quoth/api/ask"])
def test_trusted_proxy_tells_who_asks_and_where(path: str) -> None:
    assert seen(path, peer="10.1.0.9", proxies="10.1.0.0/16, 192.0.2.1") == {
        "client": "198.51.100.7",
        "scheme": "https",
        "host": "intranet.example",
        "path": "/api/ask",
        "root_path": "/quoth",
        "told": [],
    }


@pytest.mark.parametrize(
    ("path", "inner"),
    [("/quoth", "/"), ("/quoth/", "/"), ("/quoth/en/", "/en/"), ("/quothe", "/quothe"), ("/en/", "/en/")],
)
def test_configured_path_is_left_out_where_the_proxy_keeps_it(path: str, inner: str) -> None:
    found = seen(path, peer="127.0.0.1", root_path="/quoth")
    assert (found["path"], found["root_path"]) == (inner, "/quoth")


@pytest.mark.parametrize("prefix", ["//evil.example", '/"><script>', "quoth", "/a b"])
def test_prefix_that_is_no_path_does_not_count(prefix: str) -> None:
    client = TestClient(ForwardedMiddleware(echo, proxies="127.0.0.1"), client=("127.0.0.1", 1))
    assert client.get("/en/", headers={"x-forwarded-prefix": prefix}).json()["root_path"] == ""


@pytest.mark.parametrize("path", ["quoth", "/api", "/en", "//x", "/a?b"])
def test_unusable_root_path_is_an_error(tmp_path: Any, path: str) -> None:
    with pytest.raises(SettingsInvalid, match="--root-path cannot be"):
        serve(Settings(home=tmp_path, model="none"), port=0, root_path=path)
