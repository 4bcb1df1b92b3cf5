"""Word documents."""

from __future__ import annotations

import time
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.index.readers.reading import (
    changed,
    read_article,
    skip_reason,
)
from tests.paths import FILES


def test_word_by_pandoc() -> None:
    found = read_article(FILES / "docx" / "orm.docx")
    assert found.title == "The Lighthouse of Orm Head"
    assert found.date == date(2026, 11, 22)
    assert "once went out.\n\nOne lamp of brass\n\nTwo lenses" in found.text
    assert "for three nights alone" in found.text  # "two" is struck out in favour of it
    assert "\n\n1923\tElectric lamp\n\n1974\tKeeper withdrawn\n\n" in found.text
    assert found.text.endswith("The diary lies in the town hall of Marren.")


def test_word_by_libreoffice() -> None:
    found = read_article(FILES / "docx" / "quell.docx")
    assert (found.title, found.date, found.source) == ("When the Quell froze", None, "")
    assert "\n\nThe mayor, Helene Odry, forbade bonfires on the ice" in found.text


def test_what_word_hides_or_boxes(tmp_path: Path) -> None:
    body = (
        '<w:document xmlns:w="urn:w" xmlns:mc="urn:mc"><w:body>'
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Box</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Seen</w:t><w:tab/><w:t>text</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>UNSEEN</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> too</w:t></w:r>'
        "<w:r><w:instrText>UNSEEN</w:instrText></w:r>"
        "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p>"
        "</w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt></w:body></w:document>"
    )
    core = b'<c xmlns:dc="urn:dc"><dc:title> </dc:title><dc:created>2021-02-03T04:05:06Z</dc:created></c>'
    app = b"<p><Company>The Post</Company></p>"
    path = changed(
        tmp_path / "a.docx",
        FILES / "docx" / "quell.docx",
        word__document_xml=body.encode(),
        docProps__core_xml=core,
        docProps__app_xml=app,
    )
    found = read_article(path)
    assert found.text == "Box\n\nSeen\ttext too\n\nBoxed.\n\nIn a control."
    assert (found.title, found.date, found.source) == ("Box", date(2021, 2, 3), "The Post")


def test_word_documents_that_are_none(tmp_path: Path) -> None:
    whole = (FILES / "docx" / "quell.docx").read_bytes()
    path = tmp_path / "a.docx"
    assert skip_reason(FILES / "docx" / "misnamed.docx").startswith(
        "its content is an old or encrypted Office document"
    )
    assert skip_reason(path, b"") == "empty"
    assert skip_reason(path, whole[:3000]) == "not a zip, or a damaged one"
    assert skip_reason(path, b"words") == "not a zip, or a damaged one"
    assert skip_reason(path, (FILES / "orm.epub").read_bytes()).startswith("a zip, but not a Word document")
    at = whole.index(b"word/document.xml")
    broken = whole[: at + 60] + b"\xff" * 40 + whole[at + 100 :]
    assert skip_reason(path, broken).startswith("damaged; unpack it")
    changed(path, FILES / "docx" / "quell.docx", word__document_xml=b"<w:document")
    assert skip_reason(path) == "damaged; its XML cannot be parsed"
    changed(path, FILES / "docx" / "quell.docx", word__document_xml=None)
    assert skip_reason(path) == "damaged; 'word/document.xml' is missing in it"
    changed(path, FILES / "docx" / "quell.docx", word__document_xml=b"<document/>")
    assert skip_reason(path).startswith("contains no text")
    changed(
        path, FILES / "docx" / "quell.docx", word__document_xml=b"<d><t>" + b"x" * 50_000_000 + b"</t></d>"
    )
    assert skip_reason(path).startswith("compressed to less than 1/200")


RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write_document(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def relationship(kind: str, target: str, id_: str = "r1") -> str:
    return f'<Relationship Id="{id_}" Type="{TYPE}/{kind}" Target="{target}"/>'


def said(words: str) -> str:
    return (
        f'<w:document xmlns:w="urn:w"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>'
    )


@pytest.mark.parametrize(
    ("main", "target"),
    [
        ("word/document2.xml", "/word/document2.xml"),
        ("document.xml", "document.xml"),
        ("Word/Document.XML", "word/document.xml"),
        ("word\\document.xml", "word\\document.xml"),
        ("chat/messages part.xml", "chat/messages%20part.xml"),
    ],
)
def test_parts_are_found_by_their_relationships(tmp_path: Path, main: str, target: str) -> None:
    folder, _, name = main.replace("\\", "/").rpartition("/")
    note = '<w:n xmlns:w="urn:w"><w:footnote><w:p><w:r><w:t>At the quay.</w:t></w:r></w:p></w:footnote></w:n>'
    parts = {
        "_rels/.rels": RELATIONSHIPS.format(relationship("officeDocument", target)),
        main: said("The ferry leaves at nine."),
        f"{folder}/_rels/{name}.rels".lstrip("/"): RELATIONSHIPS.format(
            relationship("footnotes", "/x/notes.xml")
        ),
        "x/notes.xml": note,
    }
    found = read_article(write_document(tmp_path / "a.docx", parts))
    assert found.text == "The ferry leaves at nine.\n\nAt the quay."


def test_html_that_a_program_has_put_in_is_text(tmp_path: Path) -> None:
    body = (
        '<w:document xmlns:w="urn:w" xmlns:r="urn:r"><w:body><w:altChunk r:id="r1"/><w:altChunk r:id="r2"/>'
        "</w:body></w:document>"
    )
    mime = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    parts = {
        "_rels/.rels": RELATIONSHIPS.format(relationship("officeDocument", "word/document.xml")),
        "word/document.xml": body,
        "word/_rels/document.xml.rels": RELATIONSHIPS.format(
            relationship("aFChunk", "/word/afchunk.mht") + relationship("aFChunk", "two.htm", "r2")
        ),
        "word/afchunk.mht": f"{mime}<html><body><p>Ilse: nine o=E2=80=99clock, then.</p></body></html>",
        "word/two.htm": "<p>Jonas: I will be there.</p><script>UNSEEN</script>",
    }
    found = read_article(write_document(tmp_path / "a.docx", parts))
    assert found.text == "Ilse: nine o’clock, then.\n\nJonas: I will be there."


def test_an_office_document_of_another_kind_is_told(tmp_path: Path) -> None:
    parts = {
        "_rels/.rels": RELATIONSHIPS.format(relationship("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": "<workbook/>",
    }
    assert skip_reason(write_document(tmp_path / "a.docx", parts)).startswith(
        "a zip, but not a Word document"
    )


def test_a_cell_of_many_line_breaks_is_read_in_linear_time(tmp_path: Path) -> None:
    breaks = "<w:r><w:br/><w:t> </w:t></w:r>" * 20_000
    body = said("Seen.").replace(
        "<w:p>", f"<w:tbl><w:tr><w:tc><w:p>{breaks}</w:p></w:tc></w:tr></w:tbl><w:p>", 1
    )
    parts = {
        "_rels/.rels": RELATIONSHIPS.format(relationship("officeDocument", "word/document.xml")),
        "word/document.xml": body,
    }
    start = time.perf_counter()
    assert read_article(write_document(tmp_path / "a.docx", parts)).text == "Seen."
    assert time.perf_counter() - start < 2
