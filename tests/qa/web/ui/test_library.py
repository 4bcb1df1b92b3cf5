"""The Library and Quality views in a real browser, over a server without a model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.conftest import MODELS
from tests.qa.web.ui.browser import AUDIT, HOSTILE
from tests.serving import Serving, serving

LOCKS = [
    {
        "id": f"lock-{n:02}",
        "title": f"Lock {n:02} opened",
        "source": "Canal News" if n % 2 else "Weir Weekly",
        "date": f"2024-{n % 12 + 1:02}-15",
        "text": f"Lock {n} of the Brindle canal opened. It lifts {n + 100} boats a day.",
    }
    for n in range(30)
]
QUESTIONS = [
    {"id": f"q{n}", "question": f"How many boats does lock {n} lift a day?", "answers": [str(n + 100)]}
    | {"answerable": True, "gold": [f"lock-{n:02}"]}
    for n in range(5)
]

# The name of the focused element, and whether its focus is visible.
FOCUSED = """() => {
  const it = document.activeElement;
  const name = it.labels?.[0]?.innerText || it.textContent || it.ariaLabel;
  const seen = it.closest(".drop") ?? it;
  return [name.trim(), getComputedStyle(seen).outlineStyle !== "none"];
}"""


def lines(given: list[dict]) -> bytes:
    return "\n".join(json.dumps(one) for one in given).encode()


def a_file(name: str, content: bytes | str) -> FilePayload:
    given = content.encode() if isinstance(content, str) else content
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=given)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server over thirty articles in `canal`, and a hostile one in `default`."""
    home = tmp_path_factory.mktemp("library")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    hostile = {"id": 'h"><b>', "title": HOSTILE, "source": HOSTILE, "text": HOSTILE, "url": "javascript:hit"}
    with serving(home) as server:
        for collection, given in (("canal", LOCKS), ("default", [hostile])):
            to = f"{server.url}/api/articles?collection={collection}"
            httpx.post(to, json={"articles": given}, trust_env=False, timeout=60).raise_for_status()
        yield server


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Shared by all tests, so that the page's files are fetched once."""
    context = browser.new_context()
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    yield context
    context.close()


@pytest.fixture
def opened(context: BrowserContext, server: Serving) -> Iterator[Callable[..., Page]]:
    """Opens a view. Fails if a page sends requests elsewhere, has a script error or runs injected script."""
    beyond, failures = [], []

    def make(
        view: str, *, language: str = "en", collection: str = "", articles: int = 30, scheme: Any = "light"
    ) -> Page:
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        page.on("request", lambda it: beyond.append(it.url) if beyond_reach(it.url) else None)
        page.on("pageerror", lambda error: failures.append(error))
        page.goto(f"{server.url}/{language}/")
        page.get_by_role("tab", name=view).click()
        if collection:
            page.get_by_label("Collection", exact=True).select_option(collection)
            expect(page.locator(".total")).to_contain_text(f"{articles} articles")
        return page

    def beyond_reach(url: str) -> bool:
        return not url.startswith((server.url, "data:"))

    yield make
    hits = [page.evaluate("window.hit") for page in context.pages]
    for page in context.pages:
        page.close()
    assert not beyond
    assert not failures
    assert not any(hits)


def rows(page: Page) -> list[str]:
    return page.locator(".shelf .title").all_inner_texts()


def ids(server: Serving, collection: str) -> set[str]:
    listed = httpx.get(f"{server.url}/api/articles?collection={collection}", trust_env=False).json()
    return {article["id"] for article in listed["articles"]}


# List


def test_list_is_paged_and_searched(opened: Callable[..., Page]):
    page = opened("Library", collection="canal")
    expect(page.locator(".shelf li")).to_have_count(25)
    expect(page.get_by_role("button", name="Previous page")).to_be_disabled()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".pages")).to_contain_text("26–30 of 30")
    expect(page.locator(".shelf li")).to_have_count(5)
    page.get_by_label("Search titles and outlets").fill("lock 07")
    expect(page.locator(".total")).to_have_text("1 article")
    expect(page.locator(".shelf .where")).to_contain_text("Canal News")
    expect(page.locator(".shelf .where")).to_contain_text("15 Aug 2024")
    expect(page.locator(".shelf .where")).to_contain_text("1 passage")
    page.get_by_label("Search titles and outlets").fill("nowhere")
    expect(page.locator("#articles .none")).to_have_text("No articles match.")


