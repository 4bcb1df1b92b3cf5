"""What moves from one archive to another in an exported file, keys and feedback included."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from index.maintenance.backup_file import BackupManifest, verify_backup
from index.schemas import Article
from qa.assistant import Assistant
from qa.auth import Caller, on_behalf_of
from qa.cli import main
from qa.errors import ServerUnavailable
from qa.settings import read_settings
from qa.telemetry import feedback
from qa.telemetry.feedback import Feedback, FeedbackFile
from qa.web.api import create_api
from qa.web.app import protect
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from qa.web.state.attachments import StateAttachments
from qa.web.state.state import local_state, open_state
from tests.conftest import MODELS
from tests.serving import serving

ZIP = {"content-type": "application/zip"}


@dataclass
class Archive:
    """An archive in a home, or on servers, used by commands."""

    home: Path
    environment: dict[str, str]

    def quoth(self, *arguments: str | Path) -> tuple[int, str]:
        """The exit code of a command, and what it says on standard error."""
        done = CliRunner().invoke(
            main.app, [*map(str, arguments), "--home", str(self.home)], env=self.environment
        )
        return done.exit_code, done.stderr.replace("\n", " ")

    def export(self, file: Path, *options: str) -> BackupManifest:
        code, said = self.quoth("export", file, *options)
        assert code == 0, said
        return verify_backup(file)

    @contextmanager
    def assistant(self, embedder: SentenceEmbedder) -> Iterator[Assistant]:
        """What a server uses, with keys and feedback."""
        state = StateAttachments(local_state(self.home))
        with (
            Library(self.home, embedder) as library,
            Assistant(library, None, 360, attachments=state) as assistant,
        ):
            yield assistant


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Archive]:
    """Makes an empty archive."""

    def make(name: str, environment: dict[str, str] | None = None) -> Archive:
        (tmp_path / name).mkdir()
        (tmp_path / name / "models").symlink_to(MODELS, target_is_directory=True)
        return Archive(tmp_path / name, environment or {})

    return make


def thumb(question: str) -> Feedback:
    return Feedback(at=datetime.now(UTC), verdict="down", question=question, answer="It “was” \x00.")


@pytest.fixture
def first(make: Callable[..., Archive], embedder: SentenceEmbedder) -> Iterator[Archive]:
    """An article, two keys and two entries of feedback."""
    archive = make("first")
    with Library(archive.home, embedder) as library:
        list(library.add("default", [Article(id="ferry", text="The ferry Alda burned off Marren.")]))
    for question in ("What burned?", "Who was hurt?"):
        FeedbackFile(archive.home).add(thumb(question))
    yield archive


@pytest.fixture
def tokens(first: Archive) -> dict[str, str]:
    keys = ApiKeyFile(first.home)
    return {"desk": keys.add("desk", "editor", ["default", "press"]), "Ömer": keys.add("Ömer", "admin")}


@pytest.mark.parametrize("kind", ["home", pytest.param("servers", marks=pytest.mark.distributed)])
def test_an_archive_moves_there_and_back_with_keys_and_feedback(
    kind: str,
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    environment = {}
    if kind == "servers":
        servers = request.getfixturevalue("servers")
        environment = {"QUOTH_DATABASE_URL": servers.new_database(), "QUOTH_CHROMA_URL": servers.chroma_url}
    second, third = make("second", environment), make("third")
    files = [tmp_path / f"{number}.zip" for number in range(3)]
    manifests = [first.export(files[0])]
    for number, archive in enumerate((second, third), 1):
        code, said = archive.quoth("import", files[number - 1])
        assert code == 0 and "keys added: desk (editor), Ömer (admin)" in said, said
        manifests.append(archive.export(files[number]))
    assert manifests[0].attachments.keys() == {"keys.json", "feedback.jsonl"}
    for manifest in manifests[1:]:
        assert manifest.sha256 == manifests[0].sha256
        assert manifest.attachments == manifests[0].attachments
    former = ApiKeyFile(first.home)
    with open_state(read_settings(home=second.home, **settings_of(environment))) as state:
        for token in tokens.values():
            assert state.keys.find(token) == former.find(token)
        assert list(state.feedback.read()) == list(FeedbackFile(first.home).read())


def settings_of(environment: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("QUOTH_").lower(): value for name, value in environment.items()}


def test_no_secret_is_in_the_file_and_only_its_owner_reads_it(
    first: Archive, tokens: dict[str, str], tmp_path: Path
) -> None:
    first.export(tmp_path / "all.zip")
    assert (tmp_path / "all.zip").stat().st_mode & 0o77 == 0
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        content = b"".join(map(archive.read, archive.namelist()))
    assert all(ApiKeyFile(first.home).find(token) for token in tokens.values())
    assert not any(token.encode() in content for token in tokens.values())


def test_what_is_there_stays_and_nothing_is_doubled(
    first: Archive, tokens: dict[str, str], make: Callable[..., Archive], tmp_path: Path
) -> None:
    first.export(tmp_path / "all.zip")
    second = make("second")
    own = ApiKeyFile(second.home).add("desk", "reader")
    FeedbackFile(second.home).add(thumb("Is it open?"))
    code, said = second.quoth("import", tmp_path / "all.zip")
    assert code == 0 and "keys added: Ömer (admin)" in said
    assert "left out, since there are others of these names: desk" in said
    code, said = second.quoth("import", tmp_path / "all.zip", "--replace")
    assert code == 0 and "keys added" not in said
    keys = ApiKeyFile(second.home)
    assert keys.find(own) and keys.find(tokens["Ömer"]) and not keys.find(tokens["desk"])
    asked = [one.question for one in FeedbackFile(second.home).read()]
    assert asked == ["Is it open?", "What burned?", "Who was hurt?"]


def test_articles_can_move_alone(
    first: Archive, tokens: dict[str, str], make: Callable[..., Archive], tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    for options in (["--articles-only"], ["--collection", "default"]):
        assert first.export(tmp_path / "some.zip", *options).attachments == {}
    first.export(file)
    for number, options in enumerate((["--articles-only"], ["--as", "other"])):
        archive = make(f"moved{number}")
        code, said = archive.quoth("import", file, *options)
        assert (code, said) == (0, "")
        assert not ApiKeyFile(archive.home).exist() and not list(FeedbackFile(archive.home).read())


def rewritten(file: Path, **changes: bytes) -> Path:
    """The file with other contents of members, by the first part of their names; the digests fit."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {name: changes.get(name.partition(".")[0], content) for name, content in members.items()}
    manifest = json.loads(members["manifest.json"])
    for name in manifest.get("attachments", {}):
        manifest["attachments"][name] = sha256(members[name]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    new = file.with_name(f"re-{file.name}")
    with zipfile.ZipFile(new, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return new


def test_exports_of_earlier_versions_are_read(
    first: Archive, make: Callable[..., Archive], tmp_path: Path
) -> None:
    first.export(tmp_path / "new.zip", "--articles-only")
    manifest = json.loads(zipfile.ZipFile(tmp_path / "new.zip").read("manifest.json"))
    assert manifest["format"] == 1 and manifest.pop("attachments") == {}
    old = rewritten(tmp_path / "new.zip", manifest=json.dumps(manifest).encode())
    assert make("second").quoth("import", old) == (0, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "emperor"), ("digest", "é" * 64), ("digest", "0a"), ("collections", ["press", "a\0"])],
)
def test_keys_of_another_version_are_refused_and_nothing_is_imported(
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    tmp_path: Path,
    field: str,
    value: object,
) -> None:
    first.export(tmp_path / "new.zip")
    keys = [key.model_dump(mode="json") | {field: value} for key in ApiKeyFile(first.home).all()]
    file, second = rewritten(tmp_path / "new.zip", keys=json.dumps(keys).encode()), make("second")
    code, said = second.quoth("import", file)
    assert code == 1 and "keys.json" in said and "--articles-only" in said
    assert_empty(second)
    assert second.quoth("import", file, "--articles-only") == (0, "")


