"""Measures retrieval quality and speed."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

import numpy as np

from index.collection import Collection
from index.schemas import Article, Filters, Hit, Passage
from index.storage.protocols import VectorMetadata
from qa.evaluation.metrics.answer_match import contains_phrase, tokens
from qa.evaluation.metrics.retrieval import hit_rate
from qa.evaluation.questions import EvalQuestion
from qa.llm.chat_models.context import FEWEST_PASSAGES
from qa.pipeline.drafting.context_selection import select_context
from qa.verification.excerpts import Excerpt

EVIDENCE_WORDS = 260
# Synthetic articles per batch.
BATCH = 50


def quality(collection: Collection, questions: Sequence[EvalQuestion]) -> Iterator[str]:
    """Yields the share of answerable questions whose gold article is retrieved and whose answer is in the
    evidence.
    """
    for name, half in {"all": "ab", "half a": "a", "half b": "b"}.items():
        top1, top5, in_evidence = [], [], []
        for question in questions:
            if not (question.answerable and question.gold and question.half in half):
                continue
            hits = _search(collection, question, k=20)
            ranked = list(dict.fromkeys(hit.passage.article_id for hit in hits))
            top1.append(hit_rate(ranked, set(question.gold), 1))
            top5.append(hit_rate(ranked, set(question.gold), 5))
            quotes = [quote for excerpt in _evidence(collection, question) for quote in excerpt.quotes]
            evidence = tokens(" ".join(quotes))
            in_evidence.append(any(contains_phrase(tokens(answer), evidence) for answer in question.answers))
        yield (
            f"{name}, {len(top1)} questions: gold article first {np.mean(top1):.3f}, in the top 5 "
            f"{np.mean(top5):.3f}; answer in {EVIDENCE_WORDS} words of evidence {np.mean(in_evidence):.3f}"
        )


def speed(collection: Collection, questions: Sequence[EvalQuestion]) -> str:
    """Returns the search time in milliseconds: embedding, both indexes, fusion, context selection."""
    _evidence(collection, questions[0])
    times = []
    for question in questions:
        began = time.perf_counter()
        _evidence(collection, question)
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(times, [50, 95])
    _, passages = collection.documents.counts()
    return f"{passages:,} passages: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({len(times)} questions)"


def _search(collection: Collection, question: EvalQuestion, k: int) -> list[Hit]:
    return collection.search(question.question, k=k, filters=Filters(as_of=question.date))


def _evidence(collection: Collection, question: EvalQuestion) -> list[Excerpt]:
    return select_context(
        _search(collection, question, FEWEST_PASSAGES),
        question.question,
        question.question,
        collection.weights(question.question),
        collection.similarity,
        EVIDENCE_WORDS,
        lambda text: len(text.split()),
    )


def grow(collection: Collection, passages: int, seed: int = 0) -> None:
    """Adds synthetic articles until the collection has this many passages: a mix of two articles without one
    word in ten, and the vectors of their passages with noise. Writes to both indexes directly, because the
    encoder would take hours.
    """
    chance, noise = random.Random(seed), np.random.default_rng(seed)
    originals = [article for article, _ in collection.documents.articles()]
    _, count = collection.documents.counts()
    ids = sorted(collection.documents.passage_ids())
    number = 0
    while count < passages:
        pairs = [chance.sample(originals, 2) for _ in range(BATCH)]
        batch = [_perturbed(one, other, f"made-{number + n}", chance) for n, (one, other) in enumerate(pairs)]
        number += BATCH
        parts = [(article, passage) for article, made in batch for passage in made]
        _, near = collection.vectors.get(chance.sample(ids, len(parts)))
        vectors = near + 0.03 * noise.standard_normal(near.shape, dtype=np.float32)
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        labels = [VectorMetadata(article_id=article.id, source="", date=article.date) for article, _ in parts]
        collection.vectors.put([passage.id for _, passage in parts], vectors, labels)
        collection.documents.put(batch)
        count += len(parts)


def _perturbed(
    one: Article, other: Article, id_: str, chance: random.Random
) -> tuple[Article, list[Passage]]:
    kept = [word for word in f"{one.text} {other.text}".split(" ") if chance.random() > 0.1]
    start = chance.randrange(max(1, len(kept) - 1000))
    blocks = [" ".join(kept[at : at + 170]) for at in range(start, min(start + 1000, len(kept)), 170)]
    text = "\n".join(blocks)
    passages, at = [], 0
    for number, block in enumerate(blocks):
        passages.append(
            Passage(id=f"{id_}-{number}", article_id=id_, start=at, end=at + len(block), text=block)
        )
        at += len(block) + 1
    return Article(id=id_, text=text, title=other.title, date=one.date), passages
