"""The HTML report: its content, and that it is self-contained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from qa.evaluation.calibration import fit_calibration
from qa.evaluation.comparison import compare_runs
from qa.evaluation.execution.evaluate import build_run
from qa.evaluation.report import html
from qa.evaluation.results import EvalRun, QuoteContext, Row
from qa.evaluation.scoring import score_row
from qa.schemas import Thresholds
from tests.qa.evaluation.samples import answer, asked, citation, passage, row

HOSTILE = '$"><script>window.hit=1</script><img src=x onerror="window.hit=1">${window.hit=1}{{hit}}'
QUOTE = "Ada Quill keeps the light of Skerrow."


def a_row(number: int, *, right: bool, **changes: Any) -> Row:
    said, quote = ("Ada Quill keeps it.", QUOTE) if right else ("Ben Hart keeps it.", "Ben Hart kept bees.")
    given: dict[str, Any] = {
        "ranked": ["g", "other"],
        "passages": [passage(quote)],
        "evidence_ms": 20.0 + number,
        "total_ms": 2000.0 + number,
    }
    question = asked(
        f"q{number}", question=f"Who keeps light {number}?", kind="odd" if number % 2 else "even"
    )
    return row(question, given=answer([(said, [1])], quote), **(given | changes))


def a_run(rows: list[Row]) -> EvalRun:
    began = datetime(2026, 1, 2, tzinfo=UTC)
    return build_run([score_row(one) for one in rows], collection="lights", began=began)


def thirty(**changes: Any) -> EvalRun:
    """Two thirds are right, the last three declined."""
    rows = [a_row(number, right=number % 3 > 0, **changes) for number in range(27)]
    return a_run(
        [*rows, *(row(asked(f"d{n}", answerable=n > 0, answers=[]), declined=True) for n in range(3))]
    )


def confident() -> EvalRun:
    rows = [
        one.model_copy(
            update={"confidences": {"answer": (0.8 if one.outcome == "right" else 0.3) + nth / 200}}
        )
        for nth, one in enumerate(thirty().rows)
    ]
    return a_run(rows)


def headings(page: str) -> set[str]:
    return set(re.findall(r"<h2>(.*?)</h2>", page))


class Tags(HTMLParser):
    """Collects the names and attributes of all elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# What is in it


def test_metrics_have_their_intervals_and_halves() -> None:
    run = thirty()
    page = html(run)
    found = run.metrics["accuracy"]
    assert f"{found.value * 100:.1f} %" in page
    assert f"{found.low * 100:.1f}–{found.high * 100:.1f} %" in page
    assert f"half a {run.groups['half a']['accuracy'].value * 100:.1f}".removesuffix(".0") in page
    assert "model none" in page and "collection lights" in page and "2026-01-02" in page


def test_plots_without_data_are_left_out() -> None:
    always = {"Outcomes", "Retrieval", "Response time"}
    of_confidence = {"Risk and coverage", "Reliability of the confidence"}
    assert headings(html(thirty())) & (always | of_confidence) == always
    assert headings(html(confident())) >= always | of_confidence


def test_a_calibration_shows_its_curves() -> None:
    rows = [
        one.model_copy(update={"confidences": one.confidences | {"search": 0.5}}) for one in confident().rows
    ]
    fit = fit_calibration(rows, Thresholds(search=0, answer=0))
    page = html(a_run(rows).model_copy(update={"calibration": fit}))
    assert "gate “answer”, half a" in page
    assert "Risk and coverage" in headings(page)


def test_a_retrieval_only_run_has_no_outcomes() -> None:
    rows = [one.model_copy(update={"answer": None, "total_ms": None}) for one in thirty().rows]
    page = html(a_run(rows))
    assert "Outcomes" not in headings(page)
    assert "Retrieval" in headings(page)


def test_a_report_of_one_failed_question() -> None:
    failed = row(asked("q"), error="ModelUnavailable: the model is gone")
    assert "ModelUnavailable: the model is gone" in html(a_run([failed]))


def test_a_baseline_shows_changes_and_their_significance() -> None:
    old = a_run([a_row(n, right=False) for n in range(20)])
    new = a_run([a_row(n, right=n > 0) for n in range(20)])
    page = html(new.model_copy(update={"comparison": compare_runs(old, new)}))
    assert "+95 points from 0 % (p &lt; 0.001)" in page
    assert "was wrong" in page and page.count("data-turned>") == 19
    few = a_run([a_row(n, right=n == 0) for n in range(20)])
    assert "not significant" in html(few.model_copy(update={"comparison": compare_runs(old, few)}))


def test_the_report_is_deterministic() -> None:
    assert html(confident()) == html(confident())


