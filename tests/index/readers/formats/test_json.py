"""JSON files, and what tables and lines of JSON have in common."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.readers.registry import read_sources
from index.schemas import Article, Skipped
from tests.index.readers.reading import read, reasons, skip_reason, texts

NEWS = [
    {
        "Headline": f"Weir {n}",
        "Body": f"The weir {n} was mended.",
        "published": day,
        "author": {"name": "Echo"},
    }
    for n, day in enumerate(["03/04/2022", "27/10/2022"])
]


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize(
    "content",
    [
        NEWS,
        {"status": "ok", "articles": NEWS},
        {"took": 3, "tags": [{"name": "x"}], "data": {"items": NEWS}},
        {"hits": {"hits": [{"_id": str(n), "_source": one} for n, one in enumerate(NEWS)]}},
        dict(zip("ab", NEWS, strict=True)),
        "\n".join(map(json.dumps, NEWS)),
        [{"Body": one["Body"], "metadata": {**one, "Body": ""}} for one in NEWS],
    ],
)
def test_articles_in_json_of_many_forms(tmp_path: Path, content: Any) -> None:
    found = [item for item in read(written(tmp_path / "a.json", content)) if isinstance(item, Article)]
    assert [(one.title, one.text, one.source) for one in found] == [
        ("Weir 0", "The weir 0 was mended.", "Echo"),
        ("Weir 1", "The weir 1 was mended.", "Echo"),
    ]
    assert [one.date for one in found] == [date(2022, 4, 3), date(2022, 10, 27)]  # as the second tells
    assert "`Body` is read as text" in found[0].remarks[0].kind and not found[1].remarks


def test_one_object_is_one_article(tmp_path: Path) -> None:
    given = {
        "title": "One",
        "body": "The only one.",
        "date": 1666867200,
        "comments": [{"text": "A comment."}],
    }
    [item] = read(written(tmp_path / "a.json", given))
    assert isinstance(item, Article)
    assert (item.text, item.date) == ("The only one.", date(2022, 10, 27))


def test_json_without_articles(tmp_path: Path) -> None:
    def reason(content: Any) -> str:
        return skip_reason(written(tmp_path / "a.json", content))

    assert reason("") == "empty"
    assert reason("[1, 2]") == "no objects in it, and so no articles"
    assert reason("[" * 100_000) == "nested more than 64 deep"
    assert reason("nothing").startswith("not JSON (")
    assert reason({"name": "x", "parts": {"a": "1"}}).startswith('no "text" among its columns (name, parts)')
    assert reason([{"question": "Who?", "answers": ["me"]}]) == "test questions, not articles"


def test_broken_json_keeps_what_came_before(tmp_path: Path) -> None:
    found = read(written(tmp_path / "a.json", json.dumps(NEWS)[:-9]))
    assert texts(found) == ["The weir 0 was mended."]
    assert isinstance(found[-1], Skipped) and "broken after this" in found[-1].reason


def test_columns_that_the_user_chose(tmp_path: Path) -> None:
    films = written(tmp_path / "films.csv", 'Year,Title,Plot\n1901,Smash,"He serves, she leaves."\n')
    assert "--columns text=COLUMN" in reasons(read(films))[0]
    [film] = read_sources([films], columns={"text": "Plot", "date": "Year"})
    assert isinstance(film, Article)
    assert (film.title, film.text) == ("Smash", "He serves, she leaves.")
    assert (film.date, film.period, film.remarks) == (None, "1901", ())


def test_tables_of_other_programs(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("Title\tPage Content\nA\tSome, text; here\n", "utf-8")
    (tmp_path / "b.csv").write_text("sep=;\nTitel;Inhalt\nA;Der Text, mit Komma\n", "utf-8")
    (tmp_path / "c.csv").write_text("text\nHello, world\n", "utf-8")
    (tmp_path / "d.csv").write_text("title,text\nA,one, two\n", "utf-8")
    found = read(tmp_path)
    assert texts(found) == ["Some, text; here", "Der Text, mit Komma", "Hello, world"]
    assert reasons(found) == ["3 values for 2 columns; quote what contains a delimiter"]


def test_values_that_stand_for_no_address_do_not_replace_each_other(tmp_path: Path) -> None:
    rows = "".join(f"N/A,The weir {n} was mended.\n" for n in range(3))
    found = read(written(tmp_path / "a.csv", f"link,body\n{rows}"))
    assert len({item.id for item in found if isinstance(item, Article)}) == 3
