"""Models that somebody chose: a folder is taken as it lies, the hub is asked by `pull` alone."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from index.errors import EmbedderMismatch, WeightsCorrupt, WeightsMissing
from index.schemas import Article, Ingested
from qa.assistant import open_assistant
from qa.llm import custom
from qa.llm.embedders import list_models, open_embedder
from qa.settings import Settings, read_settings
from tests.conftest import MODELS
from tests.tinymodels import edit_json, save_embedder

REPO = "someone/tiny-embedder"
STORM = Article(id="storm", title="Storm Ottilie", text="The storm reached the coast on Monday night.")


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = "---\nlanguage: [de, fr]\n---\n"
    return save_embedder(tmp_path_factory.mktemp("models") / "tiny", card=card)


@pytest.fixture
def own(tiny_folder: Path, tmp_path: Path) -> Path:
    """A folder of one's own, which a test may change."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "own"))


def settings_in(home: Path, embedder: str | Path) -> Settings:
    return read_settings(home=home, model="none", embedder=str(embedder))


# A folder


def test_the_known_embedder_keeps_its_name(home: Path) -> None:
    for name in ("minilm", "sentence-transformers/all-MiniLM-L6-v2"):
        embedder = open_embedder(settings_in(home, name))
        assert (embedder.name, list(embedder.languages)) == ("all-MiniLM-L6-v2", ["en"])


def test_a_folder_is_an_embedder_under_a_name_that_tells_its_weights(home: Path, own: Path) -> None:
    embedder = open_embedder(settings_in(home, own))
    label, _, digest = embedder.name.partition("@")
    assert (label, len(digest)) == ("own", 12)
    assert embedder.languages == {"de", "fr"}
    assert embedder.encode(["Une phrase."]).shape[0] == 1
    assert not [path for path in own.parent.iterdir() if path.name.endswith(".verified")]
    again = open_embedder(settings_in(home, own))
    assert again.name == embedder.name
    (own / "README.md").write_text("# Another card")
    assert open_embedder(settings_in(home, own)).name == embedder.name


@pytest.mark.parametrize(
    "file", ["model.safetensors", "config_sentence_transformers.json", "1_Pooling/config.json"]
)
def test_a_changed_folder_has_another_name(home: Path, own: Path, file: str) -> None:
    before = open_embedder(settings_in(home, own)).name
    content = bytearray((own / file).read_bytes())
    content[-3:] = b" }\n" if file.endswith("json") else b"abc"
    (own / file).write_bytes(content)
    models = home / "models"
    assert (
        custom.fingerprint(custom.with_digests(custom.custom_weights(str(own), "", models), models)) != before
    )


def test_an_archive_remembers_who_embedded_it(home: Path, own: Path) -> None:
    copied = own.with_name("copy")
    shutil.copytree(MODELS / "all-MiniLM-L6-v2", copied)
    with open_assistant(settings_in(home, copied)) as assistant:
        assert list(assistant.add([STORM])) == [Ingested(article_id="storm", how="added")]
        assert assistant.search("storm")
    with open_assistant(settings_in(home, "minilm")) as assistant:
        with pytest.raises(EmbedderMismatch) as told:
            assistant.search("storm")
        assert "'copy@" in str(told.value) and "'all-MiniLM-L6-v2'" in str(told.value)
        assert "`quoth reindex`" in str(told.value)
    with open_assistant(settings_in(home, copied)) as assistant:
        assert assistant.search("storm")


def test_the_multilingual_embedder_has_a_short_name_its_prefixes_and_its_own_scale(
    tmp_path: Path, tiny_folder: Path
) -> None:
    # A home of its own: the weights of the others are shared.
    home = tmp_path / "bare"
    with pytest.raises(WeightsMissing, match="run `quoth models pull intfloat/multilingual-e5-small`"):
        open_embedder(settings_in(home, "multilingual"))
    place = home / "models/intfloat--multilingual-e5-small"
    shutil.copytree(tiny_folder, place)
    (place / "config_sentence_transformers.json").unlink()
    assert custom.pull("multilingual", home / "models") == place
    embedder = open_embedder(settings_in(home, "multilingual"))
    assert embedder.name.startswith("intfloat/multilingual-e5-small@")
    assert 0 < embedder.unrelated < 1
    plain = open_embedder(settings_in(home, tiny_folder))
    assert plain.unrelated == 0
    assert np.allclose(embedder.encode_query("Wer?"), plain.encode(["query: Wer?"])[0], atol=0.02)
    assert np.allclose(embedder.encode(["Wer?"]), plain.encode(["passage: Wer?"]), atol=0.02)


@pytest.mark.parametrize("name", ["clever", "./nowhere", "local:1.5b", "~/nothing-here"])
def test_what_is_no_model_is_told_with_the_next_step(home: Path, name: str) -> None:
    with pytest.raises(WeightsMissing, match=r"there is no model in /.*; name a folder that has one"):
        open_embedder(settings_in(home, name))


def test_the_models_that_are_used_are_listed(home: Path, own: Path) -> None:
    def told(embedder: str | Path) -> dict[str, tuple[str, bool]]:
        return {one.weights.name: (one.state, one.used) for one in list_models(settings_in(home, embedder))}

    assert told("minilm")["minilm"] == ("verified", True)
    assert len(told("minilm")) == 3
    assert told(own)[str(own)] == ("unverified", True)
    open_embedder(settings_in(home, own))
    assert told(own)[str(own)] == ("verified", True)
    assert told(own)["minilm"] == ("verified", False)
    assert told(REPO)[REPO] == ("missing", True)
    [missing] = [one for one in list_models(settings_in(home, REPO)) if one.weights.name == REPO]
    assert "the Hugging Face hub" in " ".join(missing.weights.sources)


