"""Shared fixtures: the real embedder and model weights, a home for each test, a scripted model.

Also marks each test by what it needs; pyproject.toml lists the markers.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.paths import SEEDS

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401  (blocks the network in this process; PYTHONPATH does in the processes it starts)

os.environ["PYTHONPATH"] = os.pathsep.join((str(GUARD), str(Path(__file__).parents[1])))
# A browser, a server and the tests share the cores: torch's threads would wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
# The same for the language model where several pytest workers run.
MODEL_THREADS = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2
# `nohup make test &` ignores SIGINT, and the processes that the tests interrupt would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# All tests share the downloaded weights; everything else in a home belongs to one test.
MODELS = Path(os.environ.pop("QUOTH_HOME", "~/.local/share/quoth")).expanduser() / "models"
for name in [name for name in os.environ if name.startswith("QUOTH_")]:
    del os.environ[name]

import pytest  # noqa: E402
from filelock import FileLock  # noqa: E402
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel  # noqa: E402
from langchain_core.messages import AIMessage  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from index.embedding.cache import EmbeddingCache  # noqa: E402
from index.embedding.embedder import SentenceEmbedder, Vectors  # noqa: E402
from index.library import Library  # noqa: E402
from index.readers.registry import read_sources  # noqa: E402
from qa.assistant import Assistant  # noqa: E402
from qa.llm import embedders  # noqa: E402
from qa.llm.adapters import judging_adapter  # noqa: E402
from qa.llm.chat_models import (  # noqa: E402
    ChatModel,
    LocalChatModel,
    Task,
)
from qa.llm.installed_weights import find_model  # noqa: E402
from qa.llm.weights import MINILM  # noqa: E402
from tests.servers import Servers, running_servers  # noqa: E402
from tests.serving import Serving, serving  # noqa: E402

T = TypeVar("T")

# A test that uses the fixture gets the marker.
FIXTURE_MARKERS = {
    "model_weights": "model",
    "browser": "browser",
    "server": "slow",
    "servers": "distributed",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests by their fixtures, and assigns each to a group that one pytest worker runs.

    All tests with the language model form one group, so that it is loaded once, and so do the files with the
    shared server, and those with PostgreSQL; otherwise the tests of a file stay together and share its module
    fixtures. The longest groups, the model's and the server's, start first.
    """
    groups: dict[str, str] = {}
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        for fixture in FIXTURE_MARKERS.keys() & fixtures:
            item.add_marker(FIXTURE_MARKERS[fixture])
        if _uses_shared_server(item):
            groups[_file_of(item)] = "server"
        if item.get_closest_marker("distributed"):
            groups[_file_of(item)] = "distributed"
    for item in items:
        group = "model" if item.get_closest_marker("model") else groups.get(_file_of(item), _file_of(item))
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (item.get_closest_marker("model") is None, _file_of(item) not in groups))


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _uses_shared_server(item: pytest.Item) -> bool:
    """Whether a test uses the fixture of this file, not its module's own one of that name."""
    fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return "server" in fixtures and fixtures["server"][-1].scope == "session"


class ScriptedModel:
    """A chat model that replies with a fixed text, word by word, whatever the prompt."""

    name = "scripted"

    def __init__(self, says: str) -> None:
        self.says = says

    @property
    def chat(self) -> BaseChatModel:
        return GenericFakeChatModel(messages=iter([AIMessage(self.says)]))

    def for_task(self, task: Task) -> BaseChatModel:
        return self.chat

    def count_tokens(self, text: str) -> int:
        return len(text) // 4

    def warm_up(self, tasks: Sequence[Task]) -> None:
        """Has nothing to load."""

    def check(self) -> None:
        """Is always available."""

    def close(self) -> None:
        """Holds nothing open."""


class RememberingEmbedder(SentenceEmbedder):
    """Embeds each text once: tests embed the same sentences again and again."""

    def __init__(self, folder: Path, **details: Any) -> None:
        super().__init__(folder, **details)
        self._remembered = EmbeddingCache(super().encode, max_vectors=100_000)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._remembered(texts)


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return RememberingEmbedder(_weights(MINILM.name), name="all-MiniLM-L6-v2")


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """All assistants that the settings make in this process share one embedder, which is loaded once."""
    loaded: dict[str, SentenceEmbedder] = {}

    def open_embedder(folder: Path, **details: Any) -> SentenceEmbedder:
        if folder.resolve() != (MODELS / MINILM.target).resolve():
            return SentenceEmbedder(folder, **details)
        return loaded.setdefault(repr(details), RememberingEmbedder(folder, **details))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedders, "SentenceEmbedder", open_embedder)
        yield


@pytest.fixture(scope="session")
def model_weights() -> Path:
    """The file of the default language model."""
    return _weights("local:1.5b")


