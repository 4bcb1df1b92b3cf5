"""The articles that the contents of an EPUB name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from index.schemas import Article
from tests.index.readers.books import link, point, write_book
from tests.index.readers.reading import read

POEMS = {
    "one.xhtml": (
        "<h1>Winter</h1><p>Four songs of the cold.</p>"
        '<h2 id="ice">Ice</h2><p>The river stood<br/>still.</p>'
        '<h2><a id="thaw"></a>Thaw</h2><p>It went at night.</p>'
    ),
    "two.xhtml": (
        '<p>V.</p><h2 id="reeds">Reeds</h2><p>They bend.</p><h2 id="eels">Eels</h2><p>They wind.</p>'
    ),
    "three.xhtml": "<p>They wind on over the page.</p>",
}
TITLES = ["Winter", "Ice", "Thaw", "Reeds", "Eels"]
NAV = link("Winter", "one.xhtml", link("Ice", "one.xhtml#ice"), link("Thaw", "one.xhtml#thaw")) + link(
    "Reeds", "two.xhtml#reeds", link("Eels", "two.xhtml#eels")
)
NCX = point("Winter", "one.xhtml", point("Ice", "one.xhtml#ice"), point("Thaw", "one.xhtml#thaw")) + point(
    "Reeds", "two.xhtml#reeds", point("Eels", "two.xhtml#eels")
)
GUIDE = "".join(
    f'<reference type="other.poem" title="{title}" href="{target}"/>'
    for title, target in zip(
        TITLES,
        ["one.xhtml", "one.xhtml#ice", "one.xhtml#thaw", "two.xhtml#reeds", "two.xhtml#eels"],
        strict=True,
    )
)
LICENCE = {"licence.xhtml": '<h2 id="licence">Licence</h2><p>Anyone may print this book.</p>'}


def words(texts: Iterable[str]) -> Counter[str]:
    return Counter(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", " ".join(texts))))


def chapters(path: Path, pages: Mapping[str, str], **contents: str) -> list[Article]:
    return [item for item in read(write_book(path, pages, **contents)) if isinstance(item, Article)]


@pytest.mark.parametrize("contents", [{"nav": NAV}, {"ncx": NCX}, {"guide": GUIDE}])
def test_every_entry_is_an_article_and_no_word_is_lost(tmp_path: Path, contents: dict[str, str]) -> None:
    found = chapters(tmp_path / "a.epub", POEMS, **contents)
    assert [article.title for article in found] == TITLES
    assert words(article.text for article in found) == words(POEMS.values())
    assert found[1].text == "Ice\n\nThe river stood\nstill."
    assert found[2].text == "Thaw\n\nIt went at night."
    assert found[3].text == "V.\n\nReeds\n\nThey bend."  # the head of a page belongs to its first entry
    assert found[4].text == "Eels\n\nThey wind.\n\nThey wind on over the page."
    assert len({article.origin for article in found}) == len({article.id for article in found}) == 5
    assert found[4].origin.endswith("a.epub/book/two.xhtml#eels")


def test_a_long_head_of_a_page_goes_on_with_the_article_before(tmp_path: Path) -> None:
    pages = {**POEMS, "two.xhtml": f"<p>{'It went on. ' * 40}</p>{POEMS['two.xhtml']}"}
    found = chapters(tmp_path / "a.epub", pages, nav=NAV)
    assert [article.title for article in found] == TITLES
    assert found[2].text.endswith("It went on.\n\nV.")
    assert words(article.text for article in found) == words(pages.values())


def test_licence_imprint_and_contents_are_no_articles(tmp_path: Path) -> None:
    listed = "".join(f'<p><a href="one.xhtml#{n}">{title}</a></p>' for n, title in enumerate(TITLES))
    pages = {"imprint.xhtml": "<p>Printed in Marren, 1951.</p>", "list.xhtml": listed, **POEMS, **LICENCE}
    found = chapters(
        tmp_path / "a.epub",
        pages,
        nav=NAV + link("The Full Licence", "licence.xhtml#licence"),
        guide='<reference type="copyright-page" href="imprint.xhtml"/>'
        '<reference type="toc" href="list.xhtml"/>',
    )
    assert [article.title for article in found] == TITLES
    assert words(article.text for article in found) == words(POEMS.values())


def test_imprint_and_licence_that_no_contents_name_are_no_articles(tmp_path: Path) -> None:
    imprint = {"i.xhtml": "<p>© 1951 Quell Press, Marren. All rights reserved.</p><p>ISBN 0-00-000000-0</p>"}
    found = chapters(tmp_path / "a.epub", {**imprint, **POEMS, **LICENCE}, nav=NAV)
    assert [article.title for article in found] == TITLES
    assert words(article.text for article in found) == words(POEMS.values())


def test_a_book_whose_only_entry_is_its_contents_is_read(tmp_path: Path) -> None:
    whole = "<p>Contents of a life.</p>" + "<p>The keeper wrote on and on, night after night.</p>" * 200
    [found] = chapters(tmp_path / "a.epub", {"one.xhtml": whole}, nav=link("Contents", "one.xhtml"))
    assert found.text.count("The keeper wrote on") == 200


def test_a_guide_whose_contents_stand_in_a_chapter_leaves_the_chapter(tmp_path: Path) -> None:
    guide = (
        '<reference type="toc" title="Contents" href="one.xhtml"/><reference type="cover" href="two.xhtml"/>'
    )
    for inner in (guide, guide.replace("one.xhtml", "one.xhtml#ice")):
        found = chapters(tmp_path / "a.epub", POEMS, nav=NAV, guide=inner)
        assert [article.title for article in found] == TITLES


def test_a_page_that_is_both_contents_and_text_keeps_its_text(tmp_path: Path) -> None:
    long = f"<p>{'The keeper wrote on. ' * 20}</p>"
    marked = (
        '<section xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><p>List of songs</p></section>'
        + long
    )
    [found] = chapters(tmp_path / "a.epub", {"one.xhtml": marked}, nav=link("All", "one.xhtml"))
    assert found.text.startswith("The keeper wrote on.") and found.title == "All"


def test_an_entry_that_leads_nowhere_names_its_page(tmp_path: Path) -> None:
    found = chapters(
        tmp_path / "a.epub", POEMS, nav=link("Cold", "one.xhtml#gone") + link("Wet", "two.xhtml")
    )
    assert [article.title for article in found] == ["Cold", "Wet"]
    assert words(article.text for article in found) == words(POEMS.values())
