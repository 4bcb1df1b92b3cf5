"""The chat window: what it shows, in HTML and in a real browser over a real socket."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from playwright.sync_api import Browser, Page, expect

from index.articles import Article, Summary
from index.embedding import SentenceEmbedder
from index.library import Library
from qa.answers import Answer, Citation, Conflict, FoundPassage, Position, Sentence, Timings
from qa.assistant import Assistant
from qa.ui import ask as asking
from qa.ui import cards, mount, talk
from qa.ui.conversation import Exchange, history
from qa.ui.masthead import masthead
from qa.ui.phrases import ENGLISH
from qa.ui.scope import Scope
from tests.conftest import ScriptedModel

QUESTION = "Why is Lukashenko under pressure?"
DRAFT = "Lukashenko is under pressure because of the Russian defeats in Ukraine [1]."
QUOTE = "As a result of the Russian defeats in the Ukraine Lukashenko is under pressure in two ways."
HOSTILE = '"><script>window.hit=1</script><img src=x onerror="window.hit=1">${window.hit=1}{{hit}}'


class HeldChat(GenericFakeChatModel):
    """Says its words once it is let go."""

    model: Any

    async def _astream(self, *args: Any, **kwargs: Any) -> Any:
        self.model.started.set()
        try:
            async for chunk in super()._astream(*args, **kwargs):
                await asyncio.to_thread(self.model.released.wait, 60)
                self.model.said += 1
                yield chunk
        finally:
            self.model.ended.set()


class HeldModel(ScriptedModel):
    """A scripted model that waits before its first word while `released` is clear."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.said = 0
        self.started, self.released, self.ended = (threading.Event() for _ in range(3))
        self.released.set()

    @property
    def chat(self) -> BaseChatModel:
        return HeldChat(messages=iter([AIMessage(self.says)]), model=self)


# What is shown, as HTML


def a_passage(**changes: Any) -> FoundPassage:
    given: dict[str, Any] = {
        "article_id": "a",
        "title": "Ferry adrift",
        "url": "https://example.org/a",
        "date": date(2024, 2, 11),
        "source": "The Marren Post",
        "start": 10,
        "end": 53,
        "text": "It burned. The ferry was adrift. Help came.",
        "score": 0.9,
    }
    return FoundPassage(**(given | changes))


def summary(own: str, **given: Any) -> Summary:
    about = {"title": "", "url": "", "date": None, "source": ""} | given
    return Summary(id=own, passages=1, characters=10, **about)


def an_answer(**changes: Any) -> Answer:
    found = a_passage()
    citation = Citation(
        number=1,
        quote="The ferry was adrift.",
        **(found.model_dump(exclude={"text", "score"}) | {"start": 21, "end": 42}),
    )
    given: dict[str, Any] = {
        "status": "answered",
        "text": "The ferry drifted [1].",
        "sentences": (Sentence(text="The ferry drifted.", citations=(1,), support="supported"),),
        "citations": (citation,),
        "question_searched": "Did the ferry drift?",
        "passages": (found, a_passage(article_id="b", text="Elsewhere.")),
        "timings": Timings(search_ms=1, first_token_ms=2, total_ms=1500),
        "model": "scripted",
    }
    return Answer(**(given | changes))


