"""`quoth collections` and `reindex`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from tests.qa.cli.running import Run, article_line
from tests.tinymodels import save_embedder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedder(tmp_path_factory.mktemp("models") / "tiny")


def test_another_embedder_answers_after_reindexing(
    seeded_quoth: Run, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seeded_quoth("reindex") == (
        0,
        "",
        "nothing to do: all articles are indexed by language and embedded with all-MiniLM-L6-v2\n",
    )
    monkeypatch.setenv("QUOTH_EMBEDDER", str(tiny))
    code, _, err = seeded_quoth("search", "ferry")
    assert (code, err.count("`quoth reindex`")) == (1, 1)
    assert "'all-MiniLM-L6-v2', not 'tiny@" in err
    code, out, err = seeded_quoth("reindex")
    assert (code, err) == (0, "")
    assert out.startswith("default: 19 articles embedded with tiny@")
    code, out, _ = seeded_quoth("search", "ferry", "--json")
    assert (code, '"article_id"' in out) == (0, True)
    assert "19 articles" in seeded_quoth("list")[2]
    monkeypatch.delenv("QUOTH_EMBEDDER")
    assert "run `quoth reindex`" in seeded_quoth("search", "ferry")[2]


def test_an_unknown_collection_is_an_error(seeded_quoth: Run) -> None:
    assert seeded_quoth("reindex", "--collection", "other")[2] == (
        "error: there is no collection 'other'; create it with `quoth add`\n"
    )


def test_an_archive_that_is_in_use_is_an_error(
    seeded_quoth: Run, seeded_home: Path, embedder: SentenceEmbedder
) -> None:
    with Library(seeded_home, embedder, address="http://127.0.0.1:9"):
        code, _, err = seeded_quoth("reindex")
    assert code == 1
    assert "answers at http://127.0.0.1:9; stop it, then run `quoth reindex` again" in err


def test_collections_are_separate(seeded_quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(article_line(1))
    seeded_quoth("add", file, "--collection", "harbours")
    assert len(seeded_quoth("list", "--collection", "harbours")[1].splitlines()) == 1
    code, _, err = seeded_quoth("list", "--collection", "../harbours")
    assert (code, err.startswith("error: '../harbours' cannot name a collection")) == (2, True)
    assert seeded_quoth("collections")[1] == "default\t19\nharbours\t1\n"
    assert seeded_quoth("collections", "remove", "harbours") == (0, "removed harbours\n", "")
    result = json.loads(seeded_quoth("collections", "--json")[1])
    assert result == {"collections": [{"name": "default", "articles": 19}]}
    code, _, err = seeded_quoth("collections", "remove", "default")
    assert (code, err.startswith("error: the collection 'default' stays")) == (2, True)
