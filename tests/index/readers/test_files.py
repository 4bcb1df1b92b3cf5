"""Files of every kind, good and bad, become the articles or the reasons they should."""

from __future__ import annotations

import codecs
import json
import os
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from index.readers.file import MAX_TEXT_BYTES
from index.readers.registry import FORMATS, count_sources, read_sources
from index.schemas import Article, Skipped, content_id
from tests.paths import SEEDS

STORY = "".join(
    f"<p>Paragraph {n}: the town council met on Monday and decided that the bridge will be built "
    "with money from the state, said the mayor.</p>"
    for n in range(6)
)


def read(*sources: str | Path) -> list[Article | Skipped]:
    items = list(read_sources(sources))
    assert count_sources(sources) == len(items)
    return items


def article(path: Path, content: str | bytes) -> Article:
    item = item_of(path, content)
    assert isinstance(item, Article), item
    return item


def reason(path: Path, content: str | bytes) -> str:
    item = item_of(path, content)
    assert isinstance(item, Skipped), item
    return item.reason


def item_of(path: Path, content: str | bytes) -> Article | Skipped:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [item] = read(path)
    return item


def lines(path: Path, *objects: object) -> list[Article | Skipped]:
    path.write_text("\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects), "utf-8")
    return read(path)


def page(body: str, head: str = "") -> str:
    return f"<html><head><title>The bridge</title>{head}</head><body><article>{body}</article></body></html>"


# --- .txt


def test_the_seed_article_with_a_dateline() -> None:
    path = SEEDS / "000_f70ea96f36cf7ae1.txt"
    _, text = path.read_text("utf-8").split("\n", 1)
    text = text.strip()
    assert read(path) == [
        Article(
            id=content_id(text=text),
            text=text,
            title="The Belarusian opposition is warning of further Russian invasions: "
            "an alliance with Ukraine is on the cards.",
            date=date(2022, 10, 27),
            source="Home page politics",
            origin=str(path),
        )
    ]


def test_txt_headers_end_at_a_blank_line(tmp_path: Path) -> None:
    found = article(
        tmp_path / "a.txt",
        "Title: The bridge: a story\nDate: 2022-10-27T23:59:00-05:00\nSource: Post\nURL: https://x.org/a\n"
        " \nIt will be built.\n",
    )
    assert found == Article(
        id=content_id(url="https://x.org/a"),
        text="It will be built.",
        title="The bridge: a story",
        url="https://x.org/a",
        date=date(2022, 10, 27),
        source="Post",
        origin=str(tmp_path / "a.txt"),
    )


def test_txt_header_like_prose_stays_text(tmp_path: Path) -> None:
    text = "Title: what is in a name?\nAsked Juliet.\n\nNothing."
    assert article(tmp_path / "a.txt", text).text == text
    text = "Dates are sweet. The date 2022-10-27 is not here."
    assert article(tmp_path / "b.txt", text).date is None


def test_txt_with_an_impossible_date_is_not_guessed(tmp_path: Path) -> None:
    wanted = "date '2022-13-27' is not ISO 8601, such as 2022-10-27"
    assert reason(tmp_path / "a.txt", "date 2022-13-27 Sports\n\nText.") == wanted
    assert reason(tmp_path / "b.txt", "Date: 2022-13-27\n\nText.") == wanted


def test_txt_title(tmp_path: Path) -> None:
    def title(text: str) -> str:
        return article(tmp_path / "a.txt", text).title

    assert title("The headline\n\nThe text.") == "The headline"
    assert title("x" * 201 + "\n\nText.") == "x" * 119 + "…"
    assert title("A first sentence\nover two lines. A second one.") == "A first sentence over two lines."
    assert title("A line without an end") == "A line without an end"
    long = title("word " * 60 + "end. Next.")
    assert long.endswith("word…") and 100 < len(long) <= 120


def test_line_ends_byte_order_mark_and_control_characters(tmp_path: Path) -> None:
    found = article(tmp_path / "a.txt", b"\xef\xbb\xbfOne\r\n\r\nTwo\rThree\x07\x1b\tFour\x0cFive\r\n")
    assert found.text == "One\n\nTwo\nThree\tFour\nFive"
    assert found.title == "One"


# --- encodings


GERMAN = "Der Bürgermeister von Köln sagte, die Brücke werde gebaut – für „drei“ Mio. €. Große Hoffnungen. "


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        ("Die Bürger hätten größere Hoffnungen, sagte der Bürgermeister. ", "latin-1"),
        ("He said “we’re ready” – and left the café for good. ", "cp1252"),
        ("Президент заявил, что мост будет построен в следующем году. ", "cp1251"),
        ("東京は日本の首都です。橋は来年建設される予定です。", "shift_jis"),
    ],
)
def test_legacy_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    assert article(tmp_path / "a.txt", (text * 5).encode(encoding)).text == (text * 5).strip()


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_utf_16(tmp_path: Path, mark: bytes, encoding: str) -> None:
    assert article(tmp_path / "a.md", mark + (GERMAN + "🌉").encode(encoding)).text == GERMAN + "🌉"
    assert reason(tmp_path / "b.md", mark + GERMAN.encode(encoding) + b"x").startswith("damaged UTF-16")


