"""Web pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from index.errors import SourceUnreadable
from index.readers.article_fields import article_from_fields
from index.readers.charset import decoded_text
from index.readers.html.main_text import main_text, noscript_blocks
from index.readers.html.published_date import published_date
from index.readers.html.visible_text import drop_hidden, without_crowds
from index.readers.source_file import SourceFile
from index.schemas import Article
from index.text.messages.phrase import Phrase


def read_html(file: SourceFile) -> Article:
    """The article of an .html file: its main text, without anything that readers do not see.

    Comments, scripts and elements hidden by an attribute or an inline style are removed; where the article
    stands in <noscript>, it is read from there. Title, canonical address and the site's name (as `source`)
    come from the page, the date from `published_date`. A canonical address on another site is ignored for
    fetched pages: it would replace an article of that site.

    Raises SourceUnreadable, also if all that was found is a caption, a menu or a notice to the reader.
    """
    from trafilatura import extract_metadata, load_html  # takes 0.3 s

    page = without_crowds(decoded_text(file, declares_charset=True))
    try:
        tree: Any = load_html(page)
        if tree is None:  # a fragment such as `<p>…</p>`
            tree = load_html(f"<html><body>{page}</body></html>")
        without_scripts = noscript_blocks(tree)
        drop_hidden(tree)
        metadata = extract_metadata(tree, extensive=False)
        published = published_date(tree)
        text = main_text(tree, without_scripts)
    except SourceUnreadable:
        raise
    except Exception as error:
        # Two large parsers meet arbitrary input; one page must not stop the other sources.
        raise SourceUnreadable(
            Phrase("the page cannot be parsed ({error})", error=type(error).__name__)
        ) from error
    url = metadata.url if not file.address or _is_same_site(metadata.url or "", file.address) else ""
    fields = {"title": metadata.title, "date": published, "source": metadata.sitename, "url": url}
    return article_from_fields({**fields, "text": text}, file)


def _is_same_site(url: str, address: str) -> bool:
    """Whether both have the same host, and `url` is not just its front page."""
    fetched, canonical = urlsplit(address), urlsplit(url)
    host, other = (parts.netloc.lower().removeprefix("www.") for parts in (fetched, canonical))
    return host == other and (canonical.path.strip("/") != "" or fetched.path.strip("/") == "")
