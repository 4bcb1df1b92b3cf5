"""XML from untrusted sources."""

from __future__ import annotations

from pathlib import Path

from index.schemas import Article
from tests.index.readers.reading import (
    BOMB,
    changed,
    read,
    read_article,
)
from tests.paths import FILES


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    body = f'{BOMB}<w:document xmlns:w="urn:w"><w:p><w:r><w:t>One &c;&f;two.</w:t></w:r></w:p></w:document>'
    path = changed(tmp_path / "a.docx", FILES / "docx" / "quell.docx", word__document_xml=body.encode())
    assert read_article(path).text == "One two."
    page = f'{BOMB}<html xmlns="http://www.w3.org/1999/xhtml">'
    page += "<body><p>One &c;&f;two&nbsp;&eacute;.</p></body></html>"
    path = changed(tmp_path / "a.epub", FILES / "orm.epub", EPUB__text__ch001_xhtml=page.encode())
    first = read(path)[0]
    assert isinstance(first, Article) and first.text == "One two é."
