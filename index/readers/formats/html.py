"""What a web page says as an article, and what a reader sees of any markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from index.errors import SourceUnreadable
from index.readers.charset import decode
from index.readers.fields import article_of
from index.readers.file import SourceFile, refuse_misnamed
from index.schemas import Article

_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_UNSEEN = {"head", "noscript", "rp", "rt", "script", "style", "svg", "template"}
# What begins on a line of its own.
_BLOCKS = set(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
# Marks of notes and of pages, as EPUB 3, WAI-ARIA and the class names of pandoc call them.
_MARKS = {
    *("noteref", "backlink", "pagebreak", "doc-noteref", "doc-backlink", "doc-pagebreak"),
    *("footnote-ref", "footnote-back"),
}
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_BREAK = "\n\n"


def article_of_page(file: SourceFile) -> Article:
    """An .html file: its main text without what a reader does not see (comments, scripts,
    elements hidden by an attribute or an inline style), title, canonical address, and the site's
    name as `source`. The date comes from markup that names it, never from the running text.

    A page that was fetched is believed its canonical address only within its own site: a foreign one would
    let it take the place of another's article.
    """
    from trafilatura import bare_extraction, extract_metadata, load_html  # takes 0.3 s

    raw = file.read()
    refuse_misnamed(raw)
    page = decode(raw, declares_charset=True, charset=file.charset)
    try:
        tree: Any = load_html(page)
        if tree is None:  # a fragment such as `<p>…</p>`
            tree = load_html(f"<html><body>{page}</body></html>")
        drop_unseen(tree)
        about = extract_metadata(tree, extensive=False)
        day = extract_metadata(
            _dated_markup(tree),
            date_config={"original_date": True, "extensive_search": False, "min_date": "1800-01-01"},
        ).date
        for script in tree.xpath("//script"):  # till here for what JSON-LD says about the page
            script.drop_tree()
        found = bare_extraction(tree, include_comments=False)
    except Exception as error:
        # Two large parsers meet whatever the world calls HTML; no page may end the whole walk.
        raise SourceUnreadable(f"the page cannot be parsed ({type(error).__name__})") from error
    # A line is a paragraph or a heading there; a blank line between them says so to a reader.
    text = "\n\n".join((getattr(found, "text", None) or "").strip().splitlines())
    if not text:
        raise SourceUnreadable("no article text found")
    url = about.url if not file.address or _same_site(about.url or "", file.address) else ""
    return article_of(
        {"title": about.title, "date": day, "source": about.sitename, "url": url, "text": text}, file
    )


def drop_unseen(tree: Any) -> None:
    """Take out the elements that a reader does not see; scripts stay."""
    for element in list(tree.iterdescendants("*")):
        # Some pages hide their body until a script has run; a reader does see that.
        if element.tag != "body" and (
            element.tag in {"style", "noscript", "template"}
            or element.get("hidden") is not None
            or element.get("aria-hidden", "").strip().lower() == "true"
            or _UNSEEN_STYLE.search(element.get("style", ""))
        ):
            element.drop_tree()


def text_of(tree: Any) -> str:
    """All that stands in a tree of HTML or XHTML, a blank line between blocks, a tab between the cells of a
    row; page breaks and the marks of notes left out. Entities that the document itself declares
    are nothing.
    """
    drop_unseen(tree)
    blocks = "".join(_flow(tree)).split(_BREAK)
    lines = (re.sub(r" *([\n\t]) *", r"\1", re.sub(r" {2,}", " ", block)).strip() for block in blocks)
    return "\n\n".join(line for line in lines if line)


def roles_of(element: Any) -> set[str]:
    """What an element is said to be, by EPUB, by WAI-ARIA or by its classes."""
    return {role for name in (_EPUB_TYPE, "role", "class") for role in element.get(name, "").split()}


def text_of_html(markup: str) -> str:
    """`text_of` a piece of HTML."""
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    return text_of(document_fromstring(f"<html><body>{markup}</body></html>".encode(), parser=parser))


def _flow(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str):
        name = element.tag.rpartition("}")[2]
        if name == "br":
            yield "\n"
        elif name in {"td", "th"}:
            yield "\t"
        if name not in _UNSEEN and not _MARKS & roles_of(element):
            edge = _BREAK if name in _BLOCKS else ""
            yield edge
            yield _plain(element.text)
            for child in element:
                yield from _flow(child)
            yield edge
    yield _plain(element.tail)


def _plain(text: str | None) -> str:
    # Line ends in markup are blanks; what is left of them are the breaks of _flow.
    return re.sub(r"\s+", " ", text or "")


def _same_site(url: str, address: str) -> bool:
    """Whether both are of one site, and the url is not merely its front page."""
    ours, theirs = urlsplit(address), urlsplit(url)
    host, other = (one.netloc.lower().removeprefix("www.") for one in (ours, theirs))
    return host == other and (theirs.path.strip("/") != "" or ours.path.strip("/") == "")


def _dated_markup(tree: Any) -> Any:
    named = (
        "//meta | //link[@rel='canonical'] | //script[@type='application/ld+json']"
        " | //*[@itemprop='datePublished'] | (//article//time | //main//time)[1]"
    )
    card = tree.makeelement("html")
    for element in tree.xpath(named):
        copied = deepcopy(element)
        copied.tail = None
        card.append(copied)
    return card
