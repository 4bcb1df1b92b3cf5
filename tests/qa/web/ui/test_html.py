"""The window's HTML."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import aclosing
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from index.library import Library
from index.schemas import Article, ArticleSummary
from index.text.messages.catalogue import ENGLISH, messages_in, preferred_language
from qa.assistant import Assistant
from qa.schemas import (
    CHOSEN_KINDS,
    Answer,
    AnswerSentence,
    Citation,
    Conflict,
    Position,
    RetrievedPassage,
    Timings,
    Understood,
)
from qa.web.ui import export
from qa.web.ui.conversation import Conversation, Exchange, SentQuestion
from qa.web.ui.html import citations, conversation, links, reader
from qa.web.ui.html.header import masthead
from qa.web.ui.html.rendering import error
from qa.web.ui.html.text import shorten
from qa.web.ui.html.welcome import facts, welcome
from qa.web.ui.mount import DARK_PAPER, PAGE, PAPER
from qa.web.ui.scope import Scope
from qa.web.ui.views import answer_stream as asking
from tests.qa.web.ui.browser import DRAFT, HOSTILE, QUESTION, HeldModel

GERMAN = messages_in("de")


def a_passage(**changes: Any) -> RetrievedPassage:
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
    return RetrievedPassage(**(given | changes))


def summary(own: str, **given: Any) -> ArticleSummary:
    about = {"title": "", "url": "", "date": None, "source": ""} | given
    return ArticleSummary(id=own, passages=1, characters=10, **about)


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
        "sentences": (AnswerSentence(text="The ferry drifted.", citations=(1,), support="supported"),),
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


def an_exchange(**changes: Any) -> Exchange:
    return Exchange(question="Did the ferry drift?", asked=date(2024, 3, 3), answer=an_answer(**changes))


def test_quote_is_marked_exactly_within_its_passage():
    shown = citations.sources(ENGLISH, an_exchange())
    assert "<mark>The ferry was adrift.</mark>" in shown
    assert '<span class="around">It burned. </span>' in shown
    assert '<span class="around"> Help came.</span>' in shown
    assert "1 quote from 1 article" in shown
    assert "1 other passage found" in shown


def test_what_was_found_beside_no_quote_is_not_called_other():
    assert "2 passages found" in citations.sources(ENGLISH, an_exchange(citations=()))


def test_only_the_lines_of_a_list_open_their_articles():
    lines = [
        AnswerSentence(text=text, citations=(), support="catalogue", articles=("a",))
        for text in ("1 article is about the ferry:", "“Ferry adrift”")
    ]
    shown = conversation.exchange(ENGLISH, 0, an_exchange(sentences=tuple(lines), citations=()))
    assert shown.count(">Open<") == 1 and shown.index("Ferry adrift”") < shown.index(">Open<")


def test_mark_links_to_the_quote_in_its_article():
    said = conversation.exchange(ENGLISH, 3, an_exchange())
    place = "?article=a&amp;collection=default&amp;start=21&amp;end=42&amp;day=2024-03-03"
    assert f'class="mark" href="{place}" data-quote="The ferry was adrift."' in said
    title = f'<p class="imprint" dir="auto"><cite><a href="{place}">Ferry adrift</a>'
    assert title in citations.sources(ENGLISH, an_exchange())


NEAR = AnswerSentence(text="The ferry was adrift.", citations=(1,), support="supported")


def test_a_declined_answer_shows_the_nearest_sentence_as_an_answer_would():
    near = an_exchange(status="declined", text="", sentences=(), nearest=NEAR)
    shown = conversation.exchange(ENGLISH, 0, near)
    declined = shown[shown.index('class="declined"') : shown.index("<details")]
    assert declined.index("The articles do not say. The nearest they say:") < declined.index(NEAR.text)
    assert 'data-quote="The ferry was adrift."' in declined
    assert "Das sagen die Artikel nicht. Am nächsten kommt:" in conversation.exchange(GERMAN, 0, near)
    panel = citations.sources(ENGLISH, near)
    assert "Nearest passages" in panel and "<mark>The ferry was adrift.</mark>" in panel
    kept = Conversation(id="1", name="x", changed=0, exchanges=(near,))
    said = export.markdown(ENGLISH, kept)
    assert "The articles do not say. The nearest they say:\n\n> The ferry was adrift.\n>\n> [1]" in said
    assert said.count("adrift.\n") == 1


def test_a_declined_answer_without_a_nearest_sentence_has_no_quote():
    far = an_exchange(status="declined", text="", sentences=(), citations=())
    for shown in (conversation.exchange(ENGLISH, 0, far), citations.sources(ENGLISH, far)):
        assert "The nearest they say" not in shown and "<mark>" not in shown and "blockquote" not in shown


def test_weak_sentences_and_both_sides_of_a_conflict_are_shown():
    weak = AnswerSentence(text="It sank.", citations=(1,), support="weak")
    sides = Conflict(about="the cause", positions=(Position(claim="A fire", citations=(1,)),))
    shown = conversation.exchange(ENGLISH, 0, an_exchange(sentences=(weak,), conflicts=(sides,)))
    assert 'class="weak" title="weakly supported"' in shown
    assert "Sentences with a dotted underline are only weakly supported" in shown
    assert "The articles disagree on the cause" in shown
    side = shown[shown.index("<p>A fire") :]
    facts = "<span><bdi>The Marren Post</bdi></span><span><bdi>11 Feb 2024</bdi></span>"
    assert f'<span class="where">{facts}</span></li>' in side


def test_article_is_shown_whole_with_its_quote_marked_and_its_age():
    whole = Article(
        id="a",
        text="It burned.\n\nThe ferry\nwas adrift. Help came.",
        url="https://example.org/a",
        date=date(2024, 2, 11),
    )
    shown = reader.article(ENGLISH, whole, 12, 33, date(2024, 3, 3))
    assert '<p>It burned.</p><p><mark tabindex="-1">The ferry</mark></p>' in shown
    assert '<p><mark tabindex="-1">was adrift.</mark> Help came.</p>' in shown
    assert "11 Feb 2024</bdi></span><span><bdi>3 weeks before the question" in shown
    assert 'href="https://example.org/a#:~:text=The%20ferry%20was%20adrift."' in shown
    german = reader.article(GERMAN, whole, 0, 0, date(2024, 2, 9))
    assert "11. Feb. 2024</bdi></span><span><bdi>2 Tage nach der Frage" in german


def test_fragment_names_the_ends_of_a_long_quote_and_escapes_separators():
    long = "One, two-fold three four five six seven eight nine ten eleven."
    assert links.fragment("https://x.example/#a", long) == (
        "https://x.example/#a:~:text=One%2C%20two%2Dfold%20three%20four%20five,seven%20eight%20nine%20ten%20eleven."
    )


def test_conversation_is_markdown_with_quotes_and_links():
    kept = Conversation(id="1", name="About *ferries*", changed=0, exchanges=(an_exchange(),))
    said = export.markdown(ENGLISH, kept)
    assert said.startswith("# About \\*ferries\\*\n\n## Did the ferry drift?\n\n*Asked on 3 Mar 2024*\n")
    assert "The ferry drifted. [1]" in said
    assert (
        "> The ferry was adrift.\n>\n> [1] [Ferry adrift, The Marren Post, 11 Feb 2024](<https://example.org/a#:~"
        in said
    )


def test_articles_cannot_inject_markdown():
    evil = "![x](https://evil.example) <b>"
    citation = an_answer().citations[0].model_copy(update={"title": evil, "url": "https://x.example/>)\n# y"})
    kept = Conversation(id="1", name=evil, changed=0, exchanges=(an_exchange(citations=(citation,)),))
    said = export.markdown(ENGLISH, kept)
    assert "<b>" not in said
    assert r"[1] [\!\[x\](https://evil.example) \<b\>, The Marren Post" in said
    assert "(<https://x.example/%3E)#y:~:text=" in said


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,en;q=0.5", "de"),
        ("en-US,de;q=0.9", "en"),
        ("pl,de;q=0.3,en;q=0.2", "de"),
        ("fr-CA", "fr"),
        ("pl", "en"),
        (";q=x", "en"),
    ],
)
def test_page_is_in_the_language_the_browser_prefers(accepted: str, language: str):
    assert preferred_language(accepted) == language


def test_colours_have_enough_contrast():
    """WCAG 2.2, 1.4.3: contrast of 4.5 to 1, in light and in dark."""
    style = (PAGE / "styles" / "1-theme.css").read_text()
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in style.split("body.dark")[:2])
    for colours, paper in ((light, PAPER), (light | dark, DARK_PAPER)):
        for ink in ("ink", "soft", "accent"):
            for ground in (paper, colours["sheet"], colours["wash"]):
                assert contrast(colours[ink], ground) >= 4.5, (ink, ground)
        assert contrast(colours["ink"], colours["marker"]) >= 4.5
        assert contrast(colours["on-accent"], colours["accent"]) >= 4.5


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_untrusted_text_never_becomes_markup():
    found = a_passage(title=HOSTILE, source=HOSTILE, text=HOSTILE, url="javascript:window.hit=1")
    citation = Citation(
        number=1,
        quote=HOSTILE,
        **found.model_dump(exclude={"text", "score", "start", "end"}),
        start=10,
        end=20,
    )
    sides = Conflict(about=HOSTILE, positions=(Position(claim=HOSTILE, citations=(1,)),))
    said = (AnswerSentence(text=HOSTILE, citations=(1,), support="weak"),)
    given = an_exchange(
        sentences=said, citations=(citation,), conflicts=(sides,), passages=(found,), model=HOSTILE
    )
    article = summary("x", title=HOSTILE, source=HOSTILE)
    whole = Article(id="x", text=HOSTILE, title=HOSTILE, source=HOSTILE, url=f"https://x.example/{HOSTILE}")
    html = "".join(
        [
            masthead(ENGLISH),
            welcome(ENGLISH, [article]),
            conversation.status(1, HOSTILE, 1),
            conversation.asked(ENGLISH, HOSTILE, HOSTILE + "?", HOSTILE),
            error(HOSTILE),
            conversation.exchange(ENGLISH, 0, given),
            conversation.exchange(ENGLISH, 0, given, past=True),
            conversation.exchange(ENGLISH, 0, an_exchange(status="declined", text=HOSTILE)),
            conversation.exchange(
                ENGLISH,
                0,
                an_exchange(status="declined", sentences=(), nearest=said[0], citations=(citation,)),
            ),
            citations.evidence(ENGLISH, [found], HOSTILE, date.today()),
            citations.sources(ENGLISH, given),
            citations.no_sources(ENGLISH, HOSTILE),
            reader.article(ENGLISH, whole, 3, 30, None),
        ]
    )
    tags = Tags(html)
    assert not tags.names & {"script", "img"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    links = {value for name, value in tags.attributes if name == "href"}
    known = ("?article=", "./", "https://x.example/", "https://example.org/a")
    assert not [link for link in links if not link.startswith(known)]


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
def test_only_web_addresses_become_links(url: str):
    assert 'target="_blank"' not in citations.evidence(ENGLISH, [a_passage(url=url)], "default", date.today())


def test_link_to_the_original_sends_no_referrer():
    shown = citations.evidence(ENGLISH, [a_passage()], "default", date.today())
    assert 'href="https://example.org/a" target="_blank" rel="noopener noreferrer"' in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short\n text", "short text"),
        ("one two three four", "one two…"),
        ("一二三四五六七八九十一二三", "一二三四五六七八九十…"),
    ],
)
def test_long_texts_are_shortened_after_a_word(text: str, shown: str):
    assert shorten(text, 10) == shown


def test_greeting_summarizes_the_library():
    articles = [summary(str(n), date=date(2024, 1, n), source=f"Paper {n}") for n in range(1, 7)]
    told = facts(ENGLISH, articles)
    assert told[:2] == ["6 articles", "1 Jan 2024 – 6 Jan 2024"]
    assert told[2].endswith("Paper 4 and 2 more")


def test_examples_are_answered_by_the_sentences_they_were_made_of(answering: Callable[..., Assistant]):
    assistant = answering(None)
    questions = assistant.suggestions(limit=4)
    assert len(questions) == len(set(questions)) == 4
    assert "How many people were taken off the ferry Saint Brannoc?" in questions
    answer = assistant.ask("How many people were taken off the ferry Saint Brannoc?")
    assert "Forty-seven" in answer.text


def test_closing_the_view_stops_the_model(answering: Callable[..., Assistant]):
    model = HeldModel(DRAFT)
    model.released.clear()

    async def leave_early() -> None:
        sent = SentQuestion(nth=0, question=QUESTION)
        async with aclosing(asking.stream_answer(answering(model), ENGLISH, sent, Scope())) as views:
            async for _, status, _sources in views:
                if "Reading" in status:
                    break

    asyncio.run(leave_early())
    assert model.said == 0


def test_error_is_shown_in_the_conversation(library: Library):
    async def last() -> asking.View:
        assistant = Assistant(library, None, 360)
        sent = SentQuestion(nth=0, question=QUESTION)
        return [view async for view in asking.stream_answer(assistant, ENGLISH, sent, Scope())][-1]

    current, status, _ = asyncio.run(last())
    assert status == conversation.done(ENGLISH)
    assert 'class="trouble" role="alert">The collection' in current
    assert "has no articles yet" in current


def test_an_answer_shows_its_kind_which_can_be_changed() -> None:
    understood = Understood(
        question=QUESTION, kind="summary", source="The Marren Post", after=date(2024, 3, 1)
    )
    answer = an_answer(kind="summary", understood=understood)
    shown = conversation.exchange(ENGLISH, 0, Exchange(question=QUESTION, asked=date.today(), answer=answer))
    assert '<option value="summary" selected>a summary</option>' in shown
    assert '<span dir="auto">The Marren Post</span>' in shown and "1 Mar 2024" in shown
    assert tuple(conversation.kind_names(ENGLISH)) == CHOSEN_KINDS
    talk = an_answer(status="chat", kind="chat")
    shown = conversation.exchange(ENGLISH, 0, Exchange(question="Hello", asked=date.today(), answer=talk))
    assert "<select>" not in shown


def test_the_window_asks_again_as_the_kind_that_is_chosen(answering: Callable[..., Assistant]) -> None:
    sent = SentQuestion(nth=0, question="Tell me about the bus strike.", kind="timeline")

    async def last() -> str:
        views = [view async for view in asking.stream_answer(answering(None), ENGLISH, sent, Scope())]
        return views[-1][0]

    assert '<option value="timeline" selected>' in asyncio.run(last())


def test_as_much_of_a_date_is_shown_as_is_known() -> None:
    known = [Article(id="a", text="", date=date(2022, 3, 5)), Article(id="b", text="", period="2022-03")]
    known += [Article(id="c", text="", period="2022"), Article(id="d", text="")]
    assert [ENGLISH.dated(one) for one in known] == ["5 Mar 2022", "Mar 2022", "2022", ""]
    assert [GERMAN.dated(one) for one in known[1:]] == ["März 2022", "2022", ""]


def test_what_a_question_was_limited_to_can_be_switched_off_and_on():
    limited = Understood(question="?", kind="catalogue", source="The Marren Post", after=date(2024, 3, 1))
    shown = conversation.exchange(ENGLISH, 0, an_exchange(kind="catalogue", understood=limited))
    assert 'data-action="ignore" data-limit="outlet"' in shown
    assert 'aria-label="Do not limit to 1 Mar 2024"' in shown
    free = limited.model_copy(update={"source": None, "after": None})
    again = an_exchange(kind="catalogue", understood=free).model_copy(update={"ignore": ("outlet", "dates")})
    shown = conversation.exchange(ENGLISH, 0, again)
    assert asked_again(shown)["ignore"] == ["outlet", "dates"] and 'data-action="ignore"' not in shown
    assert 'data-action="limit" data-limit="outlet"' in shown


def asked_again(shown: str) -> dict[str, Any]:
    """What the page sends, with one choice changed, when a kind, a limit or another search is chosen."""
    asked: dict[str, Any] = json.loads(unescape(re.findall(r'data-again="(.*?)"', shown)[0]))
    return asked


@pytest.mark.parametrize(
    "choices",
    [
        {"kind": "timeline", "ignore": ["dates"]},
        {"kind": "list", "search_as": "bus drivers strike"},
        {"search_as": "drivers", "ignore": ["outlet", "spelling"]},
        {},
    ],
)
def test_whoever_changes_one_choice_keeps_the_others(
    answering: Callable[..., Assistant], choices: dict[str, Any]
) -> None:
    sent = {"nth": 0, "question": "What did The Marren Post write about the bus strike?", **choices}

    async def last() -> str:
        question = SentQuestion.model_validate_json(json.dumps(sent))
        views = [view async for view in asking.stream_answer(answering(None), ENGLISH, question, Scope())]
        return views[-1][0]

    stopped, _ = asking.stop_answer(ENGLISH, json.dumps(sent), Scope())
    for shown in (asyncio.run(last()), str(stopped)):
        assert asked_again(shown) == {"question": sent["question"], **choices}


def test_a_conversation_of_an_earlier_version_is_asked_again_as_it_was_typed() -> None:
    saved = '{"question": "Did the ferry drift?", "asked": "2024-03-03"}'
    shown = conversation.exchange(ENGLISH, 0, Exchange.model_validate_json(saved), past=True)
    assert asked_again(shown) == {"question": "Did the ferry drift?"}