def test_encodings_that_cannot_be_told_are_not_guessed(tmp_path: Path) -> None:
    spanish = "El puente se construirá el próximo año; mañana habrá más información, señaló el presidente. "
    assert reason(tmp_path / "a.txt", spanish.encode("cp1252")).startswith("not text in a known encoding")
    good = GERMAN.encode()
    damaged = reason(tmp_path / "b.txt", good + b"\xff" + good)
    assert damaged == f"damaged UTF-8 at byte {len(good)}; save it as UTF-8 and add it again"
    noise = bytes(range(128, 256)) * 20
    assert reason(tmp_path / "c.txt", noise).startswith("not text in a known encoding")


def test_binary_and_empty(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.txt", b"\x7fELF\2\1\1\0\0\0") == "binary"
    assert reason(tmp_path / "b.txt", "a\0b".encode("utf-16")) == "binary"
    for name in ("a.txt", "a.md", "a.html", "a.jsonl"):
        assert reason(tmp_path / name, b"") == "empty"
        assert reason(tmp_path / name, b" \n\t\r\n ") == "empty"
    assert reason(tmp_path / "c.txt", "date 2022-10-27 Home page politics\n") == "empty"


# --- .md


def test_markdown_front_matter(tmp_path: Path) -> None:
    found = article(
        tmp_path / "a.md",
        "---\nid: bridge-1\ntitle: 1984\ndate: 2022-10-27 23:30:00 +0200\nsource: 'Post: North'\n"
        "url: https://x.org/a\ntags: [a, b]\n---\n\n# Heading\n\nSome *text*.\r\n",
    )
    assert found == Article(
        id="bridge-1",
        text="# Heading\n\nSome *text*.",
        title="1984",
        url="https://x.org/a",
        date=date(2022, 10, 27),
        source="Post: North",
        origin=str(tmp_path / "a.md"),
    )


def test_markdown_without_front_matter(tmp_path: Path) -> None:
    text = "```\n# a comment\n```\n\n## Second\n\n# The bridge #\n\nText."
    found = article(tmp_path / "a.md", text)
    assert (found.title, found.text, found.id) == ("The bridge", text, content_id(text=text))
    assert article(tmp_path / "a.md", "No heading here.\n\nText.").title == "No heading here."


def test_markdown_rules_are_not_front_matter(tmp_path: Path) -> None:
    for text in ("---\nProse between rules.\n---\nMore.", "---\nProse after a rule."):
        assert article(tmp_path / "a.md", text).text == text
    assert article(tmp_path / "a.md", "---\n---\nText.").text == "Text."
    assert article(tmp_path / "a.md", "---\ntitle:\ndate: null\n---\n# T\n").date is None


def test_broken_front_matter(tmp_path: Path) -> None:
    broken = reason(tmp_path / "a.md", "---\nid: a\ntitle: 'open\nsource: x\n---\nText.")
    assert broken.startswith("broken front matter at line ")
    assert reason(tmp_path / "a.md", "---\ntitle: a: b\n---\nText.").startswith(
        "broken front matter at line 2"
    )
    assert reason(tmp_path / "a.md", "---\na: " + "[" * 5000 + "\n---\nText.").startswith(
        "broken front matter"
    )
    assert reason(tmp_path / "a.md", "---\nsource: [a, b]\n---\nText.") == '"source" is not a string'
    assert reason(tmp_path / "a.md", "---\ndate: yesterday\n---\nText.").startswith(
        "date 'yesterday' is not ISO"
    )


# --- .html


def test_html_metadata(tmp_path: Path) -> None:
    head = (
        '<link rel="canonical" href="https://post.example/bridge">'
        '<meta property="og:site_name" content="The Post">'
        '<meta property="og:title" content="The bridge is coming">'
        '<meta property="article:published_time" content="2022-10-27T23:50:00-05:00">'
        '<meta property="article:modified_time" content="2023-01-01">'
    )
    found = article(tmp_path / "a.HTML", page(STORY, head))
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
    assert article(tmp_path / "a.html", page(body + STORY, head)).date == wanted


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
    assert "UNSEEN" not in article(tmp_path / "a.html", page(STORY + many + "After.")).text
    short = article(tmp_path / "b.html", page(f"<p>Seen before {many} and after.</p>"))
    assert "UNSEEN" not in short.text and "Seen before" in short.text and "and after." in short.text


def test_html_title_is_one_that_is_seen(tmp_path: Path) -> None:
    body = "<h1 hidden>UNSEEN heading</h1><h1>The seen heading</h1>"
    assert article(tmp_path / "a.html", page(body + STORY)).title == "The seen heading"


def test_broken_html(tmp_path: Path) -> None:
    assert (
        "Broken page" in article(tmp_path / "a.html", f"<html><body><div><p>Broken <b>page{STORY}<div").text
    )
    assert article(tmp_path / "b.htm", "<p>Only a fragment.").text == "Only a fragment."
    for nothing in ("<html><body></body></html>", "<html>", "<html><head><title>T</title><style>p{}</sty"):
        assert reason(tmp_path / "c.html", nothing) == "no article text found"


def test_html_says_its_charset(tmp_path: Path) -> None:
    spanish = "<p>El puente se construirá el próximo año, señaló “él” mismo.</p>"
    declared = page(spanish, '<meta charset="ISO-8859-1">')
    assert "próximo año, señaló “él”" in article(tmp_path / "a.html", declared.encode("cp1252")).text
    wrong = page(f"<p>{GERMAN}</p>", "<meta charset='no-such-charset'>")
    assert GERMAN.strip() in article(tmp_path / "b.html", wrong.encode("cp1252")).text
    xml = '<?xml version="1.0" encoding="utf-8"?>' + page(f"<p>{GERMAN}</p>")
    assert GERMAN.strip() in article(tmp_path / "c.html", xml).text


# --- .jsonl


def test_jsonl_keeps_what_is_given(tmp_path: Path) -> None:
    full = {
        "id": "a/1 é",
        "url": "https://x.org",
        "title": " T ",
        "date": "2022-10-27",
        "source": "S",
        "text": " x\n",
    }
    first, second, third = lines(
        tmp_path / "a.jsonl", {**full, "question": "?", "k": 1}, {"text": "y"}, full | {"id": None}
    )
    assert first == Article(**{**full, "date": date(2022, 10, 27)})  # type: ignore[arg-type]
    assert second == Article(id=content_id(text="y"), text="y")
    assert isinstance(third, Article) and third.id == content_id(url="https://x.org")


@pytest.mark.parametrize("escaped", [True, False])
def test_jsonl_text_in_is_text_out(tmp_path: Path, escaped: bool) -> None:
    texts = [
        "👩‍👩‍👧‍👦 🇺🇦 🌉",
        "e\u0301 é Å Å ﬁ",  # not normalised
        "one\u2028two\u2029three\x85four",
        "\r\nCR LF\r\n and CR\r, tab\t, form feed\x0c and trailing blanks  \n",
        "\ufeffmark \u200b\u00ad\u202eedis",
        "עברית العربية",
        "\x00\x01\x1b[31m",
        '"quotes" \\ and / slashes',
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\r\n".join(json.dumps({"text": t}, ensure_ascii=escaped).encode() for t in texts))
    assert [item.text for item in read(path) if isinstance(item, Article)] == texts


def test_bad_lines_leave_the_others_alone(tmp_path: Path) -> None:
    bad = {
        "{not json": "not JSON (",
        "[" * 100_000: "not JSON (",
        '{"text": 1' + "0" * 5000 + "}": "not JSON (",
        "[1, 2]": "not a JSON object",
        '{"title": "t"}': 'no "text"',
        '{"text": null}': 'no "text"',
        '{"text": ["a"]}': '"text" is not a string',
        '{"text": " \\n"}': "empty",
        '{"text": "x", "title": 7}': '"title" is not a string',
        '{"text": "x", "id": 7}': '"id" is not a string',
        '{"text": "x", "date": "27.10.2022"}': "date '27.10.2022' is not ISO 8601, such as 2022-10-27",
        '{"text": "x", "date": "2022-10"}': "date '2022-10' is not ISO 8601",
        '{"text": "x", "date": 20221027}': '"date" is not a string',
        '{"text": "half \\ud800 pair"}': '"text" has half a surrogate pair',
        '{"text": "x", "title": "\\udfff"}': '"title" has half a surrogate pair',
        '{"text": "x", "id": "a\\nb"}': "id 'a\\nb' is not 1 to 200 printable characters",
        '{"text": "x", "id": ".."}': "id '..' is not",
        json.dumps({"text": "x", "id": "a" * 201}): "id 'aaa",
    }
    path = tmp_path / "a.jsonl"
    found = lines(path, {"text": "first"}, "", *bad, {"text": "last"})
    assert [item.text for item in found if isinstance(item, Article)] == ["first", "last"]
    skipped = [item for item in found if isinstance(item, Skipped)]
    for number, (item, start) in enumerate(zip(skipped, bad.values(), strict=True), 3):
        assert item.source == f"{path}:{number}"
        assert item.reason.startswith(start)


def test_jsonl_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n{"text": "caf\xe9"}\n{"text": "b"}')
    assert read(path) == [
        Article(id=content_id(text="a"), text="a"),
        Skipped(source=f"{path}:2", reason="not UTF-8; save the file as UTF-8 and add it again"),
        Article(id=content_id(text="b"), text="b"),
    ]
    wanted = "binary or UTF-16; a .jsonl is UTF-8"
    assert reason(tmp_path / "b.jsonl", '{"text": "a"}\n{"text": "b"}\n'.encode("utf-16")) == wanted


def test_test_questions_are_one_skip(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    questions = [{"id": str(n), "question": "Who?", "answers": ["me"]} for n in range(5)]
    assert lines(path, "", *questions) == [Skipped(source=str(path), reason="test questions, not articles")]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022-10-27", 27),
        ("20221027", 27),
        ("2022-10-27T23:59:59.123Z", 27),
        ("2022-10-27 23:30:00 -0500", 27),
        ("2022-10-28T00:10+09:00", 28),
    ],
)
def test_the_day_is_taken_as_written(tmp_path: Path, written: str, day: int) -> None:
    [item] = lines(tmp_path / "a.jsonl", {"text": "x", "date": written})
    assert isinstance(item, Article) and item.date == date(2022, 10, day)


# --- size and memory


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Bytes at most in use since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, name: str, peak: Callable[[], int]) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(50_000_000)
    started = time.monotonic()
    wanted = "50.0 MB, more than the 20 MB of one article; split it and add the parts"
    assert read(tmp_path) == [Skipped(source=str(tmp_path / name), reason=wanted)]
    assert time.monotonic() - started < 5
    assert peak() < 5_000_000


