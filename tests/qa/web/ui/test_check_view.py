"""The Check view in a real browser, with a scripted verifier."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from qa.assistant import Assistant
from qa.web.ui.mount import mount
from tests.qa.pipeline.checking.scripted import WordVerifier
from tests.qa.web.ui.browser import AUDIT, served

DRAFT = """# The museum

The new date is 16 March 2024. Relling has worked on the project since 2018.
The parliament of <b>Iceland</b> met in Geneva. Is that so?"""


class HeldVerifier(WordVerifier):
    """Waits with what is said of Relling until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.released.set()

    async def verify(self, hypothesis):
        if "Relling" in hypothesis.claim:
            await asyncio.to_thread(self.released.wait, 60)
        return await super().verify(hypothesis)


@pytest.fixture(scope="module")
def verifier() -> HeldVerifier:
    return HeldVerifier()


@pytest.fixture(autouse=True)
def released(verifier: HeldVerifier) -> Iterator[None]:
    yield
    verifier.released.set()


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory,
    seeded_folder: Path,
    embedder: SentenceEmbedder,
    verifier: HeldVerifier,
) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    with (
        Library(home, embedder) as library,
        Assistant(library, None, 360, verifier=verifier) as assistant,
        served(mount(FastAPI(openapi_url=None), assistant)) as address,
    ):
        yield address


def checked(page: Page, address: str) -> None:
    page.set_default_timeout(60_000)
    page.goto(f"{address}/en/")
    page.get_by_role("tab", name="Check").click()
    page.get_by_label("Text to check").fill(DRAFT)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".tally")).to_contain_text("1 contradicted", timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pasted_draft_is_marked_and_its_quotes_open(browser: Browser, address: str, scheme: str) -> None:
    page = browser.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    checked(page, address)
    shown = page.locator(".checked > li")
    assert [shown.nth(at).get_attribute("class") for at in range(5)] == [
        "no_claim",
        "proven",
        "contradicted",
        "unproven",
        "no_claim",
    ]
    assert page.evaluate(AUDIT) == []
    page.locator(".contradicted summary").click()
    expect(page.locator(".checked .contradicted mark")).to_contain_text("since 2020")
    assert page.evaluate(AUDIT) == []
    page.get_by_label("Show only what is not proven").check()
    expect(page.locator(".checked .proven")).to_be_hidden()
    expect(page.locator(".checked .unproven")).to_be_visible()
    page.locator(".checked .contradicted cite a").click()
    expect(page.get_by_role("dialog")).to_contain_text("Relling, 41")
    page.close()


def test_a_dropped_file_is_stopped_continued_and_saved(
    browser: Browser, address: str, verifier: HeldVerifier
) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page.goto(f"{address}/en/")
    page.get_by_role("tab", name="Check").click()
    page.get_by_label("Text to check").wait_for()
    dropped = page.evaluate_handle(
        """(text) => { const given = new DataTransfer();
        given.items.add(new File([text], "draft.md")); return given; }""",
        f"---\ntitle: News\n---\n{DRAFT}",
    )
    page.dispatch_event("form.draft", "drop", {"dataTransfer": dropped})
    expect(page.locator(".file-state")).to_have_text("draft.md")
    assert "title:" not in page.get_by_label("Text to check").input_value()
    page.get_by_label("Choose a file").set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
    )
    expect(page.locator(".file-state")).to_contain_text("is not one text")

    verifier.released.clear()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".checked .proven")).to_have_count(1)
    page.locator("#checked").get_by_role("button", name="Stop").click()
    expect(page.locator(".tally")).to_contain_text("Stopped after 2 of 5 sentences.")
    verifier.released.set()
    asked_before = len(verifier.asked)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".tally")).to_contain_text("1 contradicted")
    expect(page.locator(".checked > li")).to_have_count(5)
    assert not any("16 March" in asked.claim for asked in verifier.asked[asked_before:])

    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save as Markdown").click()
    assert "✗ Relling has worked" in Path(downloading.value.path()).read_text("utf-8")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Save as web page").click()
    saved = Path(downloading.value.path()).read_text("utf-8")
    page.set_content(saved)
    page.get_by_label("Show only what is not proven").check()
    expect(page.locator(".proven").last).to_be_hidden()
    page.locator(".contradicted summary").click()
    expect(page.locator(".contradicted blockquote")).to_contain_text("since 2020")
    page.close()


def test_a_phone_shows_all_of_it(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 760})
    checked(page, address)
    page.locator(".proven summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
