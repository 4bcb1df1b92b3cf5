"""The models that find: the embedder, and the reranker where there is one, as the settings name them."""

from __future__ import annotations

from index.embedding.embedder import SentenceEmbedder
from index.embedding.reranker import CrossEncoderReranker
from index.errors import WeightsMissing
from qa.llm import weights
from qa.llm.custom import chosen, hashed, identity, present
from qa.llm.weights import MINILM, ModelListing, Weights
from qa.settings import Settings

# Its weights come without a model card.
MINILM_LANGUAGES = ("en",)


def listing(settings: Settings) -> tuple[ModelListing, ...]:
    """Every known model and those that the settings name, and whether they are there."""
    finding = [one for one in (embedder_weights(settings), reranker_weights(settings)) if one]
    used = {settings.model, *(one.name for one in finding)}
    others = [one for one in finding if one.name not in weights.MODELS]
    return weights.listing(settings.home / "models", others, used)


def embedder_weights(settings: Settings) -> Weights:
    """The embedder's weights, there or not."""
    if settings.embedder in (MINILM.name, MINILM.hub and MINILM.hub.repo):
        return MINILM
    return chosen(settings.embedder, "finds passages by meaning", settings.home / "models")


def reranker_weights(settings: Settings) -> Weights | None:
    """The reranker's weights, there or not, where the settings name one."""
    if not settings.reranker:
        return None
    return chosen(settings.reranker, "puts what was found in order", settings.home / "models")


def open_embedder(settings: Settings) -> SentenceEmbedder:
    """The embedder, which is loaded at its first use. Nothing is ever fetched here.

    Its name says which weights these are: an archive that was made with others is not mixed with them.
    Raises WeightsMissing, WeightsCorrupt.
    """
    used, models = embedder_weights(settings), settings.home / "models"
    if used != MINILM:
        name = identity(hashed(used, models))
        return SentenceEmbedder(models / used.folder, name=name, threads=settings.threads)
    if not (place := weights.found(used, models)):
        raise WeightsMissing(f"the weights of {used.name} are not in {models}; run `quoth models pull`")
    return SentenceEmbedder(place, name=place.name, threads=settings.threads, languages=MINILM_LANGUAGES)


def open_reranker(settings: Settings) -> CrossEncoderReranker | None:
    """The reranker, where the settings name one; loaded at its first use, and never fetched here.

    Raises WeightsMissing, WeightsCorrupt.
    """
    used, models = reranker_weights(settings), settings.home / "models"
    return CrossEncoderReranker(present(used, models), threads=settings.threads) if used else None
