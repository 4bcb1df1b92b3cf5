"""What tests share: the real embedder, a home of their own, a model whose words are fixed."""

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
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401  (guards this process; PYTHONPATH guards those it starts)

os.environ["PYTHONPATH"] = os.pathsep.join((str(GUARD), str(Path(__file__).parents[1])))
# A browser, a server and the tests share the cores: torch's threads would wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
# `nohup make test &` ignores interrupts, and so would the programs that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The weights that `make test` has fetched are shared; everything else of a home is each test's own.
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
from qa.llm.chat_models import ChatModel  # noqa: E402
from qa.llm.installed_weights import find_model  # noqa: E402
from qa.llm.prompts import Message  # noqa: E402
from qa.llm.weights import MINILM  # noqa: E402
from tests.serving import Serving, serving  # noqa: E402


class ScriptedModel:
    """A model that says what it is told, word by word, whatever it is asked."""

    name = "scripted"

    def __init__(self, says: str) -> None:
        self.says = says

    @property
    def chat(self) -> BaseChatModel:
        return GenericFakeChatModel(messages=iter([AIMessage(self.says)]))

    def count_tokens(self, text: str) -> int:
        return len(text) // 4

    def warm_up(self, messages: Sequence[Message]) -> None:
        """It knows its words."""

    def check(self) -> None:
        """It always answers."""

    def close(self) -> None:
        """Nothing is held open."""


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    folder = find_model(MINILM.name, MODELS)
    assert folder, f"the embedder's weights are not in {MODELS}; run `quoth models pull`"
    return SentenceEmbedder(folder, name="all-MiniLM-L6-v2")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home with the fetched weights in it."""
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
    """A library with the seed articles, to be copied and not to be opened."""
    folder = tmp_path_factory.mktemp("seeded")
    with Library(folder, embedder) as library:
        list(library.collection("default", make=True).add(read_sources([SEEDS])))
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path) -> Iterator[Serving]:
    """A server over the seed articles, without a model. A test adds to collections of its own, or takes
    away again what it added.
    """
    home = tmp_path_factory.mktemp("served")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    with serving(home) as running:
        yield running


@pytest.fixture
def seeded_home(home: Path, seeded_folder: Path) -> Path:
    """A home with the seed articles in it, which nobody has opened yet."""
    shutil.copytree(seeded_folder / "collections", home / "collections")
    return home


@pytest.fixture
def seeded(seeded_home: Path, embedder: SentenceEmbedder) -> Iterator[Library]:
    with Library(seeded_home, embedder) as library:
        yield library


@pytest.fixture
def answering(seeded: Library) -> Iterator[Callable[[ChatModel | None], Assistant]]:
    """Assistants over the seed articles with the given model (None quotes the best sentences)."""
    opened: list[Assistant] = []

    def make(model: ChatModel | None) -> Assistant:
        opened.append(Assistant(seeded, model, evidence_tokens=360))
        return opened[-1]

    yield make
    for assistant in opened:
        assistant.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, in which no name but this machine's leads anywhere."""
    program = shutil.which("chromium")
    if not program:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    quiet = ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", *quiet]
        )
        yield browser
        browser.close()
