"""Checks of a whole installation: problems, and how to fix them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import ArchiveLocked, QuothError, WeightsMissing
from index.library import Library
from index.maintenance import integrity
from index.maintenance.integrity import IntegrityReport
from qa.assistant.factory import open_verifier
from qa.client import Quoth
from qa.errors import ModelUnavailable, NotReady
from qa.llm import embedders, installed_weights, weights
from qa.llm.chat_models import choose_model
from qa.llm.custom import fingerprint, with_digests
from qa.settings import Settings

# Below the first there is no room for another model; below the second nothing can be added, see
# `index.storage.disk_space`.
LOW_FREE_BYTES = 1_000_000_000
MIN_FREE_BYTES = 100_000_000
PULL = "run `quoth models pull`"
MEND = "run `quoth doctor --mend`"
ADD_AGAIN = "remove them with `quoth remove`, and add them again from their source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The state of one part, and how to fix it; `mend` is empty if nothing is wrong."""

    about: str
    level: Literal["ok", "warning", "problem"]
    text: str
    mend: str = ""


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
    return home + list(_models(settings, deep)) + list(_archive(settings, collection, mend))


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
        yield Finding(about="home", level="problem", text=text, mend="fix that, or choose another --home")
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


def _models(settings: Settings, deep: bool) -> Iterator[Finding]:
    folder = settings.home / "models"
    embedder = embedders.embedder_weights(settings)
    used = [embedder.name] if embedder.name in weights.MODELS else []
    if not used:
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
        yield _problem("model", error)
    if deep:
        used += [one.weights.name for one in installed_weights.list_models(folder) if one.path]
    for name in dict.fromkeys(used):
        try:
            yield _weights(name, folder, deep)
        except (QuothError, OSError) as error:
            yield _problem(name, error)


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
        return _problem(about, error)
    return Finding(about=about, level="ok", text=text)


def _labels(settings: Settings) -> Iterator[Finding]:
    """A problem if the verifier's labels do not tell proven claims from others."""
    try:
        open_verifier(settings, None)
    except WeightsMissing:
        return  # already found
    except (QuothError, OSError) as error:
        yield _problem("verifier", error)


def _gguf(file: Path) -> Finding:
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise ModelUnavailable(f"{file} is not a GGUF file; download it again, or choose another")
    return Finding(about="model", level="ok", text=f"{file} is a GGUF file")


def _archive(settings: Settings, only: str | None, mend: bool) -> Iterator[Finding]:
    try:
        embedder = embedders.open_embedder(settings)
    except Exception:  # the tokenizer library raises plain Exceptions
        text = "collections were not checked, because the embedder's weights are missing or damaged"
        yield Finding(about="archive", level="warning", text=text, mend=PULL)
        return
    try:
        with Library(settings.home, embedder) as library:
            names = [only] if only else library.names()
            text = "no other process has it open" + ("" if names else "; it has no articles yet")
            yield Finding(about="archive", level="ok", text=text)
            for name in names:
                yield from _collection(library, name, mend)
    except ArchiveLocked as error:
        if error.address:
            yield from _served(error.address, only)
        text, _, stop = str(error).rpartition("; ")
        unchecked = "its files were not checked" if error.address else "collections were not checked"
        yield Finding(about="archive", level="warning", text=f"{text}: {unchecked}", mend=stop)
    except QuothError as error:
        yield _problem("archive", error)


def _served(address: str, only: str | None) -> Iterator[Finding]:
    """The state that the server reports which has the archive open."""
    with Quoth(address) as quoth:
        try:
            quoth.check_ready()
            yield Finding(about="server", level="ok", text=f"{address} answers questions")
        except NotReady as error:
            yield Finding(about="server", level="warning", text=str(error), mend="try again later")
        except QuothError as error:
            yield _problem("server", error)
            return
        for name in [only] if only else quoth.collections():
            try:
                listing = quoth.articles(collection=name)
            except QuothError as error:
                yield _problem(f"collection {name}", error)
                continue
            passages = sum(article.passages for article in listing.articles)
            text = f"articles: {listing.total:,}, passages: {passages:,}"
            yield Finding(about=f"collection {name}", level="ok", text=text)


def _collection(library: Library, name: str, mend: bool) -> Iterator[Finding]:
    about = f"collection {name}"
    try:
        collection = library.collection(name)
        found = integrity.check_integrity(collection)
        if collection.orphans_deleted:
            text = f"vectors left by an interrupted run, removed now: {collection.orphans_deleted:,}"
            yield Finding(about=about, level="ok", text=text)
        if mend and found.repairable:
            integrity.repair(collection, found)
            for problem in _problems(about, found):
                if problem.mend == MEND:
                    yield Finding(about=about, level="ok", text=f"fixed: {problem.text}")
            found = integrity.check_integrity(collection)
    except Exception as error:
        # Libraries may raise anything for damaged files, and the other collections must still be checked.
        yield _problem(about, error)
        return
    consistent = "" if found.repairable or found.changed else "; everything is consistent"
    counts = f"articles: {found.articles:,}, passages: {found.passages:,}, vectors: {found.vectors:,}"
    yield Finding(about=about, level="ok", text=f"{counts}{consistent}")
    yield from _problems(about, found)


def _problem(about: str, error: Exception) -> Finding:
    """The finding of an error; the message of a QuothError ends with the next step, after a semicolon."""
    if isinstance(error, QuothError):
        text, _, mend = str(error).rpartition("; ")
        return Finding(about=about, level="problem", text=text, mend=mend)
    text = f"{type(error).__name__}: {error}"
    return Finding(about=about, level="problem", text=text, mend="fix that; if you cannot, report it")


def _problems(about: str, found: IntegrityReport) -> Iterator[Finding]:
    levels: tuple[tuple[tuple[str, ...], Literal["warning", "problem"], str, str], ...] = (
        (found.missing_vectors, "problem", "passages without a vector, invisible to semantic search", MEND),
        (found.missing_keywords, "problem", "passages missing from the keyword index", MEND),
        (found.overlong, "warning", "passages longer than the embedder's limit", MEND),
        (found.orphan_vectors, "warning", "vectors without a passage", MEND),
        (found.articles_without_passages, "problem", "articles without a passage, invisible to search", MEND),
        (found.out_of_bounds, "problem", "passages outside the text of their article", MEND),
        (found.orphan_keywords, "warning", "keyword entries without a passage", MEND),
        (found.changed, "problem", "articles that changed on disk", ADD_AGAIN),
    )
    for ids, level, problem, mend in levels:
        if ids:
            some = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
            yield Finding(about=about, level=level, text=f"{problem}: {len(ids):,} ({some})", mend=mend)