def test_a_line_that_is_too_large_is_passed_over(tmp_path: Path, peak: Callable[[], int]) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"text": "before"}\n{"text": "')
        for _ in range(60):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"text": "after"}\n')
    before, large, after = read(path)
    assert isinstance(before, Article) and isinstance(after, Article) and after.text == "after"
    wanted = "60.0 MB, more than the 20 MB of one article; split it and add the parts"
    assert large == Skipped(source=f"{path}:2", reason=wanted)
    assert peak() < 2.5 * MAX_TEXT_BYTES


def test_a_sparse_jsonl_is_binary(tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.truncate(50_000_000)
    [item] = read(tmp_path)
    assert isinstance(item, Skipped) and item.reason.startswith("binary")


def test_memory_stays_flat_over_many_articles(tmp_path: Path, peak: Callable[[], int]) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(3000):
            file.write(
                json.dumps({"id": f"a{n}", "text": f"{n} " + "The bridge will be built. " * 1000}) + "\n"
            )
    assert path.stat().st_size > 75_000_000
    assert sum(isinstance(item, Article) for item in read_sources([path])) == 3000
    assert peak() < 20_000_000


# --- folders, links and other sources


def test_a_folder_is_read_in_order_without_the_hidden(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/b/c.TXT",
        "c.odt",
        "d",
        ".hidden.txt",
        ".git/x.txt",
        "README.md",
        "a/readme.MD",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"text of {name}")
    found = read(tmp_path)
    assert [item.text for item in found if isinstance(item, Article)] == [
        "text of a/b/c.TXT",
        "text of a/z.md",
        "text of b.txt",
    ]
    assert [item for item in found if isinstance(item, Skipped)] == [
        Skipped(source=str(tmp_path / "c.odt"), reason=f"format .odt is not read ({' '.join(FORMATS)})"),
        Skipped(
            source=str(tmp_path / "d"), reason=f"a file without a suffix is not read ({' '.join(FORMATS)})"
        ),
    ]
    # What is named outright is meant.
    assert [type(item) for item in read(tmp_path / "README.md", tmp_path / ".hidden.txt")] == [
        Article,
        Article,
    ]


def test_origin_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("Text.")
    (tmp_path / "link.txt").symlink_to("a.txt")
    monkeypatch.chdir(tmp_path)
    origins = [item.origin for item in read("a.txt", ".", "./link.txt") if isinstance(item, Article)]
    assert origins == [str(tmp_path / "a.txt")] * 4


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.txt"
    assert read(missing, "", "a\0b") == [
        Skipped(source=str(missing), reason="no such file"),
        Skipped(source="", reason="no such file"),
        Skipped(source="a\0b", reason="no such file"),
    ]
    (tmp_path / "a.txt").write_text("Text.")
    [item] = read(tmp_path / "a.txt" / "b.txt")
    assert item == Skipped(source=str(tmp_path / "a.txt" / "b.txt"), reason="not a directory")
    [item] = read("x" * 5000 + ".txt")
    assert isinstance(item, Skipped) and item.reason == "file name too long"


def test_other_schemes_are_refused() -> None:
    wanted = "only addresses with http:// or https:// are read"
    for address in ("ftp://example.org/a.html", "file:///etc/passwd"):
        assert read(address) == [Skipped(source=address, reason=wanted)]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("news/a.txt", "news/b.md", "news/README.md", "news/.c.txt", "news/deep/er/d.txt", "[e].txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"text of {name}")
    monkeypatch.chdir(tmp_path)

    def texts(pattern: str) -> list[str]:
        return [item.text.removeprefix("text of ") for item in read(pattern) if isinstance(item, Article)]

    assert texts("news/*.txt") == ["news/a.txt"]
    assert texts("news/*") == ["news/a.txt", "news/b.md", "news/deep/er/d.txt"]
    assert texts(f"{tmp_path}/**/*.txt") == ["[e].txt", "news/a.txt", "news/deep/er/d.txt"]
    assert texts("news/**") == ["news/a.txt", "news/b.md", "news/deep/er/d.txt"]
    assert texts("[e].txt") == ["[e].txt"]  # it is there, so it is no pattern
    assert read("news/*.pdf") == [Skipped(source="news/*.pdf", reason="nothing has a name of this pattern")]


def test_links_that_lead_nowhere_or_back(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one.txt").write_text("One.")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "self.txt").symlink_to("self.txt")
    up, one, broken, itself = read(tmp_path)
    assert up == Skipped(source=str(tmp_path / "a/b/up"), reason="a link to a folder that was read already")
    assert isinstance(one, Article) and one.text == "One."
    assert broken == Skipped(source=str(tmp_path / "broken.txt"), reason="broken link")
    assert itself == Skipped(source=str(tmp_path / "self.txt"), reason="too many levels of symbolic links")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.txt"):
        (tmp_path / name).write_text('{"text": "x"}')
        (tmp_path / name).chmod(0)
    (tmp_path / "c").mkdir(mode=0)
    try:
        found = read(tmp_path)
    finally:
        (tmp_path / "c").chmod(0o700)
    assert found == [
        Skipped(source=str(tmp_path / name), reason="permission denied") for name in ("a.jsonl", "b.txt", "c")
    ]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.txt"))
        assert {item.reason for item in read(tmp_path) if isinstance(item, Skipped)} == {"not a regular file"}


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Text.")
    [item] = read(tmp_path)
    wanted = "the name is not UTF-8; rename it and add it again"
    assert item == Skipped(source=f"{tmp_path}/caf\\udce9.txt", reason=wanted)