def test_filters_narrow_the_list_and_the_questions_and_are_cleared_in_the_chat(opened: Callable[..., Page]):
    page = opened("Library", collection="canal")
    page.get_by_label("Outlet", exact=True).select_option("Canal News")
    expect(page.locator(".total")).to_have_text("15 articles")
    page.get_by_label("From", exact=True).fill("2024-02-01")
    page.get_by_label("As of").fill("2024-04-30")
    expect(page.locator(".total")).to_have_text("6 articles")
    assert set(re.findall(r"Lock (\d+)", " ".join(rows(page)))) == {"01", "03", "13", "15", "25", "27"}
    page.get_by_role("tab", name="Ask").click()
    scope = page.locator(".scope")
    expect(scope).to_contain_text("Collection: canal")
    expect(scope).to_contain_text("Canal News")
    expect(scope).to_contain_text("from 1 Feb 2024")
    expect(scope).to_contain_text("as of 30 Apr 2024")
    page.get_by_label("Ask a question").fill("How many boats does a lock lift a day?")
    page.keyboard.press("Enter")
    expect(page.locator("#current .answer, #current .declined")).to_be_visible()
    expect(page.locator("#sources .where").first).to_contain_text("Canal News")
    assert "Weir Weekly" not in page.locator("#sources").inner_text()
    scope.get_by_role("button").click()
    expect(scope).to_have_count(0)
    page.get_by_role("tab", name="Library").click()
    expect(page.get_by_label("Collection", exact=True)).to_have_value("default")
    expect(page.get_by_label("From", exact=True)).to_have_value("")


def test_article_opens_by_keyboard_and_escape_returns_the_focus(opened: Callable[..., Page]):
    page = opened("Library", collection="canal")
    title = page.get_by_role("link", name="Lock 11 opened")
    title.focus()
    page.keyboard.press("Enter")
    reader = page.get_by_role("dialog", name="Lock 11 opened")
    expect(reader.get_by_role("button", name="Close")).to_be_focused()
    expect(reader).to_contain_text("It lifts 111 boats a day.")
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    expect(title).to_be_focused()


def test_undo_restores_the_same_article(opened: Callable[..., Page], server: Serving):
    address = f"{server.url}/api/articles/lock-11?collection=canal"
    before = httpx.get(address, trust_env=False).json()
    page = opened("Library", collection="canal")
    page.get_by_role("link", name="Lock 11 opened").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Remove Lock 11 opened").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".total")).to_have_text("29 articles")
    expect(page.locator(".notice")).to_contain_text("Removed “Lock 11 opened”.")
    assert httpx.get(address, trust_env=False).status_code == 404
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Restored “Lock 11 opened”.")
    expect(page.locator(".total")).to_have_text("30 articles")
    assert httpx.get(address, trust_env=False).json() == before


def test_empty_last_page_is_replaced_by_the_one_before(opened: Callable[..., Page], server: Serving):
    to = f"{server.url}/api/articles?collection=page"
    httpx.post(to, json={"articles": LOCKS[:26]}, trust_env=False, timeout=60).raise_for_status()
    page = opened("Library", collection="page", articles=26)
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".shelf li")).to_have_count(1)
    page.get_by_role("button", name="Remove Lock").click()
    expect(page.locator(".shelf li")).to_have_count(25)
    expect(page.locator(".notice")).to_contain_text("Removed")


# Uploads


