"""Builds an assistant from settings."""

from __future__ import annotations

from functools import partial

from index.errors import ArchiveLocked
from index.library import Library
from index.storage.generations import Storage
from qa.assistant.facade import CONCURRENT_ANSWERS, Assistant
from qa.client import Quoth
from qa.llm.chat_models import ChatModel, LocalChatModel, choose_model
from qa.llm.embedders import find_verifier, open_embedder, open_reranker
from qa.llm.installed_weights import require_model
from qa.pipeline.model_queue import ModelQueue
from qa.settings import CHAT_MODEL, Settings
from qa.telemetry.feedback import FeedbackStore
from qa.verification.verifiers.classifier import ClassifierVerifier
from qa.verification.verifiers.judge import ChatModelVerifier
from qa.verification.verifiers.verifier import Verifier


def open_assistant(
    settings: Settings, *, address: str = "", token: str = "", feedback: FeedbackStore | None = None
) -> Assistant:
    """The assistant over the settings' home. Models load at their first use.

    `address` is where this process serves HTTP, and `token` its key; other processes that open the same
    home learn both. Raises ArchiveLocked, WeightsMissing or WeightsCorrupt (embedder, reranker or verifier),
    ModelUnavailable (a wrong name).
    """
    model = choose_model(settings, partial(require_model, folder=settings.home / "models"))
    embedder, reranker = open_embedder(settings), open_reranker(settings)
    verifier = open_verifier(settings, model)
    storage = open_storage(settings)
    library = Library(
        settings.home, embedder, reranker=reranker, storage=storage, address=address, token=token
    )
    given = CONCURRENT_ANSWERS if settings.model_slots == "auto" else settings.model_slots
    slots = 1 if isinstance(model, LocalChatModel) else given
    return Assistant(
        library,
        model,
        settings.evidence_tokens,
        private_urls=settings.private_urls,
        queue=ModelQueue(slots=slots, max_waiting=settings.waiting),
        verifier=verifier,
        follow_slots=settings.model_slots == "auto",
        feedback=feedback,
    )


def open_storage(settings: Settings) -> Storage | None:
    """The servers with the articles and vectors; None where they are in the home.

    Raises StoreUnavailable, StorePackagesMissing, ArchiveBroken.
    """
    if not settings.database_url or not settings.chroma_url:
        return None
    # Not needed, and not installed, where articles are in the home.
    from index.storage.chroma.server_client import ChromaAddress, ChromaServer
    from index.storage.postgres.connection import Postgres
    from index.storage.postgres.server_storage import ServerStorage

    key = settings.chroma_key.get_secret_value() if settings.chroma_key else ""
    chroma = ChromaServer(ChromaAddress(settings.chroma_url, key))
    return ServerStorage(Postgres(settings.database_url.get_secret_value()), chroma)


def open_verifier(settings: Settings, model: ChatModel | None) -> Verifier | None:
    """What verifies answers by the settings; None if nothing does. Raises WeightsMissing, WeightsCorrupt."""
    if folder := find_verifier(settings):
        return ClassifierVerifier(folder, name=settings.verifier, threads=settings.threads)
    return ChatModelVerifier(model) if model and settings.verifier == CHAT_MODEL else None


def open_or_connect(settings: Settings) -> Assistant | Quoth:
    """The assistant over the settings' home, or a client of the server that owns it; use it in a `with`.

    Raises ArchiveLocked if another process owns the home without serving it, and as `open_assistant` does.
    """
    try:
        return open_assistant(settings)
    except ArchiveLocked as locked:
        if not locked.address:
            raise
        return Quoth(locked.address, key=locked.token)
