"""What docs/security.md promises of the whole server, and no other test shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect, sync_playwright

from qa.assistant import Assistant
from qa.errors import ModelUnavailable
from qa.llm.chat_models import ChatModel, RemoteChatModel
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.middleware.security_headers import HEADERS
from qa.web.ui.phrases.window import ENGLISH
from tests.serving import Serving, serving


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/healthz", 200),
        ("/docs", 200),
        ("/signin", 200),
        ("/en/", 200),
        ("/en/gradio_api/startup-events", 200),
        ("/api/nothing", 404),
        ("/v1/models", 200),
        ("/mcp", 405),
    ],
)
def test_every_response_tells_browsers_what_not_to_do(client: TestClient, path: str, status: int) -> None:
    response = client.get(path, headers={"origin": "http://evil.example"})
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert not [name for name in response.headers if name.startswith("access-control-allow")]
    assert "server" not in response.headers


@pytest.fixture(scope="module")
def client(tmp_path_factory, seeded_folder, embedder) -> Iterator[TestClient]:
    from index.library import Library

    with (
        Library(tmp_path_factory.mktemp("secure"), embedder) as library,
        Assistant(library, None, 360) as assistant,
        TestClient(create_app(assistant), base_url="http://localhost") as client,
    ):
        yield client


@pytest.fixture
def guarded(seeded_home: Path) -> Iterator[tuple[Serving, str]]:
    """A server that asks for keys, and the key of a reader."""
    token = ApiKeyFile(seeded_home).add("desk", "reader")
    with serving(seeded_home) as server:
        yield server, token


def test_a_person_signs_in_with_a_browser_and_asks(guarded: tuple[Serving, str]) -> None:
    server, token = guarded
    complaints: list[str] = []
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.goto(server.url)
        page.get_by_label("Your key").fill(token)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#box textarea").fill("Why is Lukashenko under pressure?")
        page.locator("#box textarea").press("Enter")
        page.locator("#current .mark").first.click(timeout=30_000)
        expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Lukashenko")
        page.get_by_role("tab", name="Library").click()
        expect(page.get_by_text(ENGLISH.library.not_allowed)).to_be_visible()
        expect(page.locator(".shelf .title")).to_have_count(19)
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)
        page.get_by_role("tab", name="Quality").click()
        expect(page.get_by_text(ENGLISH.quality.not_allowed)).to_be_visible()
        expect(page.get_by_role("button", name="Run a small evaluation")).to_have_count(0)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Your key").wait_for()
        browser.close()
    assert not [told for told in complaints if "Content Security Policy" in told], complaints
    # The command line of whoever may read the home needs no key.
    assert server.quoth("list")[0] == 0


def test_a_provider_cannot_make_the_key_be_told(answering: Callable[[ChatModel | None], Assistant]) -> None:
    class Echoing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.dumps({"error": {"message": f"bad: {self.headers['authorization']}"}}).encode()
            self.send_response(401)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    with HTTPServer(("127.0.0.1", 0), Echoing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        model = RemoteChatModel("openai:x", f"http://127.0.0.1:{server.server_port}/v1", "sk-very-secret")
        with pytest.raises(ModelUnavailable, match=r"bad: Bearer \(the key\)") as told:
            answering(model).ask("Who made Zelenskyy an offer of an alliance?")
        server.shutdown()
    assert "sk-very-secret" not in str(told.value)
