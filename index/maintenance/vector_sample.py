"""Whether an embedder computes the vectors that a collection has, tried on one passage."""

from __future__ import annotations

from index.chunking import title_prefix
from index.collection import Collection
from index.embedding.embedder import Embedder
from index.errors import EmbedderMismatch

# Between half and whole precision, and between engines, the cosine of a text's two vectors is 0.999; between
# models it is about 0.
LEAST_COSINE = 0.98


def check_sample(collection: Collection, embedder: Embedder) -> None:
    """Embeds a passage of the collection again and compares it with its vector. A served model's name does
    not tell its weights.

    Raises EmbedderMismatch, and EmbedderUnavailable if the embedder's server is away.
    """
    documents = collection.documents
    newest = documents.list_articles(limit=1).articles
    spans = documents.passage_spans(newest[0].id) if newest else []
    if not spans:
        return
    passage, article = documents.passages([spans[0].id])[spans[0].id]
    _, stored = collection.vectors.get([passage.id])
    if not len(stored):
        return  # that vectors are missing is found elsewhere
    [vector] = embedder.encode([f"{title_prefix(article.title, embedder.tokens)}\n{passage.text}"])
    if vector.shape != stored[0].shape:
        how = f"{vector.shape[0]} dimensions in the place of {stored[0].shape[0]}"
    elif (cosine := float(vector @ stored[0])) < LEAST_COSINE:
        how = f"a cosine of {cosine:.2f} with the stored one"
    else:
        return
    raise EmbedderMismatch(
        f"the embedder '{embedder.name}' makes other vectors than the collection has ({how}); "
        "serve the model that made it, or run `quoth reindex`"
    )
