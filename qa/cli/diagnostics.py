"""Checks of a whole installation: problems, and how to fix them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from index.errors import QuothError, WeightsMissing
from qa.assistant.factory import open_verifier
from qa.cli import console
from qa.cli.archive_diagnostics import examine_archive
from qa.cli.findings import PULL, Finding, problem_of
from qa.cli.server_diagnostics import examine_servers
from qa.errors import ModelUnavailable
from qa.llm import embedders, installed_weights, weights
from qa.llm.chat_models import choose_model
from qa.llm.custom import fingerprint, with_digests
from qa.settings import Settings
from qa.web.state.state import open_state

# Below the first there is no room for another model; below the second nothing can be added, see
# `index.storage.disk_space`.
LOW_FREE_BYTES = 1_000_000_000
MIN_FREE_BYTES = 100_000_000


def examine(
    settings: Settings, *, collection: str | None = None, deep: bool = False, mend: bool = False
) -> list[Finding]:
    """Checks everything that Quoth needs to answer; the findings are in the order to fix them.

    Checks one `collection`, or all. `deep` hashes all weights again; `mend` adds missing vectors and drops
    vectors without a passage. Errors become findings.
    """
    home = list(_home(settings))
    if any(finding.level == "problem" for finding in home):
        return home  # nothing else can be opened
    servers = examine_servers(settings)
    archive = examine_archive(settings, collection, mend)
    return [*home, *_keys(settings), *_models(settings, deep), *servers, *archive]


def _home(settings: Settings) -> Iterator[Finding]:
    model = f"QUOTH_MODEL={settings.model}"
    yield Finding(about="settings", level="ok", text=f"{model}, QUOTH_THREADS={settings.threads}")
    if settings.threads > (cores := os.cpu_count() or 1):
        text = f"QUOTH_THREADS={settings.threads}, but there are {cores} cores: answers will be slow"
        yield Finding(about="settings", level="warning", text=text, mend="unset QUOTH_THREADS")
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home):
            pass
    except OSError as error:
        text = f"{settings.home} is not writable ({error.strerror})"
        yield Finding(about="home", level="problem", text=text, mend=console.next_step(error))
        return
    yield Finding(about="home", level="ok", text=f"{settings.home} is writable")
    free = shutil.disk_usage(settings.home).free
    text = f"{free / 1e9:,.1f} GB free" if free >= LOW_FREE_BYTES else f"{free / 1e6:,.0f} MB free"
    if free < MIN_FREE_BYTES:
        mend = "free some space; nothing can be added until then"
        yield Finding(about="disk", level="problem", text=text, mend=mend)
    elif free < LOW_FREE_BYTES:
        yield Finding(about="disk", level="warning", text=text, mend="free some space soon")
    else:
        yield Finding(about="disk", level="ok", text=text)


def _keys(settings: Settings) -> Iterator[Finding]:
    """The API keys, if there are any: while they cannot be read, the server lets nobody in."""
    try:
        with open_state(settings) as state:
            keys = state.keys.all()
        if keys:
            yield Finding(about="keys", level="ok", text=f"API keys: {len(keys):,}")
    except (QuothError, OSError) as error:
        yield problem_of("keys", error)


def _models(settings: Settings, deep: bool) -> Iterator[Finding]:
    folder = settings.home / "models"
    embedder = embedders.embedder_weights(settings)
    used = [embedder.name] if embedder and embedder.name in weights.MODELS else []
    if embedder and not used:
        yield _custom_model("embedder", embedder, folder)
    if reranker := embedders.reranker_weights(settings):
        yield _custom_model("reranker", reranker, folder)
    if verifier := embedders.verifier_weights(settings):
        yield _custom_model("verifier", verifier, folder)
        yield from _labels(settings)
    try:
        choose_model(settings, lambda name: folder / name)
        if settings.model.startswith("local:"):
            used.append(settings.model)
        elif settings.model.endswith(".gguf"):
            yield _gguf(Path(settings.model).expanduser())
    except (QuothError, OSError) as error:
        yield problem_of("model", error)
    if deep:
        used += [one.weights.name for one in installed_weights.list_models(folder) if one.path]
    for name in dict.fromkeys(used):
        try:
            yield _weights(name, folder, deep)
        except (QuothError, OSError) as error:
            yield problem_of(name, error)


def _weights(name: str, folder: Path, deep: bool) -> Finding:
    place = installed_weights.find_model(name, folder)
    if not place:
        mend = PULL + ("" if name == weights.MINILM.name else ", or set QUOTH_MODEL=none")
        return Finding(about=name, level="problem", text=f"its weights are not in {folder}", mend=mend)
    digest = installed_weights.verify_model(name, folder) if deep else weights.MODELS[name].sha256
    return Finding(about=name, level="ok", text=f"{place}, sha256 {digest[:12]}…")


def _custom_model(about: str, model: weights.Weights, folder: Path) -> Finding:
    try:
        text = f"{folder / model.folder}, {fingerprint(with_digests(model, folder))}"
    except (QuothError, OSError) as error:
        return problem_of(about, error)
    return Finding(about=about, level="ok", text=text)


def _labels(settings: Settings) -> Iterator[Finding]:
    """A problem if the verifier's labels do not tell proven claims from others."""
    try:
        open_verifier(settings, None)
    except WeightsMissing:
        return  # already found
    except (QuothError, OSError) as error:
        yield problem_of("verifier", error)


def _gguf(file: Path) -> Finding:
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise ModelUnavailable(f"{file} is not a GGUF file; download it again, or choose another")
    return Finding(about="model", level="ok", text=f"{file} is a GGUF file")