@pytest.fixture(scope="session")
def local_model(model_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalChatModel]:
    """The default language model. All tests share it, so none closes it."""
    states = tmp_path_factory.mktemp("states")
    model = LocalChatModel(
        "local:1.5b", lambda: model_weights, MODEL_THREADS, states, judging_adapter("local:1.5b")
    )
    yield model
    model.close()


def _weights(name: str) -> Path:
    path = find_model(name, MODELS)
    assert path, f"the weights of {name} are not in {MODELS}; run `quoth models pull`"
    return path


class KeptLibrary(Library):
    """A library that stays open when an assistant that uses it is closed."""

    def close(self) -> None:
        """Does nothing."""

    def really_close(self) -> None:
        super().close()


class SharedArchive:
    """A library with the seed articles, the same one until a test has changed it: opening one is quick, but
    its first questions are not.
    """

    def __init__(self, seeds: Path, make_folder: Callable[[str], Path], embedder: SentenceEmbedder) -> None:
        self._seeds = seeds
        self._make_folder = make_folder
        self._embedder = embedder
        self._library: KeptLibrary | None = None
        self._made: dict[Callable[[Library], Any], Any] = {}
        self._files: set[tuple[Path, int, int]] = set()

    def library(self) -> Library:
        if self._library is None:
            folder = self._make_folder("archive")
            (folder / "models").symlink_to(MODELS, target_is_directory=True)
            shutil.copytree(self._seeds / "collections", folder / "collections")
            self._library = KeptLibrary(folder, self._embedder)
            self._library.collection("default")
            self._files = self._written()
        return self._library

    def made(self, make: Callable[[Library], T]) -> T:
        """What `make` makes of the library; the same until that changes."""
        library = self.library()
        if make not in self._made:
            self._made[make] = make(library)
        made: T = self._made[make]
        return made

    def close_if_changed(self) -> None:
        if self._files != self._written():
            self.close()

    def close(self) -> None:
        if self._library:
            self._made.clear()
            self._library.really_close()
            self._library = None

    def _written(self) -> set[tuple[Path, int, int]]:
        """The files of the archive, with their sizes and times. Reading writes nothing but `-shm`."""
        assert self._library
        found = [path for path in self._library.folder.rglob("*") if not path.name.endswith("-shm")]
        states = [(path, path.stat()) for path in found if path.is_file()]
        return {(path, state.st_size, state.st_mtime_ns) for path, state in states}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without articles; its weights are the shared ones."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(MODELS, target_is_directory=True)
    return folder


@pytest.fixture
def library(home: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(home, embedder) as library:
        yield library


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """A closed library with the seed articles, which all pytest workers share. Copy it; do not open it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "seeded"
    with FileLock(base / "seeded.lock"):
        if not (folder / "complete").exists():
            with Library(folder, embedder) as library:
                list(library.collection("default", make=True).add(read_sources([SEEDS])))
            (folder / "complete").touch()
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path) -> Iterator[Serving]:
    """A server over the seed articles, without a model. All tests share it: a test adds to a collection of
    its own, or removes what it added.
    """
    home = tmp_path_factory.mktemp("served")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    with serving(home) as running:
        yield running


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Chroma. A test makes a database of its own; one that stops a server starts it again."""
    with running_servers() as running:
        yield running


@pytest.fixture
def seeded_home(home: Path, seeded_folder: Path) -> Path:
    """A home with the seed articles, not yet opened."""
    shutil.copytree(seeded_folder / "collections", home / "collections")
    return home


@pytest.fixture(scope="session")
def shared_archive(
    tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path, embedder: SentenceEmbedder
) -> Iterator[SharedArchive]:
    archive = SharedArchive(seeded_folder, tmp_path_factory.mktemp, embedder)
    yield archive
    archive.close()


@pytest.fixture
def seeded(shared_archive: SharedArchive) -> Iterator[Library]:
    """A library with the seed articles, as a copy of `seeded_folder` would be, in a folder of its own."""
    yield shared_archive.library()
    shared_archive.close_if_changed()


@pytest.fixture
def answering(seeded: Library) -> Iterator[Callable[[ChatModel | None], Assistant]]:
    """Makes assistants over the seed articles with the given model; None answers extractively."""
    opened: list[Assistant] = []

    def make(model: ChatModel | None) -> Assistant:
        opened.append(Assistant(seeded, model, evidence_tokens=360))
        return opened[-1]

    yield make
    for assistant in opened:
        assistant.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium that resolves no host name. One per module: while Playwright runs, asyncio.run fails."""
    program = shutil.which("chromium")
    if not program:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    offline = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", *offline]
        )
        yield browser
        browser.close()