def test_each_file_is_listed_with_its_result_and_the_reason_for_skipping(
    opened: Callable[..., Page], server: Serving
):
    page = opened("Library")
    page.get_by_label("Add to another collection").fill("mixed")
    page.get_by_label("Choose files").set_input_files(
        [
            a_file("tides.md", "# Tides\n\nThe tide at Brindle turns at noon."),
            a_file("two.jsonl", lines([{"id": "one", "text": "One barge came."}]) + b"\n{not json"),
            a_file("picture.png", b"\x89PNG\r\n\x1a\n"),
            a_file("scan.pdf", b"\x89PNG\r\n\x1a\n"),
            a_file(f"../../{HOSTILE}.txt", ""),
        ]
    )
    outcome = page.locator(".outcomes > li")
    expect(outcome.nth(0)).to_contain_text("1 added")
    expect(outcome.nth(1)).to_contain_text("1 added, 1 skipped")
    expect(outcome.nth(1)).to_contain_text("two.jsonl:2: not JSON")
    expect(outcome.nth(2)).to_contain_text("format .png is not supported")
    expect(outcome.nth(3)).to_contain_text("its content is an image")
    expect(outcome.nth(4)).to_contain_text("empty")
    expect(page.get_by_label("Collection", exact=True)).to_have_value("mixed")
    expect(page.locator(".total")).to_have_text("2 articles")
    assert "/tmp" not in page.content()
    assert "one" in ids(server, "mixed")


def test_file_that_is_too_large_is_not_sent(opened: Callable[..., Page]):
    page = opened("Library")
    page.evaluate(
        """() => {
          const given = new DataTransfer();
          given.items.add(new File([new Uint8Array(25_000_001)], "large.txt"));
          const drop = new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
          document.querySelector(".drop").dispatchEvent(drop);
        }"""
    )
    expect(page.locator(".outcomes li")).to_contain_text("larger than 25 MB")


def test_addresses_are_added_one_per_line_and_rejected_with_a_reason(
    opened: Callable[..., Page], server: Serving
):
    page = opened("Library")
    page.get_by_label("Web addresses").fill(f"{server.url}/healthz\nftp://example.org/a")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".outcomes > li").nth(0)).to_contain_text("1 skipped")
    expect(page.locator(".outcomes > li").nth(0)).to_contain_text("127.0.0.1 is not a public address")
    expect(page.locator(".outcomes > li").nth(1)).to_contain_text("use an address that starts with http")


def test_server_limits_and_validates_uploads_itself(server: Serving):
    to = f"{server.url}/library/articles"
    large = httpx.post(to, files={"files": ("a.txt", b"a" * 25_000_001)}, trust_env=False, timeout=60)
    assert large.status_code == 413
    named = httpx.post(f"{to}?collection=../up", files={"files": ("a.txt", b"word")}, trust_env=False)
    assert "cannot name a collection" in json.loads(named.text)["trouble"]
    other = httpx.post(to, files={"files": ("a.exe", b"MZ")}, trust_env=False)
    assert "format .exe is not supported" in json.loads(other.text)["reason"]
    page = httpx.post(to, json={"text": "x"}, headers={"origin": "https://example.org"}, trust_env=False)
    assert page.status_code == 403
    assert httpx.post(f"{server.url}/en/gradio_api/upload", files={"files": b"two"}, trust_env=False).is_error


def test_hostile_article_stays_text(opened: Callable[..., Page]):
    page = opened("Library")
    expect(page.locator(".shelf .title").first).to_have_text(HOSTILE)
    page.locator(".shelf .title").first.click()
    expect(page.locator(".reader .text")).to_have_text(HOSTILE)
    assert page.locator(".reader a, .shelf img, .reader img").count() == 0
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator(".notice")).to_contain_text("<script>window.hit=1</script>")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".shelf .title").first).to_have_text(HOSTILE)


# Quality


def test_small_evaluation_runs_and_shows_its_report(opened: Callable[..., Page], server: Serving):
    page = opened("Library", collection="canal")
    page.get_by_role("tab", name="Quality").click()
    expect(page.locator("#report .none")).to_contain_text("No evaluation has been run yet.")
    page.get_by_label("Number of questions").fill("3")
    page.get_by_label("Your own questions").set_input_files([a_file("own.jsonl", lines(QUESTIONS))])
    page.get_by_role("button", name="Run a small evaluation").click()
    expect(page.locator("#standing")).to_contain_text("3 questions answered.", timeout=60_000)
    report = page.frame_locator("#report iframe")
    expect(report.get_by_role("heading", name="Evaluation report")).to_be_visible()
    report.get_by_label("Find in questions, answers and quotes").fill("no such words")
    expect(report.locator("#count")).to_have_text("0 of 3")
    kept = json.loads((server.home / "reports" / "last.json").read_text())
    assert len(kept["rows"]) == 3
    assert kept["collection"] == "canal"
    given = httpx.get(f"{server.url}/quality/report", trust_env=False)
    assert "sandbox allow-scripts" in given.headers["content-security-policy"]
    assert "default-src 'none'" in given.headers["content-security-policy"]