class Tags(HTMLParser):
    """The names of all elements, and all attributes with their values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_quote_stands_exactly_in_what_surrounds_it():
    shown = cards.sources(ENGLISH, 0, an_answer())
    assert "<mark>The ferry was adrift.</mark>" in shown
    assert '<span class="around">It burned. </span>' in shown
    assert '<span class="around"> Help came.</span>' in shown
    assert "1 quote from 1 article" in shown
    assert "1 other passage found" in shown


def test_mark_leads_to_its_quote_and_back():
    said, beside = talk.answer(ENGLISH, 3, an_answer()), cards.sources(ENGLISH, 3, an_answer())
    assert 'id="mark-3-1" href="#quote-3-1"' in said
    assert 'title="“The ferry was adrift.”"' in said
    assert 'id="quote-3-1"' in beside
    assert 'href="#mark-3-1"' in beside


def test_weak_sentences_and_disagreements_are_told():
    weak = Sentence(text="It sank.", citations=(1,), support="weak")
    sides = Conflict(about="the cause", positions=(Position(claim="A fire", citations=(1,)),))
    shown = talk.answer(ENGLISH, 0, an_answer(sentences=(weak,), conflicts=(sides,)))
    assert 'class="weak" title="weakly supported"' in shown
    assert "Dotted sentences are only weakly supported" in shown
    assert "The articles disagree on the cause:" in shown


def test_nothing_an_article_or_a_person_wrote_becomes_markup():
    found = a_passage(title=HOSTILE, source=HOSTILE, text=HOSTILE, url="javascript:window.hit=1")
    citation = Citation(
        number=1,
        quote=HOSTILE,
        **found.model_dump(exclude={"text", "score", "start", "end"}),
        start=10,
        end=20,
    )
    sides = Conflict(about=HOSTILE, positions=(Position(claim=HOSTILE, citations=(1,)),))
    said = (Sentence(text=HOSTILE, citations=(1,), support="weak"),)
    given = an_answer(
        sentences=said, citations=(citation,), conflicts=(sides,), passages=(found,), model=HOSTILE
    )
    article = summary("x", title=HOSTILE, source=HOSTILE)
    html = "".join(
        [
            masthead(ENGLISH, [article]),
            talk.status(0, HOSTILE, 1),
            talk.asked(ENGLISH, HOSTILE, HOSTILE + "?", talk.draft(ENGLISH, HOSTILE)),
            talk.trouble(HOSTILE),
            talk.answer(ENGLISH, 0, given, folded_quotes=True),
            talk.answer(ENGLISH, 0, an_answer(status="declined", text=HOSTILE)),
            cards.evidence(ENGLISH, [found]),
            cards.sources(ENGLISH, 0, given),
            cards.no_sources(ENGLISH, HOSTILE),
        ]
    )
    tags = Tags(html)
    assert not tags.names & {"script", "img"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert {value[0] for name, value in tags.attributes if name == "href"} == {"#", "."}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//x",
        "http://[",
    ],
)
def test_only_addresses_of_the_web_are_links(url: str):
    assert "href" not in cards.evidence(ENGLISH, [a_passage(url=url)])


def test_link_to_the_original_tells_nothing_to_it():
    assert 'href="https://example.org/a" target="_blank" rel="noopener noreferrer"' in cards.evidence(
        ENGLISH, [a_passage()]
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short\n text", "short text"),
        ("one two three four", "one two…"),
        ("一二三四五六七八九十一二三", "一二三四五六七八九十…"),
    ],
)
def test_clipping(text: str, shown: str):
    assert cards.clipped(text, 10) == shown


def test_masthead_tells_what_is_in_the_library():
    articles = [summary(str(n), date=date(2024, 1, n), source=f"Paper {n}") for n in range(1, 7)]
    shown = masthead(ENGLISH, articles)
    assert "6 articles" in shown
    assert "1 Jan 2024 – 6 Jan 2024" in shown
    assert "Paper 4 and 2 more" in shown


def test_history_is_what_was_answered_without_marks():
    stopped = Exchange(question="stopped", trouble=ENGLISH.stopped)
    asked = [Exchange(question=str(n), answer=an_answer()) for n in range(5)]
    turns = history((*asked, stopped))
    assert [turn.role for turn in turns] == ["user", "assistant"] * 3
    assert [turn.content for turn in turns[-2:]] == ["4", "The ferry drifted."]


def test_examples_ask_for_what_is_there():
    titles = ["Ferry adrift.", "", "Ferry adrift.", "Storm", "a", "b", "c"]
    questions = asking.example_questions([summary(str(n), title=t) for n, t in enumerate(titles)])
    assert questions[0] == "What do the articles say about “Ferry adrift”?"
    assert len(questions) == 4


def test_closing_the_view_stops_the_model(answering: Callable[..., Assistant]):
    model = HeldModel(DRAFT)
    model.released.clear()

    async def leave_early() -> None:
        async with aclosing(asking.answering(answering(model), ENGLISH, QUESTION, (), Scope())) as views:
            async for *_, status, _sources in views:
                if "Reading" in status:
                    break

    asyncio.run(leave_early())
    assert model.said == 0


def test_trouble_is_one_line_of_the_talk(library: Library):
    async def last() -> asking.View:
        views = [
            view
            async for view in asking.answering(Assistant(library, None, 360), ENGLISH, QUESTION, (), Scope())
        ]
        return views[-1]

    conversation, _, current, status, _ = asyncio.run(last())
    assert status == ""
    assert "has no articles yet" in conversation[0].trouble
    assert 'class="trouble" role="alert">The collection' in current


# In a browser


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    ready = threading.Event()
    original = server.startup

    async def startup(sockets: Any = None) -> None:
        await original(sockets)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


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
def address(
    model: HeldModel,
    seeded_folder: Path,
    embedder: SentenceEmbedder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A window over the seed articles and a hostile one."""
    home = tmp_path_factory.mktemp("window")
    shutil.copytree(seeded_folder / "collections", home / "collections")
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
    with Library(home, embedder) as library, Assistant(library, model, 360) as assistant:
        list(assistant.add([hostile]))
        with served(mount(app, assistant)) as address:
            yield address