# The hub


@dataclass
class FakeHub:
    """As much of the hub as a download asks for, and what it was asked."""

    files: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    commit: str = "a" * 40

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        name = path.partition("?")[0]
        if name == f"/api/models/{REPO}":
            return 200, json.dumps(self.described()).encode()
        content = self.files.get(name.removeprefix(f"/{REPO}/resolve/{self.commit}/"))
        return (404, b"") if content is None else (200, content)

    def described(self) -> dict[str, object]:
        siblings = [
            {"rfilename": name, "size": len(content), "blobId": "0" * 40}
            | (
                {"lfs": {"sha256": sha256(content), "size": len(content), "pointerSize": 1}}
                if name.endswith(".safetensors")
                else {}
            )
            for name, content in self.files.items()
        ]
        return {
            "id": REPO,
            "modelId": REPO,
            "sha": self.commit,
            "siblings": siblings,
            "tags": [],
            "private": False,
        }


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def hub(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that has the tiny embedder, and files with it that must not be brought."""
    from huggingface_hub import constants

    files = {
        path.relative_to(tiny_folder).as_posix(): path.read_bytes()
        for path in tiny_folder.rglob("*")
        if path.is_file()
    }
    hub = FakeHub(
        files | {"pytorch_model.bin": b"pickled", "modeling.py": b"code", "onnx/model.onnx": b"more"}
    )

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.reply(with_body=False)

        def do_GET(self) -> None:
            self.reply(with_body=True)

        def reply(self, *, with_body: bool) -> None:
            status, content = hub.answer(self.path)
            self.send_response(status)
            self.send_header("ETag", f'"{sha256(content)}"')
            self.send_header("X-Repo-Commit", hub.commit)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if with_body:
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        here = f"http://127.0.0.1:{server.server_port}"
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, here)
        monkeypatch.setattr(constants, "ENDPOINT", here)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield hub
        server.shutdown()


def test_a_repository_is_pulled_without_what_could_hold_code(
    hub: FakeHub, tmp_path: Path, tiny_folder: Path
) -> None:
    seen: list[tuple[str, int, int]] = []
    place = custom.pull(REPO, tmp_path / "models", progress=lambda *now: seen.append(now))
    assert place == tmp_path / "models/someone--tiny-embedder"
    brought = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert {"model.safetensors", "2_Dense/model.safetensors", "modules.json", "README.md"} <= brought
    assert not brought & {"pytorch_model.bin", "modeling.py", "onnx/model.onnx"}
    assert (place / "model.safetensors").read_bytes() == (tiny_folder / "model.safetensors").read_bytes()
    assert seen[-1][1] == seen[-1][2] > 0
    settings = settings_in(tmp_path, REPO)
    embedder = open_embedder(settings)
    assert embedder.name.startswith(f"{REPO}@")
    assert np.isfinite(embedder.encode(["Ein Satz."])).all()
    assert [one.state for one in list_models(settings) if one.used] == ["verified"]
    # Nothing but `pull` asks the hub, and a second one has nothing to ask for.
    del hub.asked[:]
    assert custom.pull(REPO, tmp_path / "models") == place
    open_embedder(settings).encode(["Noch ein Satz."])
    assert hub.asked == []


def test_what_was_not_pulled_is_not_fetched_by_itself(hub: FakeHub, home: Path) -> None:
    with pytest.raises(WeightsMissing, match=f"run `quoth models pull {REPO}`"):
        open_assistant(settings_in(home, REPO))
    assert hub.asked == []


def test_an_interrupted_pull_is_no_model_yet_and_goes_on(hub: FakeHub, tmp_path: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what.endswith("verifying"):
            raise KeyboardInterrupt

    models = tmp_path / "models"
    with pytest.raises(KeyboardInterrupt):
        custom.pull(REPO, models, progress=stop)
    with pytest.raises(WeightsMissing):
        open_embedder(settings_in(tmp_path, REPO))
    custom.pull(REPO, models)
    assert open_embedder(settings_in(tmp_path, REPO)).tokens.limit > 0


def test_other_bytes_than_the_hub_promised_are_refused(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = hub.described()
    monkeypatch.setattr(hub, "described", lambda: described)
    hub.files["model.safetensors"] = b"something else"
    with pytest.raises(WeightsCorrupt, match=r"model\.safetensors is not that of someone/tiny-embedder"):
        custom.pull(REPO, tmp_path)


def test_a_repository_without_safe_weights_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    for name in [name for name in hub.files if name.endswith(".safetensors")]:
        del hub.files[name]
    with pytest.raises(WeightsMissing, match=r"has no model\.safetensors"):
        custom.pull(REPO, tmp_path)


def test_a_repository_that_the_hub_does_not_have(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(
        WeightsMissing, match=r"the hub did not give it.*`quoth models pull someone/else --from"
    ):
        custom.pull("someone/else", tmp_path)


def test_a_repository_comes_from_a_folder_that_was_carried_here(
    home: Path, own: Path, tmp_path: Path
) -> None:
    models = tmp_path / "bare/models"
    assert custom.pull(REPO, models, local=own) == models / "someone--tiny-embedder"
    assert open_embedder(settings_in(models.parent, REPO)).name.startswith(f"{REPO}@")
    edit_json(own / "config.json", note="changed since")
    assert custom.pull(str(own), models) == own
