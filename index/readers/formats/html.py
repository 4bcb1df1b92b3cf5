"""Web pages, and the visible text of any HTML or XHTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.charset import decoded_text
from index.readers.paragraphs import PARAGRAPH_BREAK, join_paragraphs
from index.readers.source_file import SourceFile
from index.schemas import Article

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
MAX_ATTRIBUTES = 1_000
"""Of one tag; the time to parse them grows with their square."""
_ATTRIBUTE = r"""(?:[\s/]*+[^\s"'<>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+)"""
_CROWDED_TAG = re.compile(
    rf"(<[a-z][^\s<>/]*+{_ATTRIBUTE}{{{MAX_ATTRIBUTES}}}+){_ATTRIBUTE}++", re.IGNORECASE
)
_INVISIBLE = {"head", "noscript", "rp", "rt", "script", "style", "svg", "template"}
# Elements that start a new paragraph.
_BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
# References to notes and page numbers, as EPUB 3, WAI-ARIA and the class names of pandoc call them.
_REFERENCE_ROLES = {
    *("noteref", "backlink", "pagebreak", "doc-noteref", "doc-backlink", "doc-pagebreak"),
    *("footnote-ref", "footnote-back"),
}
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


def read_html(file: SourceFile) -> Article:
    """The article of an .html file: its main text, without anything that readers do not see.

    Comments, scripts and elements hidden by an attribute or an inline style are removed. Title, canonical
    address and the site's name (as `source`) come from the page. The date comes only from markup that names
    it, not from the text. A canonical address on another site is ignored for fetched pages: it would
    replace an article of that site. Raises SourceUnreadable.
    """
    from trafilatura import bare_extraction, extract_metadata, load_html  # takes 0.3 s

    page = without_crowds(decoded_text(file, declares_charset=True))
    try:
        tree: Any = load_html(page)
        if tree is None:  # a fragment such as `<p>…</p>`
            tree = load_html(f"<html><body>{page}</body></html>")
        drop_hidden(tree)
        metadata = extract_metadata(tree, extensive=False)
        published = extract_metadata(
            _dated_markup(tree),
            date_config={"original_date": True, "extensive_search": False, "min_date": "1800-01-01"},
        ).date
        for script in tree.xpath("//script"):  # kept until here for the metadata in JSON-LD
            script.drop_tree()
        found = bare_extraction(tree, include_comments=False)
    except Exception as error:
        # Two large parsers meet arbitrary input; one page must not stop the other sources.
        raise SourceUnreadable(f"the page cannot be parsed ({type(error).__name__})") from error
    # Trafilatura returns one paragraph or heading per line.
    text = PARAGRAPH_BREAK.join((getattr(found, "text", None) or "").strip().splitlines())
    if not text:
        raise SourceUnreadable("no article text found")
    url = metadata.url if not file.address or _is_same_site(metadata.url or "", file.address) else ""
    fields = {"title": metadata.title, "date": published, "source": metadata.sitename, "url": url}
    return article_from_fields({**fields, "text": text}, file)


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
    drop_hidden(tree)
    blocks = "".join(_flow(tree)).split(PARAGRAPH_BREAK)
    return join_paragraphs(re.sub(r" ?([\n\t]) ?", r"\1", re.sub(r" {2,}", " ", block)) for block in blocks)


def roles_of(element: Any) -> set[str]:
    """The roles of an element by EPUB type, WAI-ARIA role and class."""
    return {role for name in (_EPUB_TYPE, "role", "class") for role in element.get(name, "").split()}


def html_to_text(markup: str) -> str:
    """The `visible_text` of an HTML fragment."""
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    page = f"<html><body>{without_crowds(markup)}</body></html>"
    return visible_text(document_fromstring(page.encode(), parser=parser))


def _flow(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str):
        name = element.tag.rpartition("}")[2]
        if name == "br":
            yield "\n"
        elif name in {"td", "th"}:
            yield "\t"
        if name not in _INVISIBLE and not _REFERENCE_ROLES & roles_of(element):
            edge = PARAGRAPH_BREAK if name in _BLOCKS else ""
            yield edge
            yield _collapsed(element.text)
            for child in element:
                yield from _flow(child)
            yield edge
    yield _collapsed(element.tail)


def _collapsed(text: str | None) -> str:
    # Line ends in markup are spaces, unlike the breaks that _flow inserts.
    return re.sub(r"\s+", " ", text or "")


def _is_same_site(url: str, address: str) -> bool:
    """Whether both have the same host, and `url` is not just its front page."""
    fetched, canonical = urlsplit(address), urlsplit(url)
    host, other = (parts.netloc.lower().removeprefix("www.") for parts in (fetched, canonical))
    return host == other and (canonical.path.strip("/") != "" or fetched.path.strip("/") == "")


def _dated_markup(tree: Any) -> Any:
    """A tree with only the elements that may name the date of publication."""
    dated = (
        "//meta | //link[@rel='canonical'] | //script[@type='application/ld+json']"
        " | //*[@itemprop='datePublished'] | (//article//time | //main//time)[1]"
    )
    root = tree.makeelement("html")
    for element in tree.xpath(dated):
        copied = deepcopy(element)
        copied.tail = None
        root.append(copied)
    return root
