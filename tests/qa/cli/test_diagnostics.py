"""The doctor: what is amiss is found and said, whatever the state of things."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.maintenance import integrity
from index.storage.protocols import VectorMetadata
from qa.cli import diagnostics
from qa.cli.diagnostics import Finding, examine
from qa.settings import Settings, read_settings
from tests.conftest import MODELS


def settings_in(home: Path, **given: object) -> Settings:
    return read_settings(home=home, **({"model": "none"} | given))


def amiss(findings: list[Finding]) -> list[tuple[str, str]]:
    assert all(finding.mend for finding in findings if finding.level != "ok")
    return [(finding.about, finding.level) for finding in findings if finding.level != "ok"]


def told(findings: list[Finding]) -> str:
    return "\n".join(f"{finding.text}; {finding.mend}" for finding in findings)


def change(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "collections/default/catalogue.db")) as db, db:
        db.execute(sql)


def test_all_is_well(seeded_home: Path) -> None:
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == []
    assert [finding.about for finding in findings] == [
        "settings",
        "home",
        "disk",
        "minilm",
        "archive",
        "collection default",
    ]
    assert findings[-1].text.endswith("everything fits together")


def test_a_new_home_is_well(home: Path) -> None:
    findings = examine(settings_in(home / "new" / "still newer"))
    assert amiss(findings) == [("minilm", "problem"), ("archive", "warning")]
    assert amiss(examine(settings_in(home))) == []


def test_lacking_and_orphaned_vectors_are_mended(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        collection = library.collection("default")
        lacking = sorted(collection.documents.passage_ids())[:3]
        collection.vectors.delete(lacking)
        label = VectorMetadata(article_id="gone", source="", date=date(2024, 1, 1))
        collection.vectors.put(["gone-1"], np.eye(384, dtype=np.float32)[:1], [label])
        found = integrity.check_integrity(collection)
        assert found.missing_vectors == tuple(lacking)
        assert found.orphan_vectors == ("gone-1",)
        before = collection.search("Vey Bridge", k=3)
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "problem"), ("collection default", "warning")]
    assert "quoth doctor --mend" in told(findings)
    mended = examine(settings_in(seeded_home), mend=True)
    assert amiss(mended) == []
    assert "everything fits together" in told(mended)
    assert amiss(examine(settings_in(seeded_home))) == []
    with Library(seeded_home, embedder) as library:
        assert len(library.collection("default").search("Vey Bridge", k=3)) == len(before)


def test_lost_vectors_are_made_again(seeded_home: Path) -> None:
    shutil.rmtree(seeded_home / "collections/default/vectors")
    assert amiss(examine(settings_in(seeded_home))) == [("collection default", "problem")]
    assert amiss(examine(settings_in(seeded_home), mend=True)) == []


def test_a_lacking_keyword_index_is_mended(seeded_home: Path) -> None:
    change(seeded_home, "DELETE FROM passage_fts WHERE rowid < 5")
    findings = examine(settings_in(seeded_home))
    assert "passages that the keyword index lacks: 4" in told(findings)
    assert amiss(examine(settings_in(seeded_home), mend=True)) == []


def test_keywords_without_a_passage_are_dropped(seeded_home: Path) -> None:
    change(seeded_home, "INSERT INTO passage_fts (rowid, title, text) VALUES (99999, 'gone', 'gone')")
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "warning")]
    assert "keywords without a passage: 1 (99999)" in told(findings)
    assert amiss(examine(settings_in(seeded_home), mend=True)) == []


def test_articles_without_a_passage_are_split_again(seeded_home: Path) -> None:
    own = "article_id = 'wind-farm-marren-post'"
    change(seeded_home, f"DELETE FROM passage_fts WHERE rowid IN (SELECT row FROM passages WHERE {own})")
    change(seeded_home, f"INSERT INTO orphan_vectors SELECT id FROM passages WHERE {own}")
    change(seeded_home, f"DELETE FROM passages WHERE {own}")
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "problem")]
    assert "articles without a passage, which no search finds: 1 (wind-farm-marren-post)" in told(findings)
    mended = examine(settings_in(seeded_home), mend=True)
    assert amiss(mended) == []
    assert "everything fits together" in told(mended)


def test_passages_beyond_their_article_are_split_again(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE passages SET end = start WHERE row = 3")
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "problem")]
    assert "do not lie within their article: 1" in told(findings)
    assert amiss(examine(settings_in(seeded_home), mend=True)) == []


def test_overlong_passages_are_split_again(seeded_home: Path) -> None:
    change(
        seeded_home,
        "UPDATE passages SET start = 0, end = (SELECT length(text) FROM articles WHERE id = article_id) "
        "WHERE article_id = 'wind-farm-marren-post'",
    )
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "warning")]
    assert "longer than the embedder reads" in told(findings)
    assert amiss(examine(settings_in(seeded_home), mend=True)) == []


def test_changed_text_is_found_and_not_covered_up(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE articles SET text = text || ' Forged.' WHERE id = 'wind-farm-marren-post'")
    for mend in (False, True):
        findings = examine(settings_in(seeded_home), mend=mend)
        assert amiss(findings) == [("collection default", "problem")]
        assert "not as they were kept: 1 (wind-farm-marren-post)" in told(findings)


def test_deleted_orphan_vectors_are_reported(seeded_home: Path) -> None:
    change(seeded_home, "INSERT INTO orphan_vectors VALUES ('left-behind')")
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == []
    assert "left by an interrupted run, deleted at this start: 1" in told(findings)


@pytest.mark.parametrize("broken", ["catalogue.db", "vectors/chroma.sqlite3"])
def test_broken_files_are_findings(seeded_home: Path, broken: str) -> None:
    shutil.copytree(seeded_home / "collections/default", seeded_home / "collections/whole")
    (seeded_home / "collections/default" / broken).write_bytes(os.urandom(20_000))
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "problem")]
    assert "everything fits together" in findings[-1].text
    assert findings[-1].about == "collection whole"


def test_another_embedder_is_a_finding(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE metadata SET value = 'another' WHERE key = 'embedder'")
    findings = examine(settings_in(seeded_home))
    assert amiss(findings) == [("collection default", "problem")]
    assert "made with the embedder 'another'" in told(findings)


def test_only_the_named_collection_is_looked_at(seeded_home: Path) -> None:
    (seeded_home / "collections/other").mkdir()
    (seeded_home / "collections/other/catalogue.db").write_bytes(b"broken" * 100)
    assert amiss(examine(settings_in(seeded_home), collection="default")) == []
    assert amiss(examine(settings_in(seeded_home), collection="nowhere")) == [
        ("collection nowhere", "problem")
    ]


def test_corrupt_weights_are_found(home: Path) -> None:
    (home / "models").unlink()
    folder = home / "models/all-MiniLM-L6-v2"
    shutil.copytree(MODELS / "all-MiniLM-L6-v2", folder)
    assert amiss(examine(settings_in(home), deep=True)) == []
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"flipped")
    findings = examine(settings_in(home))
    # A damaged embedder must not mend an archive.
    assert amiss(findings) == [("minilm", "problem"), ("archive", "warning")]
    assert "quoth models pull --replace" in told(findings)
    (folder / "tokenizer.json").write_text("{")
    assert amiss(examine(settings_in(home))) == [("minilm", "problem"), ("archive", "warning")]


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("clever", "QUOTH_MODEL is 'clever'"),
        ("local:9b", "no model is called 'local:9b'"),
        ("/nowhere/model.gguf", "where there is no file"),
    ],
)
def test_a_model_that_is_not_there_is_a_finding(home: Path, model: str, text: str) -> None:
    findings = examine(settings_in(home, model=model))
    assert [level for _, level in amiss(findings)] == ["problem"]
    assert text in told(findings)


def test_a_file_that_is_no_model_is_a_finding(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"nonsense")
    assert "is not a GGUF file" in told(examine(settings_in(home, model=str(file))))
    file.write_bytes(b"GGUF....")
    assert amiss(examine(settings_in(home, model=str(file)))) == []


def test_little_space_is_a_finding(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "LITTLE_FREE_BYTES", 10**18)
    assert amiss(examine(settings_in(home))) == [("disk", "warning")]
    monkeypatch.setattr(diagnostics, "NO_FREE_BYTES", 10**18)
    assert amiss(examine(settings_in(home))) == [("disk", "problem")]


def test_too_many_threads_and_a_home_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    findings = examine(settings_in(file, threads=256))
    assert amiss(findings) == [("settings", "warning"), ("home", "problem")]
