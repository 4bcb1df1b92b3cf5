"""Questions about one article or a few, chosen in the reader, in the Library or by the address."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.schemas import Article, Filters
from index.text.messages.catalogue import ENGLISH
from qa.assistant import Assistant
from qa.web.ui.html import reader
from qa.web.ui.html.filters import line
from qa.web.ui.html.welcome import suggestions
from qa.web.ui.mount import mount
from qa.web.ui.scope import Scope
from qa.web.ui.views.ask import narrowed_to, widened
from qa.web.ui.views.chosen import choose, titles_of
from qa.web.ui.views.library import ListState, _LibraryEvents
from tests.qa.web.ui.browser import AUDIT, served

DELAY, OPENING = "maritime-museum-delay", "maritime-museum-opening"
DELAYED = "Museum opening put off until March as director leaves"


@pytest.fixture
def assistant(seeded: Library) -> Iterator[Assistant]:
    with Assistant(seeded, None, 360) as assistant:
        yield assistant


def event(**data: object) -> Any:
    return SimpleNamespace(_data=data)


def test_chosen_articles_limit_the_questions(assistant: Assistant) -> None:
    before = Scope(filters=Filters(source="The Marren Post"), edition=3)
    scope = choose(assistant, before, {"articles": [DELAY, "gone", OPENING, DELAY], "collection": "default"})
    assert scope.chosen == (DELAY, OPENING) and scope.edition == 3
    assert scope.details()["filters"] == Filters(article_ids=(DELAY, OPENING))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"articles": ["gone"]},
        {"articles": [DELAY], "collection": "nowhere"},
        {"articles": DELAY},
        {"articles": [None], "collection": None},
    ],
)
def test_an_address_that_names_nothing_changes_nothing(assistant: Assistant, sent: dict[str, object]) -> None:
    before = Scope(filters=Filters(source="The Marren Post"))
    assert choose(assistant, before, sent) == before


def test_the_scope_names_its_articles_and_each_can_be_left_out(assistant: Assistant) -> None:
    scope = Scope().choosing([DELAY, OPENING])
    shown = narrowed_to(assistant, ENGLISH, scope)
    assert DELAYED in shown and f'data-id="{OPENING}"' in shown
    assert "[&#34;maritime-museum-delay&#34;, &#34;maritime-museum-opening&#34;]" in shown
    one = widened(scope, event(do="drop", id=OPENING))
    assert one.chosen == (DELAY,)
    assert not widened(one, event(do="drop", id=DELAY)).narrowed
    assert not widened(scope, event(do="clear")).narrowed
    assert narrowed_to(assistant, ENGLISH, Scope()) == ""


def test_a_check_says_which_articles_it_reads(assistant: Assistant) -> None:
    scope = Scope(as_of=date(2024, 3, 1)).choosing([DELAY])
    told = line(ENGLISH, scope, titles_of(assistant, scope))
    assert "as of 1 Mar 2024" in told and DELAYED in told
    assert line(ENGLISH, Scope(), {}) == ""


def test_many_chosen_articles_are_counted(assistant: Assistant) -> None:
    ids = [article.id for article in assistant.articles().articles][:6]
    assert "and 2 more" in narrowed_to(assistant, ENGLISH, Scope().choosing(ids))


def test_examples_are_about_the_chosen_articles(assistant: Assistant) -> None:
    assert "Summarise this article." in suggestions(assistant, ENGLISH, Scope().choosing([DELAY]))
    assert "Summarise these articles." in suggestions(assistant, ENGLISH, Scope().choosing([DELAY, OPENING]))


def test_the_library_lists_all_and_keeps_what_is_chosen(assistant: Assistant) -> None:
    library = _LibraryEvents(assistant, ENGLISH)
    scope = Scope().choosing([DELAY, OPENING])
    assert "19 articles" in library.scope_changed(scope, None, ListState())[2]
    fields = {"collection": "default", "outlet": "The Marren Post"}
    narrowed = library.filter(scope, event(**fields))[0]
    assert narrowed.chosen == (DELAY, OPENING) and narrowed.filters.source == "The Marren Post"
    assert library.filter(scope, event(collection="other"))[0].chosen == ()
    removed = library.click(scope, ListState(), None, event(do="remove", id=DELAY))[0]
    assert removed.chosen == (OPENING,)


def test_the_reader_offers_to_ask_its_article() -> None:
    article = Article(id='a"&<', title="T", text="It rained.", date=date(2024, 1, 1))
    shown = reader.article(ENGLISH, article, 0, 0, None, "canal")
    assert shown.count('data-id="a&#34;&amp;&lt;"') == shown.count('data-collection="canal"') == 2


# In the browser


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path, embedder: SentenceEmbedder
) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    with (
        Library(home, embedder) as library,
        Assistant(library, None, 360) as assistant,
        served(mount(FastAPI(openapi_url=None), assistant)) as address,
    ):
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    failures: list[object] = []

    def make(search: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(error))
        page.goto(f"{address}/en/{search}")
        return page

    yield make
    context.close()
    assert not failures


def test_one_article_is_summarised_from_the_reader(opened: Callable[[str], Page]) -> None:
    page = opened(f"?article={DELAY}&collection=default")
    page.get_by_role("dialog").get_by_role("button", name="Summarise").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#narrowed")).to_contain_text(DELAYED)
    expect(page.locator("#current .answer")).to_contain_text("will not open in October as planned")
    titles = set(page.locator("#sources .card cite a").all_inner_texts())
    assert titles == {DELAYED}
    assert page.evaluate("new URLSearchParams(location.search).getAll('articles')") == [DELAY]
    assert "conversation=" in page.url and "article=" not in page.url.replace("articles=", "")
    assert page.evaluate(AUDIT) == []

    # The address can be shared: another window asks the same article, and the scope can be removed.
    other = opened(f"?articles={DELAY}&from=default")
    expect(other.locator("#narrowed")).to_contain_text(DELAYED)
    other.get_by_label("Ask a question").fill("What is this article about?")
    other.keyboard.press("Enter")
    expect(other.locator("#current .answer")).to_contain_text("will not open in October as planned")
    other.get_by_role("button", name=f"No longer ask {DELAYED}").click()
    expect(other.locator(".scope")).to_have_count(0)
    expect(other).not_to_have_url("articles=")


def test_ticked_articles_are_asked_together(opened: Callable[[str], Page]) -> None:
    page = opened("")
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".ticked")).to_be_hidden()
    page.get_by_label("Search titles and outlets").fill("director leaves")
    expect(page.locator(".total")).to_have_text("1 article")
    page.get_by_role("checkbox", name=f"Choose {DELAYED}").check()
    expect(page.locator(".ticked")).to_contain_text("1 chosen")
    page.get_by_label("Search titles and outlets").fill("")
    expect(page.locator(".total")).to_have_text("19 articles")
    page.get_by_role("checkbox", name="Choose").first.check()
    expect(page.locator(".ticked")).to_contain_text("2 chosen")
    assert page.evaluate(AUDIT) == []
    page.get_by_role("button", name="Ask the chosen articles").click()
    expect(page.locator("#narrowed .one")).to_have_count(2)
    expect(page.get_by_role("button", name="Summarise these articles.")).to_be_visible()
    assert len(page.evaluate("new URLSearchParams(location.search).getAll('articles')")) == 2
