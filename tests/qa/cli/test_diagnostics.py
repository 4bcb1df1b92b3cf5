"""`quoth doctor` finds and reports problems in any state of the installation."""

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
from index.errors import ArchiveBroken
from index.library import Library
from index.maintenance import integrity
from index.storage.protocols import VectorMetadata
from qa.cli import diagnostics
from qa.cli.diagnostics import examine
from qa.cli.findings import UNKNOWN_STEP, Finding, problem_of
from qa.settings import Settings, read_settings
from qa.web.auth.api_keys import ApiKeyFile
from tests.conftest import MODELS


def settings_in(home: Path, **given: object) -> Settings:
    return read_settings(home=home, **({"model": "none"} | given))


def problems(findings: list[Finding]) -> list[tuple[str, str]]:
    assert all(finding.mend for finding in findings if finding.level != "ok")
    return [(finding.about, finding.level) for finding in findings if finding.level != "ok"]


def text_of(findings: list[Finding]) -> str:
    return "\n".join(f"{finding.text}; {finding.mend}" for finding in findings)


def change(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "collections/default/catalogue.db")) as db, db:
        db.execute(sql)


def test_a_healthy_home_has_no_problems(seeded_home: Path) -> None:
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == []
    assert [finding.about for finding in findings] == [
        "settings",
        "home",
        "disk",
        "minilm",
        "archive",
        "collection default",
    ]
    assert findings[-1].text.endswith("everything is consistent")


def test_a_new_home_lacks_only_weights(home: Path) -> None:
    findings = examine(settings_in(home / "new" / "still newer"))
    assert problems(findings) == [("minilm", "problem"), ("archive", "warning")]
    assert problems(examine(settings_in(home))) == []


@pytest.mark.slow
def test_missing_and_orphaned_vectors_are_fixed(seeded_home: Path, embedder: SentenceEmbedder) -> None:
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
    assert problems(findings) == [("collection default", "problem"), ("collection default", "warning")]
    assert "quoth doctor --mend" in text_of(findings)
    mended = examine(settings_in(seeded_home), mend=True)
    assert problems(mended) == []
    assert "everything is consistent" in text_of(mended)
    assert problems(examine(settings_in(seeded_home))) == []
    with Library(seeded_home, embedder) as library:
        assert len(library.collection("default").search("Vey Bridge", k=3)) == len(before)


@pytest.mark.slow
def test_lost_vectors_are_computed_again(seeded_home: Path) -> None:
    shutil.rmtree(seeded_home / "collections/default/vectors")
    assert problems(examine(settings_in(seeded_home))) == [("collection default", "problem")]
    assert problems(examine(settings_in(seeded_home), mend=True)) == []


@pytest.mark.slow
def test_damaged_vectors_are_computed_again(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        vectors = library.collection("default").vectors
        ids, found = vectors.get(sorted(vectors.ids()))
        label = VectorMetadata(article_id="", source="", date=None)
        for _ in range(1_200 // len(ids)):  # beyond a thousand writes, Chroma trusts the files of its index
            vectors.put(ids, found, [label] * len(ids))
    [segment] = [path for path in (seeded_home / "collections/default/vectors").iterdir() if path.is_dir()]
    for name in ("data_level0.bin", "header.bin"):
        (segment / name).write_bytes(np.random.default_rng(1).bytes((segment / name).stat().st_size))
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "problem")]
    assert "the vectors are damaged" in text_of(findings) and "quoth doctor --mend" in text_of(findings)
    mended = examine(settings_in(seeded_home), mend=True)
    assert problems(mended) == []
    assert "damaged vectors, dropped" in text_of(mended)
    with Library(seeded_home, embedder) as library:
        assert library.collection("default").search("Who will operate the wind farm?", k=3)


@pytest.mark.slow
@pytest.mark.parametrize("empty", [False, True])
def test_vectors_of_a_lost_catalogue_are_kept(seeded_home: Path, empty: bool) -> None:
    catalogue = seeded_home / "collections/default/catalogue.db"
    for file in catalogue.parent.glob("catalogue.db*"):
        file.unlink()
    if empty:
        catalogue.touch()
    before = {path: path.stat().st_size for path in catalogue.parent.rglob("*.bin")}
    for mend in (False, True):
        findings = examine(settings_in(seeded_home), mend=mend)
        assert problems(findings) == [("collection default", "problem")]
        assert "quoth import" in text_of(findings) and "--mend" not in text_of(findings)
    assert before == {path: path.stat().st_size for path in catalogue.parent.rglob("*.bin")}


