"""The whole installation, looked over: what is amiss, and how to mend it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import ArchiveLocked, QuothError
from index.library import Library
from index.maintenance import integrity
from index.maintenance.integrity import IntegrityReport
from qa.client import Quoth
from qa.errors import ModelUnavailable, NotReady
from qa.llm import embedders, installed_weights, weights
from qa.llm.chat_models import choose_model
from qa.llm.custom import fingerprint, with_digests
from qa.settings import Settings

# Adding stops at the second, see `index.ingest.MIN_FREE_BYTES`; the first leaves room for a model.
LITTLE_FREE_BYTES = 1_000_000_000
NO_FREE_BYTES = 100_000_000
PULL = "run `quoth models pull`"
MEND = "run `quoth doctor --mend`"
ADD_AGAIN = "`quoth remove` them, and add them again from where they came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, how it is, and how to mend it where that is needed."""

    about: str
    level: Literal["ok", "warning", "problem"]
    text: str
    mend: str = ""


def examine(
    settings: Settings, *, collection: str | None = None, deep: bool = False, mend: bool = False
) -> list[Finding]:
    """Everything that could keep Quoth from answering, in the order in which to mend it.

    Looks at one `collection`, or at all. `deep` hashes all weights anew; `mend` embeds again what
    lacks its vectors and drops vectors without a passage. What goes wrong is a finding, not an error.
    """
    home = list(_home(settings))
    if any(finding.level == "problem" for finding in home):
        return home  # nothing can be opened there
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
        text = f"{settings.home} cannot be written ({error.strerror})"
        yield Finding(about="home", level="problem", text=text, mend="mend that, or choose another --home")
        return
    yield Finding(about="home", level="ok", text=f"{settings.home} can be written")
    free = shutil.disk_usage(settings.home).free
    text = f"{free / 1e9:,.1f} GB free" if free >= LITTLE_FREE_BYTES else f"{free / 1e6:,.0f} MB free"
    if free < NO_FREE_BYTES:
        mend = "free some space; nothing can be added until then"
        yield Finding(about="disk", level="problem", text=text, mend=mend)
    elif free < LITTLE_FREE_BYTES:
        yield Finding(about="disk", level="warning", text=text, mend="free some space soon")
    else:
        yield Finding(about="disk", level="ok", text=text)


def _models(settings: Settings, deep: bool) -> Iterator[Finding]:
    folder = settings.home / "models"
    embedder = embedders.embedder_weights(settings)
    used = [embedder.name] if embedder.name in weights.MODELS else []
    if not used:
        yield _chosen("embedder", embedder, folder)
    if reranker := embedders.reranker_weights(settings):
        yield _chosen("reranker", reranker, folder)
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


def _chosen(about: str, model: weights.Weights, folder: Path) -> Finding:
    try:
        text = f"{folder / model.folder}, {fingerprint(with_digests(model, folder))}"
    except (QuothError, OSError) as error:
        return _problem(about, error)
    return Finding(about=about, level="ok", text=text)


def _gguf(file: Path) -> Finding:
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise ModelUnavailable(f"{file} is not a GGUF file; fetch it again, or name another")
    return Finding(about="model", level="ok", text=f"{file} begins as a GGUF file does")


def _archive(settings: Settings, only: str | None, mend: bool) -> Iterator[Finding]:
    try:
        embedder = embedders.open_embedder(settings)
    except Exception:  # its tokenizer is read by foreign code, which raises Exception itself
        text = "collections were not looked at, for want of the embedder's weights"
        yield Finding(about="archive", level="warning", text=text, mend=PULL)
        return
    try:
        with Library(settings.home, embedder) as library:
            names = [only] if only else library.names()
            free = "no other process has it open" + ("" if names else "; it has no articles yet")
            yield Finding(about="archive", level="ok", text=free)
            for name in names:
                yield from _collection(library, name, mend)
    except ArchiveLocked as error:
        if error.address:
            yield from _served(error.address, only)
        text, _, stop = str(error).rpartition("; ")
        unseen = "what it keeps was not looked at" if error.address else "collections were not looked at"
        yield Finding(about="archive", level="warning", text=f"{text}: {unseen}", mend=stop)
    except QuothError as error:
        yield _problem("archive", error)


def _served(address: str, only: str | None) -> Iterator[Finding]:
    """What the server that owns the archive says of it."""
    with Quoth(address) as quoth:
        try:
            quoth.check_ready()
            yield Finding(about="server", level="ok", text=f"{address} answers questions")
        except NotReady as error:
            yield Finding(about="server", level="warning", text=str(error), mend="ask again in a while")
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
        found = integrity.examine(collection)
        if collection.swept:
            text = f"vectors left by an interrupted run, swept at this start: {collection.swept:,}"
            yield Finding(about=about, level="ok", text=text)
        if mend and found.mendable:
            integrity.mend(collection, found)
            for trouble in _troubles(about, found):
                if trouble.mend == MEND:
                    yield Finding(about=about, level="ok", text=f"mended what could be: {trouble.text}")
            found = integrity.examine(collection)
    except Exception as error:
        # Files in whatever state are opened by foreign code; and other collections are still to be seen.
        yield _problem(about, error)
        return
    fits = "" if found.mendable or found.changed else "; everything fits together"
    counts = f"articles: {found.articles:,}, passages: {found.passages:,}, vectors: {found.vectors:,}"
    text = f"{counts}{fits}"
    yield Finding(about=about, level="ok", text=text)
    yield from _troubles(about, found)


def _problem(about: str, error: Exception) -> Finding:
    """The messages of this house end with the next step, after a semicolon."""
    if isinstance(error, QuothError):
        text, _, mend = str(error).rpartition("; ")
        return Finding(about=about, level="problem", text=text, mend=mend)
    text = f"{type(error).__name__}: {error}"
    return Finding(about=about, level="problem", text=text, mend="mend that; if you cannot, report it")


def _troubles(about: str, found: IntegrityReport) -> Iterator[Finding]:
    levels: tuple[tuple[tuple[str, ...], Literal["warning", "problem"], str, str], ...] = (
        (found.vectorless, "problem", "passages without a vector, not found by meaning", MEND),
        (found.wordless, "problem", "passages that the keyword index lacks", MEND),
        (found.overlong, "warning", "passages longer than the embedder reads", MEND),
        (found.orphans, "warning", "vectors without a passage", MEND),
        (found.unquotable, "problem", "articles without a passage, which no search finds", MEND),
        (found.misplaced, "problem", "passages that do not lie within their article", MEND),
        (found.leftover, "warning", "keywords without a passage", MEND),
        (found.changed, "problem", "articles that are not as they were kept", ADD_AGAIN),
    )
    for ids, level, trouble, mend in levels:
        if ids:
            some = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
            yield Finding(about=about, level=level, text=f"{trouble}: {len(ids):,} ({some})", mend=mend)
