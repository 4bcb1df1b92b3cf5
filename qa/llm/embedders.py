"""The embedder, the reranker and the verifier's weights that the settings name."""

from __future__ import annotations

from pathlib import Path

from index.embedding.embedder import SentenceEmbedder, TokenizerFile
from index.embedding.model_config import ModelConfig
from index.embedding.reranker import CrossEncoderReranker
from index.embedding.served import ServedEmbedder
from index.errors import WeightsMissing
from qa.llm import installed_weights
from qa.llm.custom import custom_weights, fingerprint, require_present, with_digests
from qa.llm.installed_weights import ModelListing, find_weights
from qa.llm.weights import MINILM, MODELS, SHORT_NAMES, Weights
from qa.settings import CHAT_MODEL, NO_VERIFIER, Settings

# Its weights come without a model card, which would name its languages.
MINILM_LANGUAGES = ("en",)


def list_models(settings: Settings) -> tuple[ModelListing, ...]:
    """Every known model and those that the settings name, with their state in the weights folder."""
    named = (embedder_weights(settings), reranker_weights(settings), verifier_weights(settings))
    beside = {one.name: one for one in named if one}
    custom = [one for one in beside.values() if one.name not in MODELS]
    return installed_weights.list_models(_folder(settings), custom, {settings.model, *beside})


def embedder_weights(settings: Settings) -> Weights | None:
    """The embedder's weights, present or not; None if a server embeds."""
    if settings.embedder_url:
        return None
    if settings.embedder in (MINILM.name, MINILM.hub and MINILM.hub.repo):
        return MINILM
    name = SHORT_NAMES.get(settings.embedder, settings.embedder)
    return custom_weights(name, "finds passages by meaning", _folder(settings))


def reranker_weights(settings: Settings) -> Weights | None:
    """The reranker's weights, present or not; None if the settings name no reranker."""
    if not settings.reranker:
        return None
    return custom_weights(settings.reranker, "reranks search results", _folder(settings))


def verifier_weights(settings: Settings) -> Weights | None:
    """The weights of the classifier that verifies, present or not; None if the settings name none."""
    if settings.verifier in (CHAT_MODEL, NO_VERIFIER):
        return None
    return custom_weights(settings.verifier, "verifies answers", _folder(settings))


def open_embedder(settings: Settings) -> SentenceEmbedder | ServedEmbedder:
    """The embedder, which loads, or asks its server, at its first use. Nothing is downloaded.

    Its name identifies its weights, so that vectors of different embedders are not mixed in one archive.
    Raises WeightsMissing, WeightsCorrupt.
    """
    if settings.embedder_url:
        return _served(settings, settings.embedder_url)
    weights, folder = embedder_weights(settings) or MINILM, _folder(settings)
    if weights != MINILM:
        name = fingerprint(with_digests(weights, folder))
        return SentenceEmbedder(folder / weights.folder, name=name, threads=settings.threads)
    if not (place := find_weights(weights, folder)):
        raise WeightsMissing(f"the weights of {weights.name} are not in {folder}; run `quoth models pull`")
    return SentenceEmbedder(place, name=place.name, threads=settings.threads, languages=MINILM_LANGUAGES)


def _served(settings: Settings, url: str) -> ServedEmbedder:
    """The model of a server. The default one keeps its name, since its vectors are those made here, and its
    tokenizer where that is installed.
    """
    name = SHORT_NAMES.get(settings.embedder, settings.embedder)
    key = settings.embedder_key.get_secret_value() if settings.embedder_key else None
    if not (MINILM.hub and name in (MINILM.name, MINILM.hub.repo)):
        return ServedEmbedder(url, name, key=key)
    place = find_weights(MINILM, _folder(settings))
    return ServedEmbedder(
        url,
        MINILM.hub.repo,
        name=MINILM.folder,
        key=key,
        languages=MINILM_LANGUAGES,
        tokenizer=TokenizerFile(place / "tokenizer.json", ModelConfig.read(place).window) if place else None,
    )


def open_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """The reranker, which loads at its first use; None if the settings name none. Nothing is downloaded.

    Raises WeightsMissing, WeightsCorrupt.
    """
    if not (weights := reranker_weights(settings)):
        return None
    return CrossEncoderReranker(require_present(weights, _folder(settings)), threads=settings.threads)


def find_verifier(settings: Settings) -> Path | None:
    """The folder of the classifier that verifies; None if the settings name none. Nothing is downloaded.

    Raises WeightsMissing.
    """
    weights = verifier_weights(settings)
    return require_present(weights, _folder(settings)) if weights else None


def _folder(settings: Settings) -> Path:
    return settings.home / "models"
