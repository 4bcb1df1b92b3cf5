"""Safe parsing of XML from untrusted sources: entities are not expanded and nothing is fetched."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from lxml import etree

from index.errors import SourceUnreadable
from index.text.messages.phrase import Phrase

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30};)")
_XML_ENTITIES = {"amp;", "lt;", "gt;", "quot;", "apos;"}


def parse_xml(raw: bytes, *, lenient: bool = False) -> Any:
    """The root element, without the entities that the document declares.

    `lenient` is for XHTML: entities of HTML such as `&nbsp;` are replaced and syntax errors tolerated.
    Raises SourceUnreadable.
    """
    from lxml.html import XHTMLParser

    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parser: Any
    if lenient:
        raw = _ENTITY.sub(_numeric_entity, raw)
        parser = XHTMLParser(recover=True, remove_comments=True, remove_pis=True, **safe)
    else:
        parser = etree.XMLParser(remove_comments=True, remove_pis=True, **safe)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceUnreadable(Phrase("damaged; its XML cannot be parsed")) from error
    if root is None:
        raise SourceUnreadable(Phrase("damaged; it contains an empty XML file"))
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return root


def local_name(element: Any) -> str:
    """The tag without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first_text(root: Any, name: str) -> str:
    """The text of the first non-empty element with this local name."""
    for element in root.iter(f"{{*}}{name}"):
        if text := " ".join("".join(element.itertext()).split()):
            return text
    return ""


def _numeric_entity(found: re.Match[bytes]) -> bytes:
    name = found[1].decode()
    character = html5.get(name)
    if character is None or name in _XML_ENTITIES:
        return found[0]
    # Numeric entities mean the same in every encoding of the document.
    return "".join(f"&#{ord(letter)};" for letter in character).encode()
