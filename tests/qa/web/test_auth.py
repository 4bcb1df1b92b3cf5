"""Keys: who is let in, and what for, by every way into the server."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from index.library import Library
from qa.assistant import Assistant
from qa.cli import main
from qa.errors import KeysInvalid
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile, digest
from qa.web.auth.permissions import needed
from qa.web.middleware.host_guard import ServerAccess
from tests.conftest import ScriptedModel

OWNERS = "a token of the home's owner"
Client = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory, seeded_folder, embedder) -> Iterator[tuple[ApiKeyFile, dict[str, str], Client]]:
    """A server with a key of each role, its tokens by name, and clients that show one of them."""
    home = tmp_path_factory.mktemp("keyed")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    keys = ApiKeyFile(home)
    tokens = {role: keys.add(role, role) for role in ("reader", "editor", "admin")}
    tokens["other"] = keys.add("other", "editor", ["other"])
    tokens |= {"owner": OWNERS, "wrong": "quoth_wrong"}
    with Library(home, embedder) as library, Assistant(library, ScriptedModel("Nothing."), 360) as assistant:
        app = create_app(assistant, ServerAccess(token=OWNERS, per_minute=10_000))
        with TestClient(app, base_url="http://localhost") as running:

            def client(name: str) -> TestClient:
                running.headers.pop("authorization", None)
                running.cookies.clear()
                if name:
                    running.headers["authorization"] = f"Bearer {tokens[name]}"
                return running

            yield keys, tokens, client


ASK = {"question": "Who made Zelenskyy an offer?"}
ARTICLE = {"id": "tides", "text": "High tide was at 18:40."}


@pytest.mark.parametrize(
    ("method", "path", "body", "needs"),
    [
        ("GET", "/healthz", None, "nothing"),
        ("GET", "/readyz", None, "nothing"),
        ("GET", "/signin", None, "nothing"),
        ("GET", "/", None, "reader"),
        ("GET", "/en/config", None, "reader"),
        ("GET", "/docs", None, "reader"),
        ("GET", "/openapi.json", None, "reader"),
        ("POST", "/api/ask", ASK, "reader"),
        ("POST", "/api/ask/stream", ASK, "reader"),
        ("POST", "/api/search", {"query": "offer"}, "reader"),
        ("GET", "/api/articles", None, "reader"),
        ("POST", "/en/gradio_api/queue/join", {}, "reader"),
        ("POST", "/library/articles", None, "editor"),
        ("POST", "/api/articles", ARTICLE, "editor"),
        ("DELETE", "/api/articles/tides", None, "editor"),
        ("POST", "/en/gradio_api/upload", None, "editor"),
        ("GET", "/metrics", None, "admin"),
        ("GET", "/de/gradio_api/proxy=https://example.org", None, "admin"),
        ("POST", "/en/gradio_api/run/predict", {}, "admin"),
        ("GET", "/made/tomorrow", None, "admin"),
        ("PATCH", "/api/ask", None, "admin"),
    ],
)
def test_every_address_needs_its_role(keyed, method, path, body, needs):
    _, _, client = keyed
    order = ["nothing", "reader", "editor", "admin"]
    for name, has in (("", "nothing"), ("reader", "reader"), ("editor", "editor"), ("admin", "admin")):
        response = client(name).request(method, path, json=body)
        refused = order.index(has) < order.index(needs)
        assert (response.status_code in (401, 403)) == refused, (name, response.text)
        if refused:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.headers.get("www-authenticate") == (None if name else "Bearer")


def test_everything_the_api_offers_is_in_the_policy(keyed):
    _, _, client = keyed
    offered = client("admin").get("/openapi.json").json()["paths"]
    for path, methods in offered.items():
        for method in methods:
            need = needed(method.upper(), re.sub(r"\{\w+\}", "x", path))
            reads = method == "get" or path in POSTS_OF_READERS
            public = path in ("/healthz", "/readyz")
            expected = "nothing" if public else "admin" if path in OF_ADMINS else "reader"
            assert need == (expected if reads or path in OF_ADMINS else "editor"), (method, path)


OF_ADMINS = ("/metrics", "/api/export", "/api/import")
POSTS_OF_READERS = ("/api/ask", "/api/ask/stream", "/api/search", "/api/feedback", "/v1/chat/completions")


def test_a_host_cannot_pass_one_path_for_another(keyed):
    _, _, client = keyed
    bent = client("").get("/api/articles", headers={"host": "localhost/healthz?"})
    assert bent.status_code in (401, 403)


@pytest.mark.parametrize("headers", [{"authorization": "Bearer quoth_wrong"}, {"authorization": "Bearer "}])
def test_what_is_no_key_is_refused_and_not_repeated(keyed, headers, caplog):
    _, _, client = keyed
    response = client("").post("/api/ask", json=ASK, headers=headers)
    assert response.status_code == 401
    assert response.json()["type"] == "urn:quoth:key-unknown"
    assert "quoth_wrong" not in response.text + caplog.text
    assert client("").get("/healthz", headers=headers).status_code == 200  # it needs none


def test_a_key_is_for_its_collections_by_every_door(keyed):
    _, _, client = keyed
    other = client("other")
    assert other.post("/api/articles?collection=other", json=ARTICLE).json()["added"] == ["tides"]
    assert [one["name"] for one in other.get("/api/collections").json()["collections"]] == ["other"]
    assert other.post("/api/search", json={"query": "tide", "collection": "other"}).json()["hits"]
    for refused in (
        other.post("/api/ask", json=ASK),
        other.post("/api/search", json={"query": "offer"}),
        other.get("/api/articles"),
        other.post("/api/articles", json=ARTICLE),
        other.delete("/api/articles/tides"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:quoth:not-allowed")
    told = other.post("/api/ask/stream", json=ASK).text
    assert "not-allowed" in told and "event: evidence" not in told
    assert _tool(other, "search", query="offer")["isError"]
    assert not _tool(other, "search", query="tide", collection="other").get("isError")


def test_the_tools_of_readers_read(keyed):
    _, _, client = keyed
    assert not _tool(client("reader"), "search", query="offer").get("isError")
    refused = _tool(client("reader"), "add_article", text="Low tide was at noon.")
    assert refused["isError"] and "'editor'" in refused["content"][0]["text"]
    assert not _tool(client("editor"), "add_article", text="Low tide was at noon.").get("isError")


def _tool(client: TestClient, name: str, **arguments: str) -> dict:
    asked = {"name": name, "arguments": arguments}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    response = client.post("/mcp", json=call, headers=headers)
    found = re.search(r"\{.*\}", response.text)
    assert found, response.text
    result: dict = json.loads(found[0])["result"]
    return result


def test_an_event_of_the_window_is_its_senders(keyed):
    _, _, client = keyed
    assert "Northshore Wire" in _opened(client("reader"))
    assert "Northshore Wire" not in _opened(client("other"))


def _opened(client: TestClient) -> str:
    """What the events of a page that opens bring."""
    for event in client.get("/en/config").json()["dependencies"]:
        if any(trigger == "load" for _, trigger in event["targets"]):
            sent = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": "s"}
            assert client.post("/en/gradio_api/queue/join", json=sent).status_code == 200
    return client.get("/en/gradio_api/queue/data?session_hash=s").text


def test_the_owner_of_the_home_needs_no_key(keyed):
    _, _, client = keyed
    assert client("owner").get("/api/articles?collection=other").status_code == 200


def test_a_person_signs_in_and_out(keyed):
    keys, _, client = keyed
    page = {"accept": "text/html"}
    browser = client("")
    turned = browser.get("/", headers=page, follow_redirects=False)
    assert (turned.status_code, turned.headers["location"]) == (303, "/signin")
    wrong = browser.post("/signin", data={"key": '<b>"wrong'})
    assert wrong.status_code == 401 and "no key of this server" in wrong.text and "<b>" not in wrong.text
    token = keys.add("visitor", "reader")
    entered = browser.post("/signin", data={"key": f" {token} "}, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and token not in cookie
    assert "signed in as visitor" in browser.get("/signin").text
    assert "gradio" in browser.get("/", headers=page).text
    assert browser.post("/api/articles", json=ARTICLE).status_code == 403
    # A page of another site could send the form, but the browser says whose page it is.
    assert browser.post("/api/ask", json=ASK, headers={"origin": "http://evil.example"}).status_code == 403
    stolen = browser.cookies["quoth_session"]
    browser.post("/signout")
    browser.cookies.set("quoth_session", stolen, domain="localhost.local")
    assert browser.get("/en/config").status_code == 401
    browser.post("/signin", data={"key": token})
    assert browser.get("/en/config").status_code == 200
    keys.remove("visitor")
    assert browser.get("/en/config").status_code == 401


def test_no_key_is_needed_at_loopback_until_there_is_one(answering):
    assistant = answering(None)
    keys = ApiKeyFile(assistant.home)
    client = TestClient(create_app(assistant), base_url="http://localhost")
    # Programs that must send something send anything.
    assert client.get("/api/articles", headers={"authorization": "Bearer none"}).status_code == 200
    token = keys.add("program", "reader")
    assert client.get("/api/articles").status_code == 401
    assert client.get("/api/articles", headers={"authorization": f"bearer {token}"}).status_code == 200
    keys.remove("program")
    assert client.get("/api/articles").status_code == 401  # and not open to everybody again
    (assistant.home / "keys.json").write_text("[")
    refused = client.get("/api/articles", headers={"authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["type"]) == (500, "urn:quoth:keys-invalid")


def test_only_a_hash_is_kept_where_only_the_owner_reads(tmp_path):
    keys = ApiKeyFile(tmp_path)
    token = keys.add("program", "reader")
    assert re.fullmatch(r"quoth_[\w-]{43}", token)
    file = tmp_path / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token not in file.read_text() and digest(token) in file.read_text()
    assert keys.find(token) and not keys.find(token + "x") and not keys.find("")
    file.chmod(0o644)
    with pytest.raises(KeysInvalid, match="chmod 600"):
        ApiKeyFile(tmp_path).all()


def test_keys_are_made_listed_and_removed_on_the_command_line(tmp_path):
    def quoth(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, ["keys", *arguments, "--home", str(tmp_path)])
        return done.exit_code, done.stdout, done.stderr

    assert quoth("list")[:2] == (0, "")
    code, token, told = quoth("add", "press-desk", "--role", "editor", "--collection", "news")
    assert code == 0 and ApiKeyFile(tmp_path).find(token.strip()) and "cannot be shown again" in told
    _, listed, _ = quoth("list")
    assert listed.startswith("press-desk  editor  news") and token.strip() not in listed
    assert quoth("list", "--json")[1].count('"name": "press-desk"') == 1
    assert "there is a key named" in quoth("add", "press-desk")[2]
    assert "no name for a key" in quoth("add", "press desk")[2]
    assert quoth("add", "x", "--collection", "../up")[0] == 2
    assert quoth("remove", "press-desk")[0] == 0
    assert "no key named" in quoth("remove", "press-desk")[2]
    assert not ApiKeyFile(tmp_path).all()


@pytest.mark.parametrize("options", [["--host", "0.0.0.0"], ["--host", "::"]])
def test_it_does_not_open_to_others_without_a_key(tmp_path, options):
    done = CliRunner().invoke(main.app, ["serve", *options, "--port", "0", "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert "quoth keys add" in done.stderr and "--open" in done.stderr
    assert not (tmp_path / "owner.lock").exists()
