"""Builds an assistant from settings."""

from __future__ import annotations

from functools import partial

from index.errors import ArchiveLocked
from index.library import Library
from index.maintenance.backup import Attachments
from qa.assistant.facade import CONCURRENT_ANSWERS, Assistant
from qa.assistant.storage import open_queue, open_storage
from qa.client import Quoth
from qa.llm.adapters import judging_adapter
from qa.llm.chat_models import ChatModel, LocalChatModel, choose_model
from qa.llm.embedders import find_verifier, open_embedder, open_reranker
from qa.llm.installed_weights import require_model
from qa.pipeline.model_queue import ModelQueue
from qa.settings import CHAT_MODEL, Settings
from qa.telemetry.feedback import FeedbackStore
from qa.verification.verifiers.classifier import ClassifierVerifier
from qa.verification.verifiers.judge import ChatModelVerifier
from qa.verification.verifiers.tuned import TunedVerifier
from qa.verification.verifiers.verifier import Verifier


def open_assistant(
    settings: Settings,
    *,
    address: str = "",
    token: str = "",
    feedback: FeedbackStore | None = None,
    attachments: Attachments | None = None,
) -> Assistant:
    """The assistant over the settings' home. Models load at their first use.

    `address` is where this process serves HTTP, and `token` its key; other processes that open the same
    home learn both. The owner's exports hold the `attachments`. Raises ArchiveLocked, WeightsMissing or
    WeightsCorrupt (embedder, reranker or verifier), ModelUnavailable (a wrong name).
    """
    model = choose_model(settings, partial(require_model, folder=settings.home / "models"))
    verifier = open_verifier(settings, model)
    library = open_library(settings, address=address, token=token)
    given = CONCURRENT_ANSWERS if settings.model_slots == "auto" else settings.model_slots
    slots = 1 if isinstance(model, LocalChatModel) else given
    return Assistant(
        library,
        model,
        settings.evidence_tokens,
        private_urls=settings.private_urls,
        queue=ModelQueue(slots=slots, max_waiting=settings.waiting),
        verifier=verifier,
        make_embedder=partial(open_embedder, settings),
        follow_slots=settings.model_slots == "auto",
        feedback=feedback,
        attachments=attachments,
    )


def open_library(settings: Settings, *, address: str = "", token: str = "") -> Library:
    """The library of the settings' servers, whose articles go through a queue, or of their home.

    Raises as `open_storage` and `open_assistant` do.
    """
    embedder, reranker = open_embedder(settings), open_reranker(settings)
    storage = open_storage(settings, address=address, token=token)
    return Library(settings.home, embedder, reranker=reranker, storage=storage, queue=open_queue(storage))


def open_verifier(settings: Settings, model: ChatModel | None) -> Verifier | None:
    """What verifies answers by the settings; None if nothing does. Raises WeightsMissing, WeightsCorrupt."""
    if folder := find_verifier(settings):
        return ClassifierVerifier(folder, name=settings.verifier, threads=settings.threads)
    if not model or settings.verifier != CHAT_MODEL:
        return None
    return TunedVerifier(model) if judging_adapter(settings.model) else ChatModelVerifier(model)


def open_or_connect(settings: Settings, *, attachments: Attachments | None = None) -> Assistant | Quoth:
    """The assistant over the settings' home, or a client of the server that owns it; use it in a `with`.

    Raises ArchiveLocked if another process owns the home without serving it, and as `open_assistant` does.
    """
    try:
        return open_assistant(settings, attachments=attachments)
    except ArchiveLocked as locked:
        if not locked.address:
            raise
        return Quoth(locked.address, key=locked.token)