@pytest.fixture
def new_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens windows; none of them may have reached beyond this machine or failed in its script."""
    contexts, beyond, failures = [], [], []

    def make(**options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "request", lambda it: beyond.append(it.url) if not it.url.startswith((address, "data:")) else None
        )
        page.on("pageerror", lambda error: failures.append(error))
        page.goto(address)
        page.locator(".example").first.wait_for()
        return page

    expect.set_options(timeout=20_000)
    yield make
    for context in contexts:
        context.close()
    assert not beyond
    assert not failures


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def test_evidence_comes_before_the_answer_and_the_answer_with_its_quote(page: Page, model: HeldModel):
    model.released.clear()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    ask(page, QUESTION)
    expect(page.locator("#sources .card").filter(has_text="Schraibman").first).to_be_visible()
    expect(page.locator("#status")).to_contain_text(re.compile(r"Reading \d+ passages… \d+ s"))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(0)
    model.released.set()
    expect(page.locator("#current .answer")).to_contain_text(f"{DRAFT.removesuffix(' [1].')}.[1]")
    expect(page.locator("#sources mark").first).to_contain_text(QUOTE)
    expect(page.locator("#sources")).to_contain_text("27 Oct 2022")
    expect(page.locator("#status")).to_have_text("")
    expect(page.get_by_role("button", name="Ask")).to_be_visible()


def test_mark_leads_to_the_quote_by_keyboard_and_back(page: Page):
    ask(page, QUESTION)
    page.locator(".mark").focus()
    page.keyboard.press("Enter")
    card = page.locator("#quote-0-1")
    expect(card).to_be_focused()
    expect(card).to_have_class(re.compile("shown"))
    card.get_by_role("link", name="Back to mark 1").click()
    expect(page.locator("#mark-0-1")).to_be_focused()
    assert "#" not in page.url


def test_declined_question_shows_what_comes_nearest(page: Page, model: HeldModel):
    model.says = "NOT FOUND"
    ask(page, "Which ferry drifted to the moon?")
    expect(page.locator(".declined")).to_contain_text("The articles do not say.")
    expect(page.locator("#sources h2")).to_contain_text("Nearest passages")
    expect(page.locator("#sources .card").first).to_be_visible()


def test_follow_up_is_searched_with_what_it_leans_on_and_old_quotes_stay(page: Page):
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    ask(page, "And why is he?")
    expect(page.locator("#current .searched")).to_contain_text("Searched for: And why is he? (")
    expect(page.locator("#current .answer")).to_be_visible()
    page.locator("#past .mark").first.click()
    expect(page.locator("#past mark").first).to_contain_text(QUOTE)


def test_stop_ends_the_model_and_keeps_what_was_typed(page: Page, model: HeldModel):
    model.released.clear()
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Reading")
    page.get_by_label("Your question").fill("typed meanwhile")
    assert model.started.wait(20)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".trouble")).to_have_text(ENGLISH.stopped)
    assert model.ended.wait(10)
    expect(page.get_by_label("Your question")).to_have_value("typed meanwhile")
    model.released.set()
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#current .answer")).to_be_visible()


def test_leaving_the_page_ends_the_model(new_page: Callable[..., Page], model: HeldModel):
    model.says = "word " * 500
    model.released.clear()
    page = new_page()
    ask(page, QUESTION)
    expect(page.locator("#status")).to_contain_text("Reading")
    assert model.started.wait(20)
    page.context.close()
    model.released.set()
    assert model.ended.wait(20)
    assert model.said < 900


def test_hostile_article_stays_text(page: Page, model: HeldModel):
    expect(page.locator(".example").first).to_contain_text("Zeppelin")
    model.says = f"The zeppelin of Quendale was painted green [1]. {HOSTILE}"
    ask(page, f"What colour was the zeppelin of Quendale painted? {HOSTILE}")
    expect(page.locator("#current .answer")).to_be_visible()
    expect(page.locator("#sources")).to_contain_text("<script>window.hit=1</script>")
    assert page.evaluate("window.hit") is None
    assert page.locator("#sources a[target]", has_text="Zeppelin").count() == 0


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


def test_example_asks_itself(page: Page, model: HeldModel):
    model.says = "NOT FOUND"
    question = page.locator(".example").nth(1).inner_text()
    page.locator(".example").nth(1).click()
    expect(page.locator(".asked")).to_have_text(question)
    expect(page.locator(".declined")).to_be_visible()
    expect(page.locator(".example").first).to_be_hidden()


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_overflows(new_page: Callable[..., Page], width: int):
    page = new_page(viewport={"width": width, "height": 740})
    ask(page, QUESTION)
    expect(page.locator("#current .answer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(page.get_by_label("Your question")).to_be_in_viewport()
    if width > 800:
        assert page.evaluate("document.documentElement.scrollHeight") == 740


def test_routes_of_the_app_are_kept_and_programs_get_none_of_the_window(address: str):
    assert httpx.get(f"{address}/api/before").json() == {"route": "kept"}
    assert httpx.get(f"{address}/docs").status_code == 200
    assert httpx.get(f"{address}/en/gradio_api/info").json() == {
        "named_endpoints": {},
        "unnamed_endpoints": {},
    }
    upload = httpx.post(f"{address}/en/gradio_api/upload", files={"files": b"two bytes at least"})
    assert upload.status_code == 413
