"""Columns and keys under other names than the fields of an article."""

from __future__ import annotations

import pytest

from index.errors import SourceUnreadable
from index.readers.tables.columns import choose_columns, parse_columns


def chosen(*names: str, **given: str) -> dict[str, str]:
    return {field: found[0] for field, found in choose_columns(names, given).by_field.items()}


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (("TEXT ", " Title"), "text title"),
        (("Headline", "Published", "Outlet", "Body"), "title date source text"),
        (("page_content", "source"), "text source"),
        (("author", "title", "url", "publishedAt", "content"), "source title url date text"),
        (("article_id", "Article Title", "article-text", "Publication Date"), "id title text date"),
        (("Titel", "Inhalt", "Datum", "Quelle"), "title text date source"),
        (("webTitle", "webUrl", "webPublicationDate", "bodyText"), "title url date text"),
    ],
)
def test_names_in_other_spellings(names: tuple[str, ...], fields: str) -> None:
    assert chosen(*names) == dict(zip(fields.split(), names, strict=True))


def test_a_column_of_the_fields_name_is_it() -> None:
    assert choose_columns(["body", "text", "content"], {}).by_field == {"text": ["text"]}


def test_what_was_guessed_is_told_with_what_else_could_be_meant() -> None:
    assert choose_columns(["Title", "text"], {}).remark == ""
    remark = choose_columns(["Headline", "Body", "Summary"], {}).remark
    assert "`Headline` is read as title, `Body` is read as text" in remark
    assert remark.endswith("use --columns text=Summary")


def test_given_columns_come_first() -> None:
    assert chosen("Title", "Plot", "text", text="Plot") == {"text": "Plot", "title": "Title"}
    assert chosen("Film title", "Plot", text="plot", title="film_title") == {
        "text": "Plot",
        "title": "Film title",
    }
    with pytest.raises(SourceUnreadable, match=r"no column 'Story'; its columns are Title, Plot"):
        chosen("Title", "Plot", text="Story")


def test_a_table_without_text_names_its_columns_and_the_option() -> None:
    with pytest.raises(SourceUnreadable, match=r"\(Year, Plot\); name .* --columns text=COLUMN"):
        chosen("Year", "Plot")


def test_columns_as_written() -> None:
    assert parse_columns("") == {}
    assert parse_columns("text=Plot, title=Title, original,date=Release = Year") == {
        "text": "Plot",
        "title": "Title, original",
        "date": "Release = Year",
    }
    for wrong in ("Plot", "text=", "body=Plot", "x,text=Plot", "text=A,text=B"):
        with pytest.raises(SourceUnreadable, match="must be written like text=Plot"):
            parse_columns(wrong)
