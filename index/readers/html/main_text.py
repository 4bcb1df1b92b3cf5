"""The main text of a web page, told apart from menus, captions and notices."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from index.errors import SourceUnreadable
from index.readers.html.visible_text import visible_text
from index.readers.paragraphs import PARAGRAPH_BREAK, join_paragraphs
from index.text.messages.phrase import Phrase

# What is shorter may be a caption or a notice in place of the article.
SHORT_CHARACTERS = 300
# A page's <noscript> is its article if it gives this many times the text found outside it.
NOSCRIPT_RATIO = 2
_ASIDE = {"figcaption", "caption", "nav", "aside", "footer", "header"}
_ARTICLE = {"article", "main"}
_ASIDE_CLASS = re.compile(
    r"caption|popup|banner|cookie|consent|sidebar|(?:image|photo|picture)[\w-]{0,30}title", re.IGNORECASE
)
_READING = r"(?:java ?script|cookies|browser|navigateur|navegador)"
_SWITCH = (
    r"(?:enabled?|disabled|activate|turn on|allow|update|upgrade|outdated|out of date|(?:un|not )supported"
    r"|veraltet|(?:de)?aktiviere?n?|aktualisieren?|activer|obsol[eè]te|habilitar?)"
)
_NOTICE = re.compile(
    rf"\b{_READING}\b.{{0,80}}\b{_SWITCH}\b|\b{_SWITCH}\b.{{0,80}}\b{_READING}\b"
    r"|\b(?:verify|confirm) (?:that )?you are\b|\bchecking (?:if|your browser)\b|\baccess denied\b"
    r"|\bpage not found\b|\bunusual traffic\b",
    re.IGNORECASE | re.DOTALL,
)
_LOADED_LATER = Phrase(
    "a script may load its article; print it to PDF in a browser, or copy its text into a file"
)


def noscript_blocks(tree: Any) -> list[Any]:
    """Copies of the <noscript> elements of a page that stand alone, not within a paragraph."""
    blocks = []
    alone: dict[Any, bool] = {}
    for element in tree.iter("noscript"):
        parent = element.getparent()
        if parent not in alone:
            words = (parent.text, *(child.tail for child in parent)) if parent is not None else ()
            alone[parent] = not any(text and text.strip() for text in words)
        if alone[parent]:
            copied = deepcopy(element)
            copied.tag, copied.tail = "div", None
            blocks.append(copied)
    return blocks


def main_text(tree: Any, without_scripts: list[Any]) -> str:
    """The paragraphs of the page's article, separated by blank lines.

    `tree` is the page without hidden elements, whose scripts are removed here; `without_scripts` are its
    `noscript_blocks`. If only a caption, a menu or a notice is found, the article is the one that the page
    gives to search engines (JSON-LD), or its longest <article>. Raises SourceUnreadable if there is none.
    """
    from trafilatura import baseline

    stated = tree.makeelement("html")
    for script in tree.xpath("//script"):
        script.drop_tree()
        if script.get("type") == "application/ld+json":
            stated.append(script)
    text = _unscripted(without_scripts, _extracted(tree))
    if not text:
        raise SourceUnreadable(Phrase("no article text found"))
    if len(text) >= SHORT_CHARACTERS or not (_stands_aside(text, tree) or _NOTICE.search(text)):
        return text
    articles = [visible_text(element) for element in tree.iter("article")]
    for article in (join_paragraphs(baseline(stated)[1].splitlines()), max(articles, key=len, default="")):
        if len(article) >= SHORT_CHARACTERS:
            return article
    raise SourceUnreadable(
        Phrase(
            "only {text} was found; {reason}", text=repr(" ".join(text.split())[:80]), reason=_LOADED_LATER
        )
    )


def _extracted(tree: Any) -> str:
    from trafilatura import bare_extraction

    found = bare_extraction(tree, include_comments=False)
    # Trafilatura returns one paragraph or heading per line.
    return PARAGRAPH_BREAK.join((getattr(found, "text", None) or "").strip().splitlines())


def _unscripted(elements: list[Any], text: str) -> str:
    """The text of the <noscript> elements if they are much more than `text`, else `text`."""
    from lxml import html

    body = html.Element("body")
    body.extend(elements)
    if len(visible_text(body)) <= NOSCRIPT_RATIO * len(text):
        return text
    page = html.Element("html")
    page.append(body)
    found = _extracted(page)
    return found if len(found) > NOSCRIPT_RATIO * len(text) else text


def _stands_aside(text: str, tree: Any) -> bool:
    """Whether each paragraph of `text` is a caption, or part of a header, menu, footer or banner."""
    places: dict[str, list[Any]] = {}
    for element in tree.iter("*"):
        for line in (element.text, *(child.tail for child in element)):
            if words := " ".join((line or "").split()):
                places.setdefault(words, []).append(element)
    found = [places[line] for line in text.splitlines() if line in places]
    return bool(found) and all(_is_aside(element) for elements in found for element in elements)


def _is_aside(element: Any) -> bool:
    around = [element, *element.iterancestors()]
    tags = {ancestor.tag for ancestor in around}
    names = " ".join(f"{near.get('class', '')} {near.get('id', '')}" for near in around[:2])
    if tags & {"figcaption", "caption"} or _ASIDE_CLASS.search(names):
        return True
    return bool(tags & _ASIDE) and not tags & _ARTICLE
