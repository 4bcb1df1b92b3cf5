"""The window in a real browser, over a real socket."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from index.embedding.cache import EmbeddingCache
from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article
from qa.assistant import Assistant
from qa.telemetry.feedback import FeedbackFile
from qa.verification.recheck import read_answers
from qa.web.ui import mount
from tests.qa.web.ui.browser import DRAFT, HOSTILE, QUESTION, QUOTE, HeldModel, served

# Adds up layout shifts without user input.
SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
# Gives the only conversation sixty exchanges.
SIXTY = """async () => {
  const [one] = await quoth.store.all();
  one.exchanges = Array(60).fill(one.exchanges[0]);
  await quoth.store.put(one);
}"""
# Milliseconds until the open article, a key press and a scroll (medians) are painted.
SMOOTH = """async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const timed = async (deed) => {
    const times = [];
    for (let at = 0; at < 15; at++) {
      const began = performance.now();
      deed(at);
      await painted();
      times.push(performance.now() - began);
    }
    return times.sort((one, other) => one - other)[7];
  };
  const began = performance.now();
  await quoth.showArticle({ article: "long", start: 299_000, end: 299_040 });
  await painted();
  const opening = performance.now() - began;
  const box = document.querySelector("#box textarea");
  const typing = await timed((at) => {
    box.value += "a";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  const scrolling = await timed((at) => {
    document.querySelector("#talk").scrollTop = 400 * at;
    document.querySelector(".reader").scrollTop = 4000 * at;
  });
  return { opening, typing, scrolling };
}"""


@pytest.fixture(scope="module")
def model() -> HeldModel:
    return HeldModel(DRAFT)


@pytest.fixture(autouse=True)
def fresh(model: HeldModel) -> Iterator[None]:
    model.says, model.said = DRAFT, 0
    model.started.clear()
    model.ended.clear()
    yield
    model.released.set()


@pytest.fixture(scope="module")
def home(seeded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("window")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    return home


@pytest.fixture(scope="module")
def address(home: Path, model: HeldModel, embedder: SentenceEmbedder) -> Iterator[str]:
    """A window over the seed articles and a hostile one."""
    app = FastAPI()
    app.get("/api/before")(lambda: {"route": "kept"})
    hostile = Article(
        id="hostile",
        text=f"The zeppelin of Quendale landed. {HOSTILE} The zeppelin of Quendale was painted green.",
        title=f"Zeppelin {HOSTILE}",
        url="javascript:window.hit=1",
        source=HOSTILE,
        date=date(2030, 1, 1),
    )
    long = Article(
        id="long", title="Long", text=("A grey heron stood in the reeds all day. " * 10 + "\n\n") * 760
    )
    once = copy(embedder)
    once.encode = EmbeddingCache(embedder.encode)  # type: ignore[method-assign]  # the long one repeats itself
    with Library(home, once) as library, Assistant(library, model, 360) as assistant:
        list(assistant.add([hostile, long]))
        with served(mount(app, assistant)) as address:
            yield address


@pytest.fixture
def new_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens windows. Fails if one of them sends requests elsewhere or has a script error."""
    contexts, beyond, failures = [], [], []

    def make(at: str = "/", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "request",
            lambda it: beyond.append(it.url) if not it.url.startswith((address, "data:", "blob:")) else None,
        )
        page.on("pageerror", lambda error: failures.append(error))
        page.add_init_script(SHIFTS)
        page.goto(f"{address}{at}")
        page.locator(".example").first.wait_for()
        return page

    expect.set_options(timeout=60_000)
    yield make
    for context in contexts:
        context.close()
    assert not beyond
    assert not failures


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Ask a question").fill(question)
    page.keyboard.press("Enter")


def test_evidence_is_shown_before_the_answer_with_its_quote(page: Page, model: HeldModel):
    model.says = f"Russian defeats\n{DRAFT} " + "It says so at length. " * 40
    model.released.clear()
    assert page.evaluate("shift") < 0.05  # while the page comes
    page.evaluate("window.shift = 0")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    ask(page, QUESTION)
    expect(page.locator("#sources .card").filter(has_text="Schraibman").first).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"Reading \d+ passages… \d+ s"))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(0)
    model.released.set()
    expect(page.locator("#current .said")).to_contain_text(f"{DRAFT.removesuffix(' [1].')}.[1]")
    expect(page.locator("#sources mark").first).to_contain_text(QUOTE)
    expect(page.locator("#sources")).to_contain_text("27 Oct 2022")
    expect(page.locator("#status")).to_have_text("The answer is ready.")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    assert page.evaluate("shift") < 0.01


