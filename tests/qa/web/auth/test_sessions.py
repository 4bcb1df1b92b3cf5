"""Signing in to the chat window with a key."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from qa.assistant import Assistant
from qa.evaluation.execution.background import BackgroundEvaluation
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.session_store import MAX_SESSIONS
from qa.web.auth.sessions import MAX_SIGN_IN_BYTES
from qa.web.run import listen, local_url
from tests.qa.web.responses import problem


def test_user_signs_in_and_out(keyed):
    keys, client = keyed
    headers = {"accept": "text/html"}
    browser = client("")
    redirected = browser.get("/", headers=headers, follow_redirects=False)
    assert (redirected.status_code, redirected.headers["location"]) == (303, "/signin")
    wrong = browser.post("/signin", data={"key": '<b>"wrong'})
    assert wrong.status_code == 401 and "does not know that key" in wrong.text and "<b>" not in wrong.text
    token = keys.add("visitor", "reader")
    signed_in = browser.post("/signin", data={"key": f" {token} "}, follow_redirects=False)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
    cookie = signed_in.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and token not in cookie
    assert "signed in as visitor" in browser.get("/signin").text
    assert "gradio" in browser.get("/", headers=headers).text
    assert browser.post("/api/articles", json={"text": "High tide was at 18:40."}).status_code == 403
    # A page of another site could send the form, but the browser adds that page's origin.
    other_site = {"origin": "http://evil.example"}
    assert browser.post("/api/ask", json={"question": "Who?"}, headers=other_site).status_code == 403
    stolen = browser.cookies["quoth_session"]
    browser.post("/signout")
    browser.cookies.set("quoth_session", stolen, domain="localhost.local")
    assert browser.get("/en/config").status_code == 401
    browser.post("/signin", data={"key": token})
    assert browser.get("/en/config").status_code == 200
    keys.remove("visitor")
    assert browser.get("/en/config").status_code == 401


def test_only_a_small_form_is_read_from_anyone(keyed):
    _, client = keyed
    browser = client("")
    for body in (b"key=" + b"x" * MAX_SIGN_IN_BYTES, b"a=1&" * 15_000_000, b"a=1&" * 100):
        refused = browser.post(
            "/signin", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        problem(refused, 413)
    # A real key fits, beside fields that a browser may add.
    assert browser.post("/signin", data={"key": "x" * 200, "other": "1"}).status_code == 401


def test_one_key_ends_only_its_own_sessions(keyed):
    keys, client = keyed
    browser = client("")
    calm, busy = keys.add("calm", "reader"), keys.add("busy", "reader")

    def sign_in(key: str) -> str:
        browser.cookies.clear()
        assert browser.post("/signin", data={"key": key}, follow_redirects=False).status_code == 303
        return str(browser.cookies["quoth_session"])

    def signed_in(session: str) -> bool:
        browser.cookies.clear()
        browser.cookies.set("quoth_session", session, domain="localhost.local")
        return bool(browser.get("/en/config").status_code == 200)

    other, first, second = sign_in(calm), sign_in(busy), sign_in(busy)
    for _ in range(MAX_SESSIONS - 1):
        assert signed_in(first)  # a session in use outlives one that is not
        last = sign_in(busy)
    assert (signed_in(other), signed_in(first), signed_in(second), signed_in(last)) == (
        True,
        True,
        False,
        True,
    )
    for name in ("calm", "busy"):
        keys.remove(name)
    assert not signed_in(other)


@pytest.fixture
def sign_in_server(seeded_home: Path, embedder: SentenceEmbedder) -> Iterator[tuple[str, str]]:
    """The URL of a server that requires keys, and the key of a reader."""
    keys = ApiKeyFile(seeded_home)
    with (
        Library(seeded_home, embedder) as library,
        Assistant(library, None, 360) as assistant,
        listen("127.0.0.1", 0) as listener,
        BackgroundEvaluation(lambda: assistant, seeded_home) as evaluation,
    ):
        app = create_app(assistant, evaluation=evaluation)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield local_url(listener), keys.add("desk", "reader")
        server.should_exit = True
        thread.join()


def test_reader_signs_in_with_a_browser_and_asks(sign_in_server: tuple[str, str], browser: Browser) -> None:
    url, token = sign_in_server
    console: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: console.append(message.text))
    page.goto(url)
    page.get_by_label("Your key").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.locator("#box textarea").fill("Why is Lukashenko under pressure?")
    page.locator("#box textarea").press("Enter")
    page.locator("#current .mark").first.click(timeout=30_000)
    expect(page.get_by_role("dialog").locator("mark").first).to_contain_text("Lukashenko")
    page.get_by_role("tab", name="Library").click()
    expect(page.get_by_text(re.compile("^Your key lets you ask and read"))).to_be_visible()
    expect(page.locator(".shelf .title")).to_have_count(19)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_text(re.compile("they need an admin key"))).to_be_visible()
    expect(page.get_by_role("button", name="Run a small evaluation")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Your key").wait_for()
    page.close()
    assert not [message for message in console if "Content Security Policy" in message], console