@pytest.mark.slow
def test_vectors_of_an_older_catalogue_are_kept(seeded_home: Path, embedder: SentenceEmbedder) -> None:
    with Library(seeded_home, embedder) as library:
        passages = library.collection("default").documents.counts()[1]
    assert passages > 15
    keep = "(SELECT id FROM articles LIMIT 2)"
    change(
        seeded_home,
        f"DELETE FROM passage_fts WHERE rowid IN (SELECT row FROM passages WHERE article_id NOT IN {keep})",
    )
    change(seeded_home, f"DELETE FROM passages WHERE article_id NOT IN {keep}")
    change(seeded_home, "DELETE FROM articles WHERE id NOT IN (SELECT article_id FROM passages)")
    for mend in (False, True):
        findings = examine(settings_in(seeded_home), mend=mend)
        assert problems(findings) == [("collection default", "problem")]
        assert "vectors of articles that the catalogue lacks" in text_of(findings)
    with Library(seeded_home, embedder) as library:
        assert library.collection("default").vectors.count() == passages


@pytest.mark.slow
def test_broken_keys_are_a_finding(seeded_home: Path) -> None:
    keys = ApiKeyFile(seeded_home)
    keys.add("somebody", "reader")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [] and "API keys: 1" in text_of(findings)
    (seeded_home / "keys.json").write_text("[{")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("keys", "problem")]
    assert "restore the file, or remove it and make new keys" in text_of(findings)
    assert findings[-1].text.endswith("everything is consistent")


@pytest.mark.parametrize(
    ("message", "text", "mend"),
    [
        ("it is broken; mend it", "it is broken", "mend it"),
        ("it is broken; badly; mend it", "it is broken; badly", "mend it"),
        ("it is broken (a; b)", "it is broken (a; b)", UNKNOWN_STEP),
        (
            "it is broken (a; b); mend it (or not; as well)",
            "it is broken (a; b)",
            "mend it (or not; as well)",
        ),
        ("it is broken", "it is broken", UNKNOWN_STEP),
    ],
)
def test_a_message_is_split_into_what_happened_and_the_next_step(message: str, text: str, mend: str) -> None:
    found = problem_of("x", ArchiveBroken(message))
    assert (found.text, found.mend) == (text, mend)


@pytest.mark.slow
def test_missing_keyword_entries_are_added(seeded_home: Path) -> None:
    change(seeded_home, "DELETE FROM passage_fts WHERE rowid < 5")
    findings = examine(settings_in(seeded_home))
    assert "passages missing from the keyword index: 4" in text_of(findings)
    assert problems(examine(settings_in(seeded_home), mend=True)) == []


@pytest.mark.slow
def test_keywords_without_a_passage_are_dropped(seeded_home: Path) -> None:
    change(seeded_home, "INSERT INTO passage_fts (rowid, title, text) VALUES (99999, 'gone', 'gone')")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "warning")]
    assert "keyword entries without a passage: 1 (99999)" in text_of(findings)
    assert problems(examine(settings_in(seeded_home), mend=True)) == []


@pytest.mark.slow
def test_articles_without_a_passage_are_split_again(seeded_home: Path) -> None:
    own = "article_id = 'wind-farm-marren-post'"
    change(seeded_home, f"DELETE FROM passage_fts WHERE rowid IN (SELECT row FROM passages WHERE {own})")
    change(seeded_home, f"INSERT INTO orphan_vectors SELECT id FROM passages WHERE {own}")
    change(seeded_home, f"DELETE FROM passages WHERE {own}")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "problem")]
    assert "articles without a passage, invisible to search: 1 (wind-farm-marren-post)" in text_of(findings)
    mended = examine(settings_in(seeded_home), mend=True)
    assert problems(mended) == []
    assert "everything is consistent" in text_of(mended)


@pytest.mark.slow
def test_passages_beyond_their_article_are_split_again(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE passages SET end = start WHERE row = 3")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "problem")]
    assert "passages outside the text of their article: 1" in text_of(findings)
    assert problems(examine(settings_in(seeded_home), mend=True)) == []


@pytest.mark.slow
def test_overlong_passages_are_split_again(seeded_home: Path) -> None:
    change(
        seeded_home,
        "UPDATE passages SET start = 0, end = (SELECT length(text) FROM articles WHERE id = article_id) "
        "WHERE article_id = 'wind-farm-marren-post'",
    )
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "warning")]
    assert "longer than the embedder's limit" in text_of(findings)
    assert problems(examine(settings_in(seeded_home), mend=True)) == []