def test_evaluation_that_cannot_start_shows_the_reason(opened: Callable[..., Page]):
    page = opened("Quality")
    page.get_by_role("button", name="Run a small evaluation").click()
    expect(page.locator("#standing .trouble")).to_contain_text("has none of the sample articles")
    page.get_by_label("Your own questions").set_input_files([a_file("own.jsonl", '{"id": "<img src=x>"}')])
    page.get_by_role("button", name="Run a small evaluation").click()
    expect(page.locator("#standing .trouble")).to_contain_text("The file line 1: question is not usable")


def test_stopped_evaluation_keeps_the_previous_report(opened: Callable[..., Page], server: Serving):
    page = opened("Library", collection="canal")
    page.get_by_role("tab", name="Quality").click()
    before = httpx.get(f"{server.url}/quality/report", trust_env=False).text
    many = [{**one, "id": f"{one['id']}-{n}"} for n in range(40) for one in QUESTIONS]
    page.get_by_label("Number of questions").fill("200")
    page.get_by_label("Your own questions").set_input_files([a_file("own.jsonl", lines(many))])
    page.get_by_role("button", name="Run a small evaluation").click()
    expect(page.locator("#standing")).to_contain_text(re.compile(r"[1-9]\d* of 200 questions answered"))
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#standing")).to_contain_text(re.compile(r"Stopped after \d+ of 200 questions"))
    assert httpx.get(f"{server.url}/quality/report", trust_env=False).text == before


# All views


def test_nothing_overflows(opened: Callable[..., Page]):
    page = opened("Library", collection="canal")
    page.emulate_media(color_scheme="dark")
    for width in (360, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 760})
        page.get_by_role("tab", name="Library").click()
        page.get_by_role("link", name="Lock 11 opened").click()
        expect(page.get_by_role("dialog")).to_contain_text("It lifts 111 boats")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Quality").click()
        expect(page.get_by_role("button", name="Run a small evaluation")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_enough_contrast_and_a_name(opened: Callable[..., Page], scheme: str):
    page = opened("Library", collection="canal", scheme=scheme)
    assert page.locator("body.dark").count() == (scheme == "dark")
    page.get_by_role("button", name="Remove Lock 11 opened").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("Restored")
    assert page.evaluate(AUDIT) == []
    page.get_by_role("link", name="Lock 11 opened").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(AUDIT) == []
    page.get_by_role("tab", name="Quality").click()
    assert page.evaluate(AUDIT) == []
    page.get_by_role("tab", name="Ask").click()
    for question, outcome in (
        ("How many boats does lock 11 lift a day?", "answer"),
        ("Who won the chess tournament in Reykjavik?", "declined"),
    ):
        page.get_by_label("Ask a question").fill(question)
        page.keyboard.press("Enter")
        expect(page.locator(f"#current .{outcome}")).to_be_visible()
        assert page.evaluate(AUDIT) == []
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations li").first).to_be_visible()
    assert page.evaluate(AUDIT) == []


def test_keyboard_reaches_everything_with_a_visible_focus(opened: Callable[..., Page]):
    page = opened("Library", collection="canal")
    page.get_by_role("tab", name="Library").focus()
    reached = []
    for _ in range(28):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert not [name for name, seen in reached if not seen]
    names = [name for name, _ in reached]
    for name in ("Collection", "Outlet", "From", "To", "As of", "Search titles and outlets", "Remove"):
        assert name in names, names


def test_german_window_has_no_english_phrases(opened: Callable[..., Page]):
    page = opened("Bibliothek", language="de")
    expect(page.get_by_label("Medium", exact=True)).to_be_visible()
    expect(page.get_by_label("Dateien wählen")).to_be_attached()
    expect(page.get_by_role("button", name="Entfernen").first).to_be_visible()
    page.get_by_role("tab", name="Qualität").click()
    expect(page.get_by_role("button", name="Kleine Auswertung starten")).to_be_visible()
    shown = page.locator("#quoth").inner_text()
    assert not re.search(r"\b(Remove|Search|Collection|Outlet|Stop|questions|Add)\b", shown)
