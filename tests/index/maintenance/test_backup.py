"""Collections saved to a file and made again from it."""

from __future__ import annotations

import io
import json
import shutil
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from index.embedding.embedder import SentenceEmbedder, TextTokenizer, Vectors
from index.errors import ArchiveEmpty, CollectionInvalid, SnapshotInvalid
from index.library import Library
from index.maintenance import backup_file
from index.maintenance.backup_file import verify_backup
from index.schemas import Article
from index.storage.folders.folder_storage import FolderStorage
from index.storage.generations import Generation
from index.storage.protocols import CLOSED
from qa.assistant import Assistant
from qa.cli import main
from qa.schemas import Thresholds
from qa.web.api import create_api
from tests.index.embedding.hashing_embedder import HashingEmbedder

ODD = Article(
    id="a/1 🚢",
    text="The “Astrid” 🚢 left\u2028at 18:40.\r\nNobody was hurt.",
    title="Ferry\0",
    url="https://example.org/1",
    date=date(2024, 3, 2),
    source="Coast Herald",
    origin="/news/1.txt",
)


class Counting:
    """The real embedder, which says how many texts it was given."""

    def __init__(self, embedder: SentenceEmbedder, name: str = "") -> None:
        self._embedder = embedder
        self.name = name or embedder.name
        self.languages = embedder.languages
        self.unrelated = embedder.unrelated
        self.tokens: TextTokenizer = embedder.tokens
        self.embedded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return self._embedder.encode(texts)

    def encode_query(self, query: str) -> Vectors:
        return self._embedder.encode_query(query)


@pytest.fixture
def with_other(seeded: Library) -> Library:
    """The seed articles, and a second collection with one odd article."""
    list(seeded.collection("other", make=True).add([ODD]))
    return seeded


@pytest.fixture
def counting(request: pytest.FixtureRequest, embedder: SentenceEmbedder) -> Counting:
    """The embedder of `new`, which counts; its name is another if a test gives one."""
    return Counting(embedder, getattr(request, "param", ""))


@pytest.fixture
def new(counting: Counting, tmp_path: Path) -> Iterator[Library]:
    """An empty library in another home."""
    with Library(tmp_path / "new", counting) as library:
        yield library


def exported(library: Library, file: Path, *names: str) -> Path:
    with file.open("wb") as sink:
        list(library.export(names or ["default"], sink))
    return file


def test_what_comes_back_is_what_was_there_and_nothing_is_embedded_again(
    with_other: Library, new: Library, counting: Counting, tmp_path: Path
) -> None:
    old = with_other.collection("default")
    list(old.add([ODD]))
    old.documents.metadata["thresholds"] = '{"search":0.1,"answer":0.2}'
    file = exported(with_other, tmp_path / "all.zip", "default", "other")
    assert {name: saved.articles for name, saved in verify_backup(file).collections.items()} == {
        "default": old.documents.counts()[0],
        "other": 1,
    }
    list(new.restore(file, {"default": "default", "other": "other"}))
    assert counting.embedded == 0
    restored = new.collection("default")
    assert dict(restored.documents.articles()) == dict(old.documents.articles())
    assert restored.documents.metadata.get("thresholds") == '{"search":0.1,"answer":0.2}'
    ids = sorted(old.documents.passage_ids())
    assert sorted(restored.documents.passage_ids()) == ids
    was, now = (dict(zip(*one.vectors.get(ids), strict=True)) for one in (old, restored))
    # Chroma brings each vector to the length of 1 once more.
    assert all(np.allclose(was[id_], now[id_], atol=1e-6) for id_ in ids)
    assert [hit.passage for hit in restored.search("Which ferry left?", k=3)] == [
        hit.passage for hit in old.search("Which ferry left?", k=3)
    ]
    assert new.names() == ["default", "other"]


@pytest.mark.parametrize("counting", ["another"], indirect=True)
def test_another_embedder_makes_its_own_vectors(
    with_other: Library, new: Library, counting: Counting, tmp_path: Path
) -> None:
    list(new.restore(exported(with_other, tmp_path / "other.zip", "other"), {"other": "renamed"}))
    assert counting.embedded == 1
    assert new.names() == ["renamed"] and new.outdated() == {}
    assert new.collection("renamed").documents.article(ODD.id) == ODD


def test_passages_are_those_of_the_file(tmp_path: Path) -> None:
    text = " ".join(f"Boat number {number} left the harbour of Marren at dawn." for number in range(40))
    file = tmp_path / "saved.zip"
    with Library(tmp_path / "old", HashingEmbedder("one", limit=60)) as library:
        list(library.collection("default", make=True).add([Article(id="boats", text=text)]))
        spans = library.collection("default").documents.passage_spans("boats")
        exported(library, file)
    # The same embedder, and a later version that divides articles in another way.
    later, another = HashingEmbedder("one", limit=90), HashingEmbedder("another", limit=90)
    with Library(tmp_path / "new", later) as library:
        list(library.restore(file, {"default": "default"}))
        assert library.collection("default").documents.passage_spans("boats") == spans
        assert not later.embedded
    with Library(tmp_path / "other", another) as library:
        list(library.restore(file, {"default": "default"}))
        assert len(library.collection("default").documents.passage_spans("boats")) < len(spans)
    assert another.embedded