def test_mark_shows_its_quote_and_opens_its_article_by_keyboard(page: Page):
    ask(page, QUESTION)
    mark = page.locator("#current .mark")
    mark.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(QUOTE)
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.get_by_role("button", name="Copy").focus()
    for _ in range(page.locator("#current .followups button").count() + 1):
        page.keyboard.press("Shift+Tab")
    expect(mark).to_be_focused()
    expect(page.get_by_role("tooltip")).to_contain_text(QUOTE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Enter")
    article = page.get_by_role("dialog")
    expect(article).to_contain_text(re.compile("27 Oct 2022·?\\d+ years before the question"))
    expect(article.locator("mark").first).to_be_focused()
    expect(article.locator("mark").first).to_be_in_viewport()
    expect(article.locator("mark").first).to_contain_text(QUOTE)
    page.keyboard.press("Escape")
    expect(article).to_be_hidden()
    expect(mark).to_be_focused()


def test_declined_question_shows_the_closest_passages(page: Page, model: HeldModel):
    model.says = "NOT FOUND"
    ask(page, "Which ferry drifted to the moon?")
    expect(page.locator(".declined")).to_contain_text("The articles do not say.")
    expect(page.locator("#sources h2")).to_contain_text("Nearest passages")
    expect(page.locator("#sources .card").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_limit_of_a_question_is_taken_away_and_put_back(new_page: Callable[..., Page], width: int):
    page = new_page("/de/", viewport={"width": width, "height": 800})
    page.get_by_label("Stellen Sie eine Frage").fill("Was geschah im September 2023 laut The Marren Post?")
    page.keyboard.press("Enter")
    limits = page.locator("#current .as-kind")
    limits.get_by_role("button", name="The Marren Post").click()
    expect(limits).to_contain_text("alle Medien")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # Its parts stand below the question, each of them whole, wherever the line breaks.
    left = page.locator("#current .asked").bounding_box()["x"]  # type: ignore[index]
    parts = [part.bounding_box() for part in limits.locator("> *").all()]
    assert len(parts) == 3 and {round(part["x"]) for part in parts if part} >= {round(left - 1.2 * 13)}
    assert all(part and part["height"] < 40 for part in parts)
    limits.locator("[data-action=limit]").click()
    expect(limits.get_by_role("button", name="The Marren Post")).to_be_visible()


def test_follow_up_is_searched_with_its_context_or_an_edited_query(page: Page):
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    ask(page, "And why is he?")
    expect(page.locator("#current .searched:not(.as-kind)")).to_contain_text("Searched for: And why is he? (")
    expect(page.locator("#current .answer")).to_be_visible()
    page.locator("#earlier summary").click()
    expect(page.locator("#earlier mark").first).to_contain_text(QUOTE)
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Searched for:").fill("Lukashenko pressure Putin")
    page.keyboard.press("Enter")
    expect(page.locator("#current .searched:not(.as-kind)")).to_contain_text(
        "Searched for: Lukashenko pressure Putin"
    )
    expect(page.locator("#current .answer")).to_be_visible()
    assert page.locator(".asked").all_inner_texts() == [QUESTION, "And why is he?"]


def test_a_further_question_scrolls_into_view_on_a_phone(new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 360, "height": 740})
    for question in (QUESTION, "Who is Lukashenko?", "And why is he?"):
        ask(page, question)
        expect(page.locator("#current .exchange", has_text=question).locator(".actions")).to_be_visible()
        expect(page.locator("#current .asked", has_text=question)).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    page.reload()
    expect(page.locator("#earlier .asked", has_text="And why is he?")).to_be_in_viewport()


def test_stop_ends_the_model_and_keeps_the_typed_text(page: Page, model: HeldModel):
    model.released.clear()
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Reading")
    page.get_by_label("Ask a question").fill("typed meanwhile")
    assert model.started.wait(20)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".trouble")).to_have_text("Stopped before the quotes were checked.")
    assert model.ended.wait(10)
    expect(page.get_by_label("Ask a question")).to_have_value("typed meanwhile")
    model.released.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#current .answer")).to_be_visible()
    assert page.locator(".asked").all_inner_texts() == [QUESTION]
    expect(page.get_by_label("Ask a question")).to_have_value("typed meanwhile")


