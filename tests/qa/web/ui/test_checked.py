"""The Check view marks the sentences of a text."""

from __future__ import annotations

import asyncio
from datetime import date

from index.library import Library
from index.schemas import Filters
from qa.assistant import Assistant
from qa.schemas import CheckedSentence, Citation
from qa.web.ui.html import checked
from qa.web.ui.phrases.window import ENGLISH, GERMAN
from qa.web.ui.scope import Scope
from qa.web.ui.views.check import CheckSoFar, stream_check
from tests.qa.pipeline.checking.scripted import WordVerifier

TEXT = "The new date is 16 March 2024. The parliament of Iceland met. Why?"
EVERYTHING = Scope()
CITED = Citation(
    number=1,
    article_id="a&b",
    title="<b>News</b>",
    url="https://example.org/a",
    date=date(2024, 2, 11),
    source="The Marren Post",
    start=3,
    end=9,
    quote="<script>x</script>",
)


def steps(library: Library, text: object, scope: Scope = EVERYTHING) -> list[tuple[str, CheckSoFar]]:
    async def collect() -> list[tuple[str, CheckSoFar]]:
        with Assistant(library, None, 360, verifier=WordVerifier()) as assistant:
            return [step async for step in stream_check(assistant, ENGLISH, text, scope)]  # type: ignore[arg-type]

    return asyncio.run(collect())


def test_sentences_appear_as_they_are_checked(seeded: Library) -> None:
    shown = steps(seeded, TEXT)
    assert [len(so_far.sentences) for _, so_far in shown] == [0, 1, 2, 3, 3]
    assert "1 of 3 sentences checked" in shown[1][0] and 'data-do="stop"' in shown[1][0]
    last = shown[-1][0]
    assert 'data-do="stop"' not in last
    assert [last.count(f'<li class="{verdict}">') for verdict in ("proven", "unproven", "no_claim")] == [
        1,
        1,
        1,
    ]
    assert "1 not in the articles" in last and "?article=maritime-museum-delay" in last


def test_the_scope_limits_the_articles(seeded: Library) -> None:
    elsewhere = Scope(filters=Filters(source="Skerrow Coast Herald"))
    early = Scope(as_of=date(2023, 1, 1))
    assert all("0 proven" in steps(seeded, TEXT, scope)[-1][0] for scope in (elsewhere, early))


def test_what_cannot_be_checked_is_told(seeded: Library) -> None:
    assert "text is empty" in steps(seeded, " ")[-1][0].lower()
    assert "not usable" in steps(seeded, None)[-1][0]


def test_texts_and_quotes_are_escaped() -> None:
    hostile = CheckedSentence(
        text="<img src=x>", start=0, end=11, verdict="contradicted", probability=0.1, citations=(CITED,)
    )
    for phrases in (ENGLISH, GERMAN):
        html = checked.result(phrases, [hostile], 1, Scope(), stopped=True)
        assert "<img" not in html and "<script" not in html and "<b>News" not in html
        assert "&lt;img src=x&gt;" in html and phrases.check.verdicts["contradicted"] in html
        assert "a%26b" in html
