"""The text of HTML and XHTML that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from index.readers.paragraphs import PARAGRAPH_BREAK, join_paragraphs
from index.readers.safe_xml import local_name

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_INVISIBLE = {"head", "noscript", "rp", "rt", "script", "style", "svg", "template"}
# Elements that start a new paragraph.
_BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_UNDIVIDED = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "dt", "li", "figcaption"}
# References to notes and page numbers, as EPUB 3, WAI-ARIA and the class names of pandoc call them.
_REFERENCE_ROLES = {
    *("noteref", "backlink", "pagebreak", "doc-noteref", "doc-backlink", "doc-pagebreak"),
    *("footnote-ref", "footnote-back"),
}
MAX_ATTRIBUTES = 1_000
"""Of one tag; the time to parse them grows with their square."""
_ATTRIBUTE = r"""(?:[\s/]*+[^\s"'<>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+)"""
_CROWDED_TAG = re.compile(
    rf"(<[a-z][^\s<>/]*+{_ATTRIBUTE}{{{MAX_ATTRIBUTES}}}+){_ATTRIBUTE}++", re.IGNORECASE
)
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


def without_crowds(markup: str) -> str:
    """The markup, with the first MAX_ATTRIBUTES attributes of each tag."""
    return _CROWDED_TAG.sub(r"\1", markup)


def drop_hidden(tree: Any) -> None:
    """Removes the elements that readers do not see, except scripts."""
    for element in list(tree.iterdescendants("*")):
        # Some pages hide their body until a script has run.
        if element.tag != "body" and (
            element.tag in {"style", "noscript", "template"}
            or element.get("hidden") is not None
            or element.get("aria-hidden", "").strip().lower() == "true"
            or _HIDDEN_STYLE.search(element.get("style", ""))
        ):
            element.drop_tree()


def visible_text(tree: Any) -> str:
    """The visible text of a tree, with blank lines between blocks and tabs between the cells of a row.

    Page breaks and references to notes are left out, and so are entities that the document declares.
    """
    return "".join(text for _, text in visible_sections(tree, frozenset()))


def visible_sections(tree: Any, anchors: Set[str]) -> list[tuple[str, str]]:
    """The `visible_text` of a tree, divided where the elements with these ids begin, in order: the id, empty
    for what stands before the first, and its text, which can be empty. An element within a
    heading or a paragraph divides before it.
    """
    drop_hidden(tree)
    sections: list[tuple[str, list[str]]] = [("", [])]
    for part in _flow(tree, _dividing_elements(tree, anchors)):
        if isinstance(part, _Anchor):
            sections.append((str(part), []))
        else:
            sections[-1][1].append(part)
    return [(anchor, _joined(parts)) for anchor, parts in sections]


def roles_of(element: Any) -> set[str]:
    """The roles of an element by EPUB type, WAI-ARIA role and class."""
    return {
        role for name in (_EPUB_TYPE, "epub:type", "role", "class") for role in element.get(name, "").split()
    }


def html_to_text(markup: str) -> str:
    """The `visible_text` of an HTML fragment."""
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    page = f"<html><body>{without_crowds(markup)}</body></html>"
    return visible_text(document_fromstring(page.encode(), parser=parser))


class _Anchor(str):
    """The id of an element, in the flow of its page's text."""


def _dividing_elements(tree: Any, anchors: Set[str]) -> dict[Any, str]:
    found: dict[Any, str] = {}
    known: set[str] = set()
    for element in tree.iter("*") if anchors else ():
        name = element.get("id") or element.get("name")
        if name in anchors and name not in known:
            known.add(name)
            blocks = [near for near in (element, *element.iterancestors()) if local_name(near) in _UNDIVIDED]
            found.setdefault(blocks[-1] if blocks else element, name)
    return found


def _joined(parts: list[str]) -> str:
    blocks = "".join(parts).split(PARAGRAPH_BREAK)
    return join_paragraphs(re.sub(r" ?([\n\t]) ?", r"\1", re.sub(r" {2,}", " ", block)) for block in blocks)


def _flow(element: Any, anchors: Mapping[Any, str]) -> Iterator[str]:
    if isinstance(element.tag, str):
        name = element.tag.rpartition("}")[2]
        if element in anchors:
            yield _Anchor(anchors[element])
        if name == "br":
            yield "\n"
        elif name in {"td", "th"}:
            yield "\t"
        if name not in _INVISIBLE and not _REFERENCE_ROLES & roles_of(element):
            edge = PARAGRAPH_BREAK if name in _BLOCKS else ""
            yield edge
            yield _collapsed(element.text)
            for child in element:
                yield from _flow(child, anchors)
            yield edge
    yield _collapsed(element.tail)


def _collapsed(text: str | None) -> str:
    # Line ends in markup are spaces, unlike the breaks that _flow inserts.
    return re.sub(r"\s+", " ", text or "")