def test_conversation_is_saved_rated_renamed_exported_and_deleted(page: Page, home: Path):
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    page.get_by_role("button", name="Bad").click()
    page.get_by_label("What was wrong? (optional)").fill("too short")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#current .actions")).to_contain_text("Thanks for your feedback.")
    [kept] = FeedbackFile(home).read()
    assert (kept.verdict, kept.reason, kept.question) == ("down", "too short", QUESTION)
    page.reload()
    expect(page.locator("#earlier .said")).to_contain_text("Russian defeats")
    expect(page.get_by_role("button", name="Bad")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Rename").fill("Belarus")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Belarus", exact=True)).to_be_focused()
    for way in ("Markdown", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=way).click()
        saved = Path(download.value.path())
        assert "Belarus" in saved.read_text() and QUOTE in saved.read_text()
    [exported] = read_answers(str(saved))
    assert exported.answer and QUOTE in exported.answer.citations[0].quote
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Delete").click()
    page.reload()
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations")).to_contain_text("No conversations yet.")


def test_leaving_the_page_ends_the_model(new_page: Callable[..., Page], model: HeldModel):
    model.says = "word " * 3000
    model.released.clear()
    page = new_page()
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Reading")
    assert model.started.wait(20)
    page.context.close()
    model.released.set()
    assert model.ended.wait(60)
    assert model.said < 5000


def test_hostile_article_stays_text(page: Page, model: HeldModel):
    model.says = f"The zeppelin of Quendale was painted green [1]. {HOSTILE}"
    ask(page, f"What colour was the zeppelin of Quendale painted? {HOSTILE}")
    expect(page.locator("#current .answer")).to_be_visible()
    expect(page.locator("#sources")).to_contain_text("Zeppelin")
    page.locator("#current .mark").first.hover()
    page.locator("#current .mark").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>window.hit=1</script>")
    page.reload()
    expect(page.locator("#earlier .said")).to_contain_text("Quendale")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations li")).to_contain_text("<script>")
    assert page.evaluate("window.hit") is None
    assert page.locator("a[target]", has_text="Zeppelin").count() == 0
    assert page.locator("#reader a[target]").count() == 0


def test_two_windows_do_not_mix(new_page: Callable[..., Page], model: HeldModel):
    one, other = new_page(), new_page()
    model.released.clear()
    ask(one, QUESTION)
    ask(other, "What does Kavaleuski say about Lukashenko?")
    expect(one.locator("#status")).to_contain_text("Reading")
    expect(other.locator("#status")).to_contain_text("Reading")
    model.released.set()
    for page, question in ((one, QUESTION), (other, "What does Kavaleuski say about Lukashenko?")):
        expect(page.locator(".answer, .declined")).to_have_count(1)
        assert page.locator(".asked").all_inner_texts() == [question]


def test_german_window_and_its_examples(new_page: Callable[..., Page], model: HeldModel):
    model.says = "NOT FOUND"
    page = new_page(locale="de-DE")
    assert page.url.endswith("/de/")
    expect(page.get_by_role("button", name="Gespräche")).to_be_visible()
    question = page.locator(".example").nth(1).inner_text()
    page.locator(".example").nth(1).click()
    expect(page.locator(".asked")).to_have_text(question)
    expect(page.locator(".declined")).to_contain_text("Das sagen die Artikel nicht.")
    expect(page.locator(".example").first).to_be_hidden()


def test_nothing_overflows(new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    for width in (360, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(page.get_by_label("Ask a question")).to_be_in_viewport()
        page.locator("#current .mark").first.click()
        expect(page.get_by_role("dialog").locator("mark").first).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        if width > 800:
            assert page.evaluate("document.documentElement.scrollHeight") == 740
        page.keyboard.press("Escape")


def test_long_article_and_long_conversation_stay_smooth(new_page: Callable[..., Page]):
    page = new_page()
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    page.wait_for_function("quoth.store.all().then((all) => all.length)")
    page.evaluate(SIXTY)
    page.reload()
    expect(page.locator("#earlier .exchange")).to_have_count(60)
    took = page.evaluate(SMOOTH)
    assert page.locator(".reader .text").evaluate("it => it.textContent.length") > 300_000
    assert took["opening"] < 2_000, took
    assert took["typing"] < 100, took
    assert took["scrolling"] < 150, took


def test_first_paint_comes_soon(new_page: Callable[..., Page]):
    page, paints = new_page(), []
    for _ in range(3):  # retried, because other load can delay one paint
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        if paints[-1] < 2_000:
            break
        page.reload(wait_until="commit")
        page.locator(".example").first.wait_for()
    assert min(paints) < 2_000, paints


@pytest.mark.slow
def test_app_keeps_its_routes_and_hides_the_window_from_gradio_clients(address: str):
    assert httpx.get(f"{address}/api/before").json() == {"route": "kept"}
    assert httpx.get(f"{address}/docs").status_code == 200
    for language in ("en", "de"):
        api = f"{address}/{language}/gradio_api"
        assert httpx.get(f"{api}/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}
        assert httpx.post(f"{api}/upload", files={"files": b"two bytes at least"}).status_code == 413