def hostile() -> EvalRun:
    cited = citation(
        1, HOSTILE, title=HOSTILE, source=HOSTILE, url="javascript:window.hit=1", article_id=HOSTILE
    )
    question = asked(
        HOSTILE,
        question=HOSTILE,
        answers=[HOSTILE],
        distractors=[HOSTILE],
        gold=[HOSTILE],
        evidence=[HOSTILE],
        kind=HOSTILE,
        history=[{"role": "user", "content": HOSTILE}],
    )
    bad = row(
        question,
        given=answer([(HOSTILE, [1])], cited),
        contexts=[QuoteContext(number=1, before=HOSTILE, after=HOSTILE, exact=False)],
        ranked=[HOSTILE],
        searched=HOSTILE + "?",
        error=HOSTILE,
        confidences={HOSTILE: 0.5},
    )
    rows = [*thirty().rows, bad]
    return a_run(rows).model_copy(update={"collection": HOSTILE, "model": HOSTILE})


def test_texts_are_escaped() -> None:
    tags = Tags(html(hostile())).found
    assert [name for name, _ in tags].count("script") == 1
    assert "img" not in {name for name, _ in tags}
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        assert not str(attributes.get("href", "#")).startswith("javascript")


def test_the_report_has_no_external_resources() -> None:
    for name, attributes in Tags(html(confident())).found:
        assert name not in {"link", "iframe", "object", "embed", "img", "base"}
        assert "src" not in attributes
        if name == "use":
            assert str(attributes["xlink:href"]).startswith("#")


# In a browser, from disk


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Opens reports from disk; none may make a request or fail in its script."""
    asked_for, failures, contexts = list[str](), list[str](), list[BrowserContext]()

    def make(run: EvalRun, **options: Any) -> Page:
        file = tmp_path / f"report{len(contexts)}.html"
        file.write_text(html(run), "utf-8", errors="replace")
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda it: asked_for.append(it.url) if it.url != file.as_uri() else None)
        page.on("console", lambda it: failures.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: failures.append(str(it)))
        page.goto(file.as_uri())
        return page

    yield make
    for context in contexts:
        context.close()
    assert (asked_for, failures) == ([], [])


def shown(page: Page) -> int:
    return page.locator(".question:visible").count()


def test_questions_are_filtered_by_words_outcome_half_and_kind(opened: Callable[..., Page]) -> None:
    page = opened(thirty())
    assert shown(page) == 30
    page.get_by_role("button", name="wrong 9").click()
    assert shown(page) == 9
    page.get_by_role("button", name="wrongly declined").click()
    assert shown(page) == 11
    expect(page.get_by_role("status")).to_have_text("11 of 30")
    page.get_by_role("button", name="show all").click()
    assert shown(page) == 30
    page.get_by_label("Find in").fill("LIGHT 11?")
    assert shown(page) == 1
    page.get_by_label("Find in").fill("ben bees")
    assert shown(page) == 9
    page.get_by_label("Find in").fill("nobody says this")
    expect(page.get_by_text("No question matches.")).to_be_visible()
    page.locator("#all").click()
    a = page.locator('.question[data-half="a"]').count()
    page.get_by_label("Half", exact=True).select_option("a")
    assert 0 < shown(page) == a < 30
    page.get_by_label("Half", exact=True).select_option("")
    page.get_by_label("Kind", exact=True).select_option("odd")
    assert shown(page) == 13


def test_a_question_opens_from_the_keyboard_and_shows_its_quote(opened: Callable[..., Page]) -> None:
    page = opened(thirty())
    page.get_by_label("Find in").fill("light 4?")
    while page.evaluate("document.activeElement.tagName") != "SUMMARY" or "light 4" not in page.evaluate(
        "document.activeElement.textContent"
    ):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question = page.locator("#q5")
    expect(question.locator("mark")).to_have_text(QUOTE)
    expect(question.locator(".answer")).to_contain_text("Ada Quill keeps it.")
    question.get_by_role("link", name="quote 1").click()
    assert page.url.endswith("#q5-1")


def test_a_fragment_opens_its_question(opened: Callable[..., Page]) -> None:
    page = opened(thirty())
    page.evaluate("location.hash = '#q7'")
    expect(page.locator("#q7")).to_have_attribute("open", "")


def test_hostile_texts_do_nothing(opened: Callable[..., Page]) -> None:
    page = opened(hostile())
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    page.get_by_label("Find in").fill("<script>")
    assert shown(page) == 1
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_on_a_phone(opened: Callable[..., Page], scheme: str) -> None:
    page = opened(confident(), viewport={"width": 400, "height": 800}, color_scheme=scheme)
    page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    ink, paper = page.evaluate(
        "['color', 'backgroundColor'].map((it) => getComputedStyle(document.body)[it].match(/[0-9]+/g))"
    )
    assert (sum(map(int, ink)) > sum(map(int, paper))) == (scheme == "dark")
