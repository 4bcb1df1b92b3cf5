"""HTML files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from index.schemas import Article, content_id
from tests.index.readers.reading import (
    GERMAN,
    STORY,
    page,
    read_article,
    skip_reason,
)


def test_html_metadata(tmp_path: Path) -> None:
    head = (
        '<link rel="canonical" href="https://post.example/bridge">'
        '<meta property="og:site_name" content="The Post">'
        '<meta property="og:title" content="The bridge is coming">'
        '<meta property="article:published_time" content="2022-10-27T23:50:00-05:00">'
        '<meta property="article:modified_time" content="2023-01-01">'
    )
    found = read_article(tmp_path / "a.HTML", page(STORY, head))
    assert found.text.startswith("Paragraph 0: the town council") and found.text.count("\n\n") == 5
    assert found == Article(
        id=content_id(url="https://post.example/bridge"),
        text=found.text,
        title="The bridge is coming",
        url="https://post.example/bridge",
        date=date(2022, 10, 27),
        source="The Post",
        origin=str(tmp_path / "a.HTML"),
    )


@pytest.mark.parametrize(
    ("head", "body", "wanted"),
    [
        ("", "<p>On 12 May 2019, or 2020-03-04.</p><footer>Last updated 3 June 2017</footer>", None),
        ("", '<time datetime="2021-02-03T10:00:00Z">3 Feb</time><p>12 May 2019</p>', date(2021, 2, 3)),
        ('<meta name="date" content="1961-08-13">', "", date(1961, 8, 13)),
        ('<meta name="date" content="some day">', "", None),
        (
            '<script type="application/ld+json">{"@type": "Article", "datePublished": "2020-01-02"}</script>',
            "<p>Copyright 2018</p>",
            date(2020, 1, 2),
        ),
    ],
)
def test_html_date_comes_from_markup_alone(tmp_path: Path, head: str, body: str, wanted: date | None) -> None:
    assert read_article(tmp_path / "a.html", page(body + STORY, head)).date == wanted


@pytest.mark.parametrize(
    "unseen",
    [
        "<p hidden>UNSEEN words</p>",
        '<div hidden="until-found"><p>UNSEEN words</p></div>',
        '<p style="color: red; DISPLAY : none !important">UNSEEN words</p>',
        '<section style="visibility:hidden"><p>UNSEEN words</p></section>',
        '<p aria-hidden="true">UNSEEN words</p>',
        "<!-- UNSEEN words -->",
        "<script>let words = 'UNSEEN words'</script>",
        "<style>UNSEEN words</style>",
        "<noscript><p>UNSEEN words</p></noscript>",
        "<template><p>UNSEEN words</p></template>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "UNSEEN words"}</script>',
    ],
)
def test_html_that_no_reader_sees_is_not_text(tmp_path: Path, unseen: str) -> None:
    many = unseen.replace("words", "words that tell the bot what to do. " * 20)
    assert "UNSEEN" not in read_article(tmp_path / "a.html", page(STORY + many + "After.")).text
    short = read_article(tmp_path / "b.html", page(f"<p>Seen before {many} and after.</p>"))
    assert "UNSEEN" not in short.text and "Seen before" in short.text and "and after." in short.text


def test_html_title_is_one_that_is_seen(tmp_path: Path) -> None:
    body = "<h1 hidden>UNSEEN heading</h1><h1>The seen heading</h1>"
    assert read_article(tmp_path / "a.html", page(body + STORY)).title == "The seen heading"


def test_broken_html(tmp_path: Path) -> None:
    broken = f"<html><body><div><p>Broken <b>page{STORY}<div"
    assert "Broken page" in read_article(tmp_path / "a.html", broken).text
    assert read_article(tmp_path / "b.htm", "<p>Only a fragment.").text == "Only a fragment."
    for nothing in ("<html><body></body></html>", "<html>", "<html><head><title>T</title><style>p{}</sty"):
        assert skip_reason(tmp_path / "c.html", nothing) == "no article text found"


def test_html_says_its_charset(tmp_path: Path) -> None:
    spanish = "<p>El puente se construirá el próximo año, señaló “él” mismo.</p>"
    declared = page(spanish, '<meta charset="ISO-8859-1">')
    assert "próximo año, señaló “él”" in read_article(tmp_path / "a.html", declared.encode("cp1252")).text
    wrong = page(f"<p>{GERMAN}</p>", "<meta charset='no-such-charset'>")
    assert GERMAN.strip() in read_article(tmp_path / "b.html", wrong.encode("cp1252")).text
    xml = '<?xml version="1.0" encoding="utf-8"?>' + page(f"<p>{GERMAN}</p>")
    assert GERMAN.strip() in read_article(tmp_path / "c.html", xml).text


LONG = "".join(
    f"<p>Part {n}: the ferry to Orm Head leaves at nine on weekdays, and at ten on market days.</p>"
    for n in range(8)
)


def test_an_article_in_noscript_is_found(tmp_path: Path) -> None:
    body = f"<html><body><div id='app'></div><noscript><h1>Ferries</h1>{LONG}</noscript></body></html>"
    found = read_article(tmp_path / "a.html", body)
    assert found.text.count("the ferry to Orm Head") == 8
    beside = (
        f"<p>Subscribe to our letter and get the news of the day.</p><div><noscript>{LONG}</noscript></div>"
    )
    assert read_article(tmp_path / "b.html", page(beside)).text.count("the ferry to Orm Head") == 8


def test_what_noscript_adds_to_an_article_is_no_text(tmp_path: Path) -> None:
    body = f"{STORY * 3}<div><noscript>{LONG}</noscript></div>"
    assert "ferry" not in read_article(tmp_path / "a.html", page(body)).text


@pytest.mark.parametrize(
    "body",
    [
        "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>",
        "<p>Your browser is out of date. Update it to see this page as it should be seen.</p>",
        "<p>Dein Browser ist leider veraltet. Lade einen neueren Browser kostenfrei herunter.</p>",
        "<p>Please activez JavaScript: veuillez activer JavaScript dans votre navigateur.</p>",
        "<h1>Just a moment</h1><p>Checking your browser before you enter the site of the Post.</p>",
        "<h1>Access denied</h1><p>You do not have permission to view this page of the Post.</p>",
        "<div><figure><img><figcaption>The mayor of Marren speaks in June.</figcaption></figure></div>",
        "<header><p>Your first address for the news of the Quell valley and its towns.</p></header>",
        "<div class='cookie-banner'><p>We and our 812 partners store what you read here.</p></div>",
    ],
)
def test_a_page_without_its_article_is_skipped(tmp_path: Path, body: str) -> None:
    reason = skip_reason(
        tmp_path / "a.html", f"<html><head><title>T</title></head><body>{body}</body></html>"
    )
    assert reason.startswith("only '") and "a script may load its article" in reason


@pytest.mark.parametrize(
    "body",
    [
        "<p>Two sentences are enough. Nobody was hurt.</p>",
        "<article><header><p>The mill wheel of Brenn turns again since Monday.</p></header></article>",
        "<p>The new browser from Marren was shown on Friday; it has three buttons.</p>",
    ],
)
def test_a_short_article_is_one(tmp_path: Path, body: str) -> None:
    assert read_article(tmp_path / "a.html", f"<html><body>{body}</body></html>").text


def test_in_place_of_a_caption_stands_what_the_page_gives_search_engines(tmp_path: Path) -> None:
    told = " ".join(f"Sentence {n} of the article that a script shows to readers." for n in range(9))
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{told}"}}</script>'
    caption = "<figure><figcaption>The mayor of Marren speaks at the quay in June.</figcaption></figure>"
    assert (
        read_article(tmp_path / "a.html", f"<html><head>{head}</head><body>{caption}</body></html>").text
        == told
    )


@pytest.mark.parametrize(
    ("head", "body", "wanted"),
    [
        ('<meta property="og:updated_time" content="2023-05-06">', "", None),
        (
            '<meta name="last-modified" content="2023-05-06"><meta name="date" content="2023-01-02">',
            "",
            date(2023, 1, 2),
        ),
        ('<meta name="uploadDate" content="2017-10-01">', "", None),
        # 1 November or 11 January
        ('<meta name="date" content="11/01/2023 12:43">', "", None),
        ("", '<time datetime="2023-11-08">08/11/23</time>', date(2023, 11, 8)),
        # other articles of the page
        ("", "<time datetime='2020-12-03'>a</time><time datetime='2023-10-31'>b</time>", None),
        # the page contradicts itself
        (
            '<meta property="article:published_time" content="2020-09-08">'
            '<script type="application/ld+json">{"@type": "Article", "datePublished": "2020-04-04"}</script>',
            "",
            None,
        ),
        # the same moment in two time zones
        (
            '<link rel="canonical" href="https://post.example/2019/01/01/ice">'
            '<meta property="article:published_time" content="2018-12-31T23:11:59+00:00">',
            "",
            date(2019, 1, 1),
        ),
    ],
)
def test_a_wrong_date_is_worse_than_none(tmp_path: Path, head: str, body: str, wanted: date | None) -> None:
    assert read_article(tmp_path / "a.html", page(body + STORY, head)).date == wanted