def test_changed_text_is_reported_and_not_hidden(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE articles SET text = text || ' Forged.' WHERE id = 'wind-farm-marren-post'")
    for mend in (False, True):
        findings = examine(settings_in(seeded_home), mend=mend)
        assert problems(findings) == [("collection default", "problem")]
        assert "articles that changed on disk: 1 (wind-farm-marren-post)" in text_of(findings)


@pytest.mark.slow
def test_removed_orphan_vectors_are_reported(seeded_home: Path) -> None:
    change(seeded_home, "INSERT INTO orphan_vectors VALUES ('left-behind')")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == []
    assert "left by an interrupted run, removed now: 1" in text_of(findings)


@pytest.mark.parametrize("broken", ["catalogue.db", "vectors/chroma.sqlite3"])
def test_broken_files_are_findings(seeded_home: Path, broken: str) -> None:
    shutil.copytree(seeded_home / "collections/default", seeded_home / "collections/whole")
    (seeded_home / "collections/default" / broken).write_bytes(os.urandom(20_000))
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "problem")]
    assert "everything is consistent" in findings[-1].text
    assert findings[-1].about == "collection whole"


def test_another_embedder_is_a_finding(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE metadata SET value = 'another' WHERE key = 'embedder'")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "problem")]
    assert "made with the embedder 'another'" in text_of(findings)


def test_articles_from_before_their_languages_were_told_apart_are_a_finding(seeded_home: Path) -> None:
    change(seeded_home, "UPDATE articles SET language = NULL WHERE rowid <= 2")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "warning")]
    assert "indexed before their languages were told apart: 2" in text_of(findings)
    assert any("quoth reindex" in finding.mend for finding in findings)


def test_thresholds_fitted_with_another_verifier_are_a_finding(seeded_home: Path) -> None:
    fitted = (
        """INSERT INTO metadata VALUES ('thresholds:all-MiniLM-L6-v2:%s', '{"search":0.1,"answer":0.2}')"""
    )
    change(seeded_home, fitted % "local:another 1,2,3")
    findings = examine(settings_in(seeded_home))
    assert problems(findings) == [("collection default", "warning")]
    assert "thresholds fitted with another verifier" in text_of(findings)
    assert "quoth eval QUESTIONS.jsonl --calibrate" in text_of(findings)
    change(seeded_home, fitted % "none")
    assert problems(examine(settings_in(seeded_home))) == []


def test_only_the_named_collection_is_checked(seeded_home: Path) -> None:
    (seeded_home / "collections/other").mkdir()
    (seeded_home / "collections/other/catalogue.db").write_bytes(b"broken" * 100)
    assert problems(examine(settings_in(seeded_home), collection="default")) == []
    assert problems(examine(settings_in(seeded_home), collection="nowhere")) == [
        ("collection nowhere", "problem")
    ]


def test_corrupt_weights_are_found(home: Path) -> None:
    (home / "models").unlink()
    folder = home / "models/all-MiniLM-L6-v2"
    shutil.copytree(MODELS / "all-MiniLM-L6-v2", folder)
    assert problems(examine(settings_in(home), deep=True)) == []
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"flipped")
    findings = examine(settings_in(home))
    # A damaged embedder must not mend an archive.
    assert problems(findings) == [("minilm", "problem"), ("archive", "warning")]
    assert "quoth models pull --replace" in text_of(findings)
    (folder / "tokenizer.json").write_text("{")
    assert problems(examine(settings_in(home))) == [("minilm", "problem"), ("archive", "warning")]


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
    assert [level for _, level in problems(findings)] == ["problem"]
    assert text in text_of(findings)


def test_a_file_that_is_no_model_is_a_finding(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"nonsense")
    assert "is not a GGUF file" in text_of(examine(settings_in(home, model=str(file))))
    file.write_bytes(b"GGUF....")
    assert problems(examine(settings_in(home, model=str(file)))) == []


def test_low_disk_space_is_a_finding(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "LOW_FREE_BYTES", 10**18)
    assert problems(examine(settings_in(home))) == [("disk", "warning")]
    monkeypatch.setattr(diagnostics, "MIN_FREE_BYTES", 10**18)
    assert problems(examine(settings_in(home))) == [("disk", "problem")]


def test_too_many_threads_and_a_home_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    findings = examine(settings_in(file, threads=256))
    assert problems(findings) == [("settings", "warning"), ("home", "problem")]
    [home] = [finding for finding in findings if finding.about == "home"]
    assert "move it away" in home.mend
