"""Checks a text sentence by sentence: what the articles prove, contradict, or do not speak of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

import numpy as np

from index.collection import Collection
from index.embedding.embedder import Embedder, Vectors
from index.text.messages.phrase import Phrase
from qa.errors import ModelUnavailable
from qa.pipeline.checking.evidence import (
    ClaimEvidence,
    excerpts_of,
    excerpts_of_quotes,
    find_evidence,
    hold_against,
)
from qa.pipeline.checking.judgement import CitationNumbers, judge
from qa.pipeline.checking.statements import Statement, split_statements
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import CheckedSentence, CheckedText, CheckEvent, TextToCheck
from qa.telemetry.tracing import traced
from qa.verification.verifiers.verifier import Verifier

# How many passages are read for a sentence.
HITS = 6


class TextChecker:
    """Checks texts against the collections of one library, or against given quotes."""

    def __init__(
        self,
        collection: Callable[[str], Collection],
        embedder: Embedder,
        verifier: Verifier | None,
        *,
        queue: ModelQueue,
    ) -> None:
        """`collection` is called with a collection's name."""
        self._collection = collection
        self._embedder = embedder
        self._verifier = verifier
        self._queue = queue

    async def events(self, text: TextToCheck) -> AsyncGenerator[CheckEvent, None]:
        """Each sentence as soon as it is checked, and the whole last. Raises ArchiveEmpty, ModelUnavailable,
        Busy.
        """
        verifier = self._verifier
        if verifier is None:
            raise ModelUnavailable(
                Phrase(
                    "nothing verifies here, because QUOTH_MODEL or QUOTH_VERIFIER is none; set "
                    "QUOTH_VERIFIER to a classifier of entailment, or choose a model"
                )
            )
        statements = await asyncio.to_thread(split_statements, text.text)
        numbers = CitationNumbers()
        checked = []
        for sentence in _checked_before(text, statements):
            numbers.keep(sentence.citations)
            checked.append(sentence)
            yield sentence
        for statement in statements[len(checked) :]:
            sentence = CheckedSentence(
                text=statement.text, start=statement.start, end=statement.end, verdict="no_claim"
            )
            if statement.claim:
                with traced("search"):
                    evidence = await asyncio.to_thread(self._evidence, text, statement)
                # The slot is passed on between sentences, so that questions wait for one of them only.
                async with self._queue.slot():
                    with traced("check"):
                        judged = await judge(verifier, statement.claim, text.question, evidence)
                sentence = numbers.describe(judged, sentence)
            checked.append(sentence)
            yield sentence
        yield CheckedText(sentences=tuple(checked), verifier=verifier.name)

    def _evidence(self, text: TextToCheck, statement: Statement) -> ClaimEvidence:
        if text.quotes:
            excerpts = excerpts_of_quotes(text.quotes)
            return hold_against(statement.claim, text.question, excerpts, self._encode)
        collection = self._collection(text.collection)
        hits = collection.search(statement.query, k=HITS, filters=text.filters)
        excerpts = excerpts_of(hits, statement.claim)
        return find_evidence(statement.claim, text.question, excerpts, collection.encode)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._embedder.encode(texts))


def _checked_before(text: TextToCheck, statements: Sequence[Statement]) -> Iterator[CheckedSentence]:
    """The sentences that an earlier check gave, up to the first that the text does not have at its place."""
    for sentence, statement in zip(text.checked, statements, strict=False):
        if (sentence.text, sentence.start, sentence.end) != (statement.text, statement.start, statement.end):
            return
        yield sentence