@pytest.mark.parametrize("span", [[0, 1000], [-3, 4], [4, 4], [4], ["a", "b"]])
def test_passages_that_are_not_in_the_text_are_refused(tmp_path: Path, span: list[object]) -> None:
    file = tmp_path / "saved.zip"
    with Library(tmp_path / "old", HashingEmbedder("one")) as library:
        list(library.collection("default", make=True).add([Article(id="boats", text="A boat left.")]))
        exported(library, file)
    with zipfile.ZipFile(file) as archive:
        fields = json.loads(archive.read("default/articles.jsonl"))
        manifest = json.loads(archive.read("manifest.json"))
    articles = json.dumps(fields | {"passages": [span]}).encode() + b"\n"
    manifest["sha256"]["default/articles.jsonl"] = sha256(articles).hexdigest()
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            changed = {"default/articles.jsonl": articles, "manifest.json": json.dumps(manifest).encode()}
            new.writestr(name, changed.get(name, old.read(name)))
    with Library(tmp_path / "new", HashingEmbedder("one")) as library:
        with pytest.raises(SnapshotInvalid, match="cannot be imported"):
            list(library.restore(bad, {"default": "default"}))
        assert library.names() == [] and not list(tmp_path.glob("new/collections/.importing/*"))


def test_adding_and_removing_meanwhile_changes_nothing_of_the_file(
    library: Library, new: Library, counting: Counting, tmp_path: Path
) -> None:
    collection = library.collection("default", make=True)
    before = [Article(id=f"old{n}", text=f"The harbour master counted {n} boats.") for n in range(40)]
    list(collection.add(before))
    sink = io.BytesIO()
    steps = library.export(["default"], sink)
    next(steps)
    later = (Article(id=f"new{n}", text=f"A storm was seen {n} times.") for n in range(40))
    writer = threading.Thread(target=lambda: list(collection.add(later)))
    writer.start()
    collection.remove(["old39"])
    list(collection.add([Article(id="old38", text="Something else altogether.")]))
    writer.join()
    list(steps)
    file = tmp_path / "saved.zip"
    file.write_bytes(sink.getvalue())
    list(new.restore(file, {"default": "default"}))
    articles = {article.id: article for article, _ in new.collection("default").documents.articles()}
    assert articles == {article.id: article for article in before}
    assert counting.embedded == 2  # those whose vectors were gone before their turn


