"""The Check view marks the sentences of a text."""

from __future__ import annotations

import asyncio
from datetime import date

from index.library import Library
from index.schemas import Filters
from index.text.messages.catalogue import ENGLISH, languages
from qa.assistant import Assistant
from qa.errors import ModelUnavailable
from qa.schemas import CheckedSentence, CheckedText, Citation, Side
from qa.web.ui import check_export
from qa.web.ui.html import checked
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
    return go_on(library, CheckSoFar(text=text, scope=scope), WordVerifier())  # type: ignore[arg-type]


def go_on(library: Library, begun: CheckSoFar, verifier: WordVerifier) -> list[tuple[str, CheckSoFar]]:
    async def collect() -> list[tuple[str, CheckSoFar]]:
        with Assistant(library, None, 360, verifier=verifier) as assistant:
            return [step async for step in stream_check(assistant, ENGLISH, begun)]

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
    assert "1 not proven" in last and "?article=maritime-museum-delay" in last


def test_a_stopped_check_goes_on_with_the_articles_it_began_with(seeded: Library) -> None:
    scope = Scope(as_of=date(2024, 1, 1))
    whole = steps(seeded, TEXT, scope)
    stopped = whole[2][1]
    verifier = WordVerifier()
    continued = go_on(seeded, stopped, verifier)
    assert [len(so_far.sentences) for _, so_far in continued] == [2, 3, 3]
    assert continued[-1] == whole[-1]
    assert not any("16 March" in asked.claim for asked in verifier.asked)
    shown = checked.result(ENGLISH, stopped.sentences, stopped.total, scope, stopped=True)
    assert "Stopped after 2 of 3 sentences." in shown and "Continue" in shown
    assert "Continue" not in whole[-1][0]


def test_a_failure_keeps_what_is_checked_and_can_be_continued(seeded: Library) -> None:
    class Broken(WordVerifier):
        async def verify(self, hypothesis):
            if "Relling" in hypothesis.claim:
                raise ModelUnavailable("the model is off; start it")
            return await super().verify(hypothesis)

    begun = CheckSoFar(text=f"{TEXT} Relling has worked on the project since 2018.")
    shown, so_far = go_on(seeded, begun, Broken())[-1]
    assert [one.verdict for one in so_far.sentences] == ["proven", "unproven", "no_claim"]
    assert "The model is off; start it" in shown and "Continue" in shown and "16 March 2024" in shown


def test_both_sides_say_their_value_and_day() -> None:
    newer = Side(says="16 March", agrees=False, date=date(2023, 9, 29), citations=(1,))
    older = Side(says="<21 October>", agrees=True, date=date(2023, 6, 14), citations=(2,))
    sentence = CheckedSentence(text="It opens.", start=0, end=9, verdict="contradicted", sides=(newer, older))
    html = checked.result(ENGLISH, [sentence], 1, Scope())
    assert "The newer article, of 29 Sept 2023, says 16 March." in html
    assert "The older article, of 14 Jun 2023, says &lt;21 October&gt;." in html
    alone = sentence.model_copy(update={"sides": (newer,)})
    assert "The article of 29 Sept 2023 says 16 March." in checked.result(ENGLISH, [alone], 1, Scope())


def test_a_checked_text_is_exported_with_signs_quotes_and_sources() -> None:
    sentence = CheckedSentence(
        text="It *opens* <b>.",
        start=0,
        end=15,
        verdict="contradicted",
        citations=(CITED,),
        sides=(Side(says="16 March", agrees=False, date=CITED.date, citations=(1,)),),
    )
    nothing = CheckedSentence(text="Why?", start=16, end=20, verdict="no_claim")
    whole = CheckedText(sentences=(sentence, nothing), verifier="words")
    day = date(2024, 3, 1)
    for messages in languages().values():
        text = check_export.markdown(messages, whole, day)
        assert f"✗ It \\*opens\\* \\<b\\>. *({checked.verdict_names(messages)['contradicted']})*" in text
        assert "> \\<script\\>" in text and "16 March" in text and "\n\nWhy?\n" in text
        page = check_export.page(messages, whole, day)
        assert page.startswith("<!doctype html>") and "<script" not in page and "<b>" not in page
        assert "&lt;script&gt;" in page and "✗" in page and "16 March" in page
        assert "src=" not in page and "<link" not in page


def test_a_heading_is_shown_as_one() -> None:
    headings = [
        CheckedSentence(text=text, start=0, end=len(text), verdict="no_claim")
        for text in ("## The *new* <b> museum ##", "Prices\n------", "#1 or #2?")
    ]
    whole = CheckedText(sentences=tuple(headings), verifier="words")
    shown = checked.result(ENGLISH, headings, 3, Scope())
    page = check_export.page(ENGLISH, whole, date(2024, 3, 1))
    for html, level in ((shown, "h3"), (page, "h2")):
        assert f'<{level} dir="auto">The *new* &lt;b&gt; museum</{level}>' in html
        assert f'<{level} dir="auto">Prices</{level}>' in html
        assert "#1 or #2?" in html
    text = check_export.markdown(ENGLISH, whole, date(2024, 3, 1))
    assert "\n\n## The \\*new\\* \\<b\\> museum\n\n## Prices\n\n\\#1 or \\#2?\n" in text


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
    for messages in languages().values():
        html = checked.result(messages, [hostile], 1, Scope(), stopped=True)
        assert "<img" not in html and "<script" not in html and "<b>News" not in html
        assert "&lt;img src=x&gt;" in html and checked.verdict_names(messages)["contradicted"] in html
        assert "a%26b" in html
