"""XML from strangers, parsed without expanding what it declares or fetching what it names."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from lxml import etree

from index.errors import SourceUnreadable

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30};)")
_OF_XML = {"amp;", "lt;", "gt;", "quot;", "apos;"}


def parsed(raw: bytes, *, lenient: bool = False) -> Any:
    """The root element. Entities that the document declares are left out; nothing is loaded.

    `lenient` is for XHTML: the names of HTML such as `&nbsp;` are read, and faults passed over.
    Raises SourceUnreadable.
    """
    from lxml.html import XHTMLParser

    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parser: Any
    if lenient:
        raw = _NAMED.sub(_named, raw)
        parser = XHTMLParser(recover=True, remove_comments=True, remove_pis=True, **safe)
    else:
        parser = etree.XMLParser(remove_comments=True, remove_pis=True, **safe)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceUnreadable("damaged; the XML in it cannot be parsed") from error
    if root is None:
        raise SourceUnreadable("damaged; there is no XML in it where it should be")
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return root


def local_name(element: Any) -> str:
    """The tag without its namespace; nothing for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first_text(root: Any, name: str) -> str:
    """The text of the first element of this local name that has one."""
    for element in root.iter(f"{{*}}{name}"):
        if text := " ".join("".join(element.itertext()).split()):
            return text
    return ""


def _named(found: re.Match[bytes]) -> bytes:
    name = found[1].decode()
    character = html5.get(name)
    if character is None or name in _OF_XML:
        return found[0]
    # As numbers, whatever the encoding of the document.
    return "".join(f"&#{ord(letter)};" for letter in character).encode()
