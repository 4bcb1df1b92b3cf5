"""Checks of the collections of a home, and their repair."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from typing import Literal

from index.errors import ArchiveBroken, ArchiveLocked, QuothError
from index.library import Library
from index.maintenance import integrity
from index.maintenance.integrity import IntegrityReport
from qa.assistant.factory import open_verifier
from qa.assistant.fitted_thresholds import FittedTo, find_thresholds
from qa.assistant.storage import open_storage
from qa.cli.findings import PULL, Finding, problem_of, split_message
from qa.client import Quoth
from qa.errors import NotReady
from qa.llm import embedders
from qa.llm.chat_models import choose_model
from qa.settings import Settings
from qa.verification.verifiers.verifier import identity

MEND = "run `quoth doctor --mend`"
REINDEX = "run `quoth reindex`, so that words in other languages than English are found in all their forms"
RESTORE = (
    "restore the catalogue from a backup with `quoth import FILE --replace`; if those articles were removed "
    "on purpose, move the folder `vectors` of the collection away and run `quoth doctor --mend`"
)
CALIBRATE = "run `quoth eval QUESTIONS.jsonl --calibrate`"
ADD_AGAIN = "remove them with `quoth remove`, and add them again from their source"


def examine_archive(settings: Settings, only: str | None, mend: bool) -> Iterator[Finding]:
    """Checks the collections, or one, and with `mend` repairs them; a server's, as far as it tells."""
    try:
        embedder = embedders.open_embedder(settings)
    except Exception:  # the tokenizer library raises plain Exceptions
        text = "collections were not checked, because the embedder's weights are missing or damaged"
        yield Finding(about="archive", level="warning", text=text, mend=PULL)
        return
    try:
        with Library(settings.home, embedder, storage=open_storage(settings)) as library:
            names = [only] if only else library.names()
            place = (
                "PostgreSQL and Chroma answer" if settings.database_url else "no other process has it open"
            )
            text = place + ("" if names else "; it has no articles yet")
            yield Finding(about="archive", level="ok", text=text)
            fitted_to = _fitted_to(settings, embedder.name)
            for name in names:
                yield from _collection(library, name, mend)
                if fitted_to:
                    yield from _thresholds(library, name, fitted_to)
    except ArchiveLocked as error:
        if error.address:
            yield from _served(error.address, only)
        text, stop = split_message(str(error))
        unchecked = "its files were not checked" if error.address else "collections were not checked"
        yield Finding(about="archive", level="warning", text=f"{text}: {unchecked}", mend=stop)
    except QuothError as error:
        yield problem_of("archive", error)


def _served(address: str, only: str | None) -> Iterator[Finding]:
    """The state that the server reports which has the archive open."""
    with Quoth(address) as quoth:
        try:
            quoth.check_ready()
            yield Finding(about="server", level="ok", text=f"{address} answers questions")
        except NotReady as error:
            yield Finding(about="server", level="warning", text=str(error), mend="try again later")
        except QuothError as error:
            yield problem_of("server", error)
            return
        for name in [only] if only else quoth.collections():
            try:
                listing = quoth.articles(collection=name)
            except QuothError as error:
                yield problem_of(f"collection {name}", error)
                continue
            passages = sum(article.passages for article in listing.articles)
            text = f"articles: {listing.total:,}, passages: {passages:,}"
            yield Finding(about=f"collection {name}", level="ok", text=text)


def _collection(library: Library, name: str, mend: bool) -> Iterator[Finding]:
    about = f"collection {name}"
    try:
        yield from _vectors(library, name, mend)
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
        yield problem_of(about, error)
        return
    consistent = "" if found.repairable or found.changed else "; everything is consistent"
    counts = f"articles: {found.articles:,}, passages: {found.passages:,}, vectors: {found.vectors:,}"
    yield Finding(about=about, level="ok", text=f"{counts}{consistent}")
    yield from _problems(about, found)
    if found.without_language:
        text = f"articles indexed before their languages were told apart: {found.without_language:,}"
        yield Finding(about=about, level="warning", text=text, mend=REINDEX)


def _fitted_to(settings: Settings, embedder: str) -> FittedTo | None:
    """The embedder and the verifier that the settings name; None if one is missing, which is a finding of its
    own.
    """
    with suppress(QuothError, OSError):
        model = choose_model(settings, lambda weights: settings.home / "models" / weights)
        with closing(model) if model else nullcontext():
            return FittedTo(embedder, identity(open_verifier(settings, model)))
    return None


def _thresholds(library: Library, name: str, fitted_to: FittedTo) -> Iterator[Finding]:
    """Thresholds that were fitted with another embedder or verifier."""
    with suppress(QuothError, OSError):  # that of the collection is a finding of its own
        if doubt := find_thresholds(library.collection(name).documents.metadata, fitted_to).doubt:
            text = f"thresholds {doubt}"
            yield Finding(about=f"collection {name}", level="warning", text=text, mend=CALIBRATE)


def _vectors(library: Library, name: str, mend: bool) -> Iterator[Finding]:
    """Drops damaged vectors with `mend`; they are then missing ones. Raises ArchiveBroken without."""
    if damage := library.vector_damage(name):
        if not mend:
            raise ArchiveBroken(f"the vectors are damaged ({damage}), but the articles are whole; {MEND}")
        library.drop_vectors(name)
        yield Finding(about=f"collection {name}", level="ok", text=f"damaged vectors, dropped: {damage}")


def _problems(about: str, found: IntegrityReport) -> Iterator[Finding]:
    levels: tuple[tuple[tuple[str, ...], Literal["warning", "problem"], str, str], ...] = (
        (found.missing_vectors, "problem", "passages without a vector, invisible to semantic search", MEND),
        (found.missing_keywords, "problem", "passages missing from the keyword index", MEND),
        (found.overlong, "warning", "passages longer than the embedder's limit", MEND),
        (
            found.orphan_vectors,
            "problem" if found.lost_articles else "warning",
            "vectors of articles that the catalogue lacks, as an older copy of it would"
            if found.lost_articles
            else "vectors without a passage",
            RESTORE if found.lost_articles else MEND,
        ),
        (found.articles_without_passages, "problem", "articles without a passage, invisible to search", MEND),
        (found.out_of_bounds, "problem", "passages outside the text of their article", MEND),
        (found.orphan_keywords, "warning", "keyword entries without a passage", MEND),
        (found.changed, "problem", "articles that changed on disk", ADD_AGAIN),
    )
    for ids, level, problem, mend in levels:
        if ids:
            some = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
            yield Finding(about=about, level=level, text=f"{problem}: {len(ids):,} ({some})", mend=mend)
