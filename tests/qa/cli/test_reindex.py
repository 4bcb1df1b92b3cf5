"""`quoth reindex`: another embedder takes over what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from qa.cli import main
from tests.tinymodels import save_embedder

Quoth = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def quoth(seeded_home: Path, monkeypatch: pytest.MonkeyPatch) -> Quoth:
    monkeypatch.setenv("QUOTH_MODEL", "none")

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, [*arguments, "--home", str(seeded_home)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_another_embedder_answers_after_reindexing(
    quoth: Quoth, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quoth("reindex") == (0, "", "nothing to do: all was embedded with all-MiniLM-L6-v2\n")
    monkeypatch.setenv("QUOTH_EMBEDDER", str(tiny))
    code, _, err = quoth("search", "ferry")
    assert (code, err.count("`quoth reindex`")) == (1, 1)
    assert "'all-MiniLM-L6-v2', not 'tiny@" in err
    code, out, err = quoth("reindex")
    assert (code, err) == (0, "")
    assert out.startswith("default: 19 articles embedded with tiny@")
    code, out, _ = quoth("search", "ferry", "--json")
    assert (code, '"article_id"' in out) == (0, True)
    assert "19 articles" in quoth("list")[2]
    monkeypatch.delenv("QUOTH_EMBEDDER")
    assert "run `quoth reindex`" in quoth("search", "ferry")[2]


def test_a_collection_that_is_not_there_is_told(quoth: Quoth) -> None:
    assert quoth("reindex", "--collection", "other")[2] == (
        "error: there is no collection 'other'; `quoth add` makes one\n"
    )


def test_a_home_that_another_owns_is_refused(
    quoth: Quoth, seeded_home: Path, embedder: SentenceEmbedder
) -> None:
    with Library(seeded_home, embedder, address="http://127.0.0.1:9"):
        code, _, err = quoth("reindex")
    assert code == 1
    assert "answers at http://127.0.0.1:9; stop that one, then run `quoth reindex` again" in err