def assert_empty(archive: Archive) -> None:
    assert not ApiKeyFile(archive.home).exist() and not list(FeedbackFile(archive.home).read())
    assert not (archive.home / "collections").exists()  # nor what an import builds


def test_keys_are_not_valid_where_the_feedback_does_not_fit(
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first.export(tmp_path / "all.zip")
    second = make("second")
    monkeypatch.setattr(feedback, "MAX_FILE_BYTES", 200)
    code, said = second.quoth("import", tmp_path / "all.zip")
    assert code == 1 and "no more is stored" in said and "keys added" not in said
    assert_empty(second)
    monkeypatch.undo()
    code, said = second.quoth("import", tmp_path / "all.zip")
    assert code == 0 and "keys added: desk (editor), Ömer (admin)" in said


def test_a_server_checks_keys_and_feedback_before_it_writes_articles(
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    tmp_path: Path,
    embedder: SentenceEmbedder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first.export(tmp_path / "new.zip")
    second = make("second")
    with (
        Library(second.home, embedder) as library,
        Assistant(library, None, 360, attachments=StateAttachments(local_state(second.home))) as assistant,
    ):
        client = TestClient(create_api(assistant))

        def sent(file: Path) -> tuple[int, str]:
            reply = client.post("/api/import", content=file.read_bytes(), headers=ZIP)
            return reply.status_code, reply.text

        code, said = sent(rewritten(tmp_path / "new.zip", keys=b"[{}]"))
        assert code == 422 and "keys.json" in said
        assert_empty(second)
        with monkeypatch.context() as patch:
            patch.setattr(feedback, "MAX_FILE_BYTES", 200)
            code, said = sent(tmp_path / "new.zip")
        assert 500 <= code < 600 and "no more is stored" in said
        assert_empty(second)
        (second.home / "keys.json").write_text("damaged")
        code, said = sent(tmp_path / "new.zip")
        assert code >= 500 and "keys.json" in said
        assert not (second.home / "collections").exists()
        (second.home / "keys.json").unlink()
        assert sent(tmp_path / "new.zip")[0] == 204


def test_keys_that_were_added_are_named_where_the_response_is_lost(
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first.export(tmp_path / "all.zip")
    restore = Assistant.restore

    def restore_and_fail(self: Assistant, *given: Any, **named: Any) -> Iterator[None]:
        yield from restore(self, *given, **named)
        raise ServerUnavailable("the server does not answer; try again")

    monkeypatch.setattr(Assistant, "restore", restore_and_fail)
    code, said = make("second").quoth("import", tmp_path / "all.zip")
    assert code == 1 and "keys added: desk (editor), Ömer (admin)" in said and "not answer" in said


def test_a_server_gives_keys_to_its_owner_alone_and_takes_them_from_nobody_else(
    first: Archive, tokens: dict[str, str], make: Callable[..., Archive], embedder: SentenceEmbedder
) -> None:
    admin = Caller(name="Ömer", role="admin")
    with first.assistant(embedder) as assistant:
        client = TestClient(create_api(assistant))
        whole = client.get("/api/export").content
        assert b"keys.json" in whole and b"feedback.jsonl" in whole
        assert b"keys.json" not in client.get("/api/export?articles_only=true").content
        with on_behalf_of(admin):
            assert b"keys.json" not in client.get("/api/export").content
    second = make("second")
    with second.assistant(embedder) as assistant:
        client = TestClient(create_api(assistant))
        with on_behalf_of(admin):
            assert client.post("/api/import", content=whole, headers=ZIP).status_code == 204
        assert not ApiKeyFile(second.home).exist() and not list(FeedbackFile(second.home).read())


@pytest.mark.parametrize("is_owner", [True, False])
def test_without_keys_the_owner_is_whoever_has_the_token(
    first: Archive,
    tokens: dict[str, str],
    make: Callable[..., Archive],
    embedder: SentenceEmbedder,
    is_owner: bool,
) -> None:
    first.export(first.home / "all.zip")
    second = make("second")
    home = second.home
    FeedbackFile(home).add(thumb("Is it open?"))
    with second.assistant(embedder) as assistant:
        app = protect(create_api(assistant), ServerAccess(owner_token="quoth_owner"), ApiKeyFile(home))
        headers = {"authorization": "Bearer quoth_owner"} if is_owner else {}
        client = TestClient(app, base_url="http://localhost", headers=headers)
        content = (first.home / "all.zip").read_bytes()
        assert client.post("/api/import", content=content, headers=ZIP).status_code == 204
        assert ApiKeyFile(home).exist() is is_owner
        assert len(list(FeedbackFile(home).read())) == (3 if is_owner else 1)
        assert (b"feedback.jsonl" in client.get("/api/export").content) is is_owner


@pytest.mark.slow
def test_commands_move_keys_through_a_running_server(
    first: Archive, tokens: dict[str, str], make: Callable[..., Archive], tmp_path: Path
) -> None:
    before = first.export(tmp_path / "before.zip")
    with serving(make("second").home) as server:
        code, _, said = server.quoth("import", tmp_path / "before.zip")
        assert code == 0 and "keys added: desk (editor), Ömer (admin)" in said.replace("\n", " ")
        # The server asks for a key from now on; the command has the owner's.
        assert httpx.get(f"{server.url}/api/collections", trust_env=False).status_code == 401
        headers = {"authorization": f"Bearer {tokens['Ömer']}"}
        assert httpx.get(f"{server.url}/api/collections", headers=headers, trust_env=False).is_success
        assert server.quoth("export", tmp_path / "after.zip")[0] == 0
    after = verify_backup(tmp_path / "after.zip")
    assert (after.sha256, after.attachments) == (before.sha256, before.attachments)
