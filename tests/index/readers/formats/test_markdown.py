"""Markdown files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from index.schemas import Article, content_id
from tests.index.readers.reading import (
    read_article,
    skip_reason,
)


def test_markdown_front_matter(tmp_path: Path) -> None:
    found = read_article(
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
    found = read_article(tmp_path / "a.md", text)
    assert (found.title, found.text, found.id) == ("The bridge", text, content_id(text=text))
    assert read_article(tmp_path / "a.md", "No heading here.\n\nText.").title == "No heading here."


def test_markdown_rules_are_not_front_matter(tmp_path: Path) -> None:
    for text in ("---\nProse between rules.\n---\nMore.", "---\nProse after a rule."):
        assert read_article(tmp_path / "a.md", text).text == text
    assert read_article(tmp_path / "a.md", "---\n---\nText.").text == "Text."
    assert read_article(tmp_path / "a.md", "---\ntitle:\ndate: null\n---\n# T\n").date is None


def test_broken_front_matter(tmp_path: Path) -> None:
    broken = skip_reason(tmp_path / "a.md", "---\nid: a\ntitle: 'open\nsource: x\n---\nText.")
    assert broken.startswith("invalid front matter at line ")
    assert skip_reason(tmp_path / "a.md", "---\ntitle: a: b\n---\nText.").startswith(
        "invalid front matter at line 2"
    )
    assert skip_reason(tmp_path / "a.md", "---\na: " + "[" * 5000 + "\n---\nText.").startswith(
        "invalid front matter"
    )
    assert skip_reason(tmp_path / "a.md", "---\nsource: [a, b]\n---\nText.") == '"source" is not a string'
    undated = read_article(tmp_path / "a.md", "---\ndate: yesterday\n---\nText.")
    assert undated.date is None and undated.remarks[0].detail == "'yesterday'"