def test_a_damaged_file_is_refused_and_changes_nothing(with_other: Library, tmp_path: Path) -> None:
    good = exported(with_other, tmp_path / "good.zip", "other").read_bytes()
    bad = tmp_path / "bad.zip"
    for at in range(0, len(good), max(1, len(good) // 60)):
        bad.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            manifest = verify_backup(bad)
        except SnapshotInvalid as error:
            assert str(bad) in str(error) and "export it again" in str(error)
        else:
            # A byte that says nothing of the content, such as a time.
            assert manifest == verify_backup(tmp_path / "good.zip")
    for content in (b"", b"no zip", good[: len(good) // 2], good[:-30]):
        bad.write_bytes(content)
        with pytest.raises(SnapshotInvalid, match="cannot be imported"):
            list(with_other.restore(bad, {"other": "third"}))
    with pytest.raises(SnapshotInvalid, match="No such file"):
        verify_backup(tmp_path / "missing.zip")
    assert with_other.names() == ["default", "other"]


class Notes:
    """What an export may hold beside the collections."""

    def __init__(self, **contents: bytes) -> None:
        self._contents = contents
        self.added: dict[str, bytes] = {}

    def contents(self) -> Mapping[str, bytes]:
        return self._contents

    def check(self, contents: Mapping[str, bytes]) -> None:
        if b"unreadable" in contents.values():
            raise SnapshotInvalid("a note cannot be read")

    @contextmanager
    def adding(self, contents: Mapping[str, bytes]) -> Iterator[None]:
        yield
        self.added |= contents


def test_attachments_come_back_whole_or_not_at_all(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(library.collection("default", make=True).add([ODD]))
    notes = Notes(notes=b"one", more=b"two \x00\xff")
    file = tmp_path / "saved.zip"
    with file.open("wb") as sink:
        list(library.export(["default"], sink, attachments=notes))
    list(library.restore(file, {"default": "second"}, attachments=notes))
    assert notes.added == notes.contents()
    # Versions that know of no attachments expect no other members here.
    assert verify_backup(file).sha256.keys() == {"default/articles.jsonl", "default/vectors.npy"}
    with pytest.raises(SnapshotInvalid, match=r"notes in it does not match its digest"):
        list(library.restore(rewritten(file, tmp_path / "bad.zip", notes="changed"), {"default": "third"}))
    monkeypatch.setattr(backup_file, "MAX_ATTACHMENT_BYTES", 3)
    with pytest.raises(SnapshotInvalid, match="more in it has more than"):
        list(library.restore(file, {"default": "third"}, attachments=notes))
    assert library.names() == ["default", "second"]


def test_attachments_are_checked_before_anything_is_written(
    seeded: Library, embedder: SentenceEmbedder, tmp_path: Path
) -> None:
    notes, file = Notes(notes=b"unreadable"), tmp_path / "saved.zip"
    with file.open("wb") as sink:
        list(seeded.export(["default"], sink, attachments=notes))
    with Library(tmp_path / "other", embedder) as library:
        with pytest.raises(SnapshotInvalid, match="a note cannot be read"):
            next(iter(library.restore(file, {"default": "default"}, attachments=notes)))
        assert not (tmp_path / "other/collections").exists()
        assert list(library.restore(file, {"default": "default"}))  # without them


class Overtaken(FolderStorage):
    """Another process always puts its own collections in use first."""

    def install(self, new: Generation, *, copy_of: Generation | None = None) -> bool:
        raise ArchiveEmpty(CLOSED)


def test_attachments_are_not_added_where_the_collections_are_not(
    seeded: Library, embedder: SentenceEmbedder, tmp_path: Path
) -> None:
    notes, file = Notes(notes=b"one"), tmp_path / "saved.zip"
    with file.open("wb") as sink:
        list(seeded.export(["default"], sink, attachments=notes))
    other = tmp_path / "other"
    with Library(other, embedder, storage=Overtaken(other)) as library:
        with pytest.raises(ArchiveEmpty, match="try again"):
            list(library.restore(file, {"default": "default"}, attachments=notes))
        assert library.names() == [] and notes.added == {}


def rewritten(file: Path, to: Path, **members: str) -> Path:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.partition(".")[0], old.read(name)))
    return to


def test_what_does_not_fit_is_refused(seeded: Library, tmp_path: Path) -> None:
    file = exported(seeded, tmp_path / "saved.zip")
    with pytest.raises(SnapshotInvalid, match=r"'default' already.*--as.*--replace"):
        list(seeded.restore(file, {"default": "default"}))
    with pytest.raises(CollectionInvalid):
        list(seeded.restore(file, {"default": "../evil"}))
    manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    newer = json.dumps(manifest | {"format": 2})
    with pytest.raises(SnapshotInvalid, match="format 2, and this version of Quoth reads 1"):
        verify_backup(rewritten(file, tmp_path / "newer.zip", manifest=newer))
    evil = json.dumps(manifest | {"collections": {"../evil": manifest["collections"]["default"]}})
    with pytest.raises((SnapshotInvalid, CollectionInvalid)):
        verify_backup(rewritten(file, tmp_path / "evil.zip", manifest=evil))
    with pytest.raises(ArchiveEmpty):
        list(seeded.export(["none"], io.BytesIO()))


def test_one_that_is_replaced_is_as_it_was(seeded: Library, tmp_path: Path) -> None:
    file = exported(seeded, tmp_path / "saved.zip")
    before = seeded.collection("default").documents.counts()
    list(seeded.collection("default").add([ODD]))
    list(seeded.restore(file, {"default": "default"}, replace=True))
    assert seeded.collection("default").documents.counts() == before
    assert seeded.collection("default").search("ferry", k=1)


def test_commands_and_addresses(seeded_home: Path, embedder: SentenceEmbedder, tmp_path: Path) -> None:
    def quoth(*words: str | Path) -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, [*map(str, words), "--home", str(seeded_home)])
        return done.exit_code, done.stdout, done.stderr

    file = tmp_path / "saved.zip"
    code, out, err = quoth("export", file)
    assert (code, err) == (0, "") and out.startswith(str(file))
    assert not list(tmp_path.glob("*.part"))
    assert quoth("import", file)[0] == 1
    code, out, _ = quoth("import", file, "--as", "copy")
    assert code == 0 and out.startswith("imported ")
    assert quoth("export", tmp_path / "none.zip", "--collection", "none")[0] == 1
    assert not (tmp_path / "none.zip").exists()
    with Library(seeded_home, embedder) as library:
        assistant = Assistant(library, None, evidence_tokens=360)
        assistant.set_thresholds(Thresholds(search=0.3, answer=0.4), collection="copy")
        web = TestClient(create_api(assistant), raise_server_exceptions=False)
        saved = web.get("/api/export", params={"collection": "copy"})
        assert saved.headers["content-type"] == "application/zip"
        kind = {"content-type": "application/zip"}
        again = web.post("/api/import", content=saved.content, headers=kind)
        assert again.status_code == 422 and "'copy' already" in again.json()["detail"]
        assert web.post("/api/import?name=third", content=saved.content, headers=kind).status_code == 204
        assert assistant.thresholds("third") == Thresholds(search=0.3, answer=0.4)
        assert (
            web.post("/api/import", content=b"x", headers=kind).json()["type"] == "urn:quoth:snapshot-invalid"
        )
        assert web.post("/api/import", content=saved.content).status_code == 415
        assert web.get("/api/export", params={"collection": "none"}).status_code == 409
        listed = web.get("/api/collections").json()["collections"]
        assert [one["name"] for one in listed] == ["copy", "default", "third"]
        shutil.rmtree(seeded_home / "collections" / "third")
