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
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel  # noqa: E402
from langchain_core.messages import AIMessage  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from index.embedding.embedder import SentenceEmbedder  # noqa: E402
from index.library import Library  # noqa: E402
from index.readers.registry import read_sources  # noqa: E402
from qa.assistant import Assistant  # noqa: E402
from qa.llm.chat_models import (  # noqa: E402
    ChatModel,
    LocalChatModel,
    Task,
)
from qa.llm.installed_weights import find_model  # noqa: E402
from qa.llm.weights import MINILM  # noqa: E402
from tests.servers import Servers, running_servers  # noqa: E402
from tests.serving import Serving, serving  # noqa: E402

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

    All tests with the language model form one group, so that it is loaded once, and so do those with
    PostgreSQL; otherwise the tests of a
    file stay together and share its module fixtures. The longest group, the model's, starts first.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        for fixture in FIXTURE_MARKERS.keys() & fixtures:
            item.add_marker(FIXTURE_MARKERS[fixture])
        if not item.get_closest_marker("xdist_group"):
            shared = next((mark for mark in ("model", "distributed") if item.get_closest_marker(mark)), None)
            group = shared or item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: item.get_closest_marker("model") is None)


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


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder(_weights(MINILM.name), name="all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def model_weights() -> Path:
    """The file of the default language model."""
    return _weights("local:1.5b")


@pytest.fixture(scope="session")
def local_model(model_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalChatModel]:
    """The default language model. All tests share it, so none closes it."""
    states = tmp_path_factory.mktemp("states")
    model = LocalChatModel("local:1.5b", lambda: model_weights, MODEL_THREADS, states)
    yield model
    model.close()


def _weights(name: str) -> Path:
    path = find_model(name, MODELS)
    assert path, f"the weights of {name} are not in {MODELS}; run `quoth models pull`"
    return path


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
    """A closed library with the seed articles. Copy it; do not open it."""
    folder = tmp_path_factory.mktemp("seeded")
    with Library(folder, embedder) as library:
        list(library.collection("default", make=True).add(read_sources([SEEDS])))
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


@pytest.fixture
def seeded(seeded_home: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(seeded_home, embedder) as library:
        yield library


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
