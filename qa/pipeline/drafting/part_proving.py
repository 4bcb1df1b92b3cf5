"""Whether a part of a question is answered by a sentence that was not drafted for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from index.collection import Collection
from qa.errors import Busy, ModelUnavailable
from qa.pipeline.drafting.across_languages import AcrossLanguages, AskedQuestion
from qa.pipeline.drafting.chain import Retrieval
from qa.pipeline.drafting.proving import prove
from qa.pipeline.model_queue import ModelQueue
from qa.schemas import Question, Thresholds
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.verifiers.verifier import Verifier

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prover:
    """Finds which possible answer is proven where nothing was drafted. `collection` and `thresholds` are
    called with a collection's name.
    """

    verifier: Verifier
    queue: ModelQueue
    collection: Callable[[str], Collection]
    thresholds: Callable[[str], Thresholds]
    retrieve: Callable[[AskedQuestion], Awaitable[Retrieval]]
    languages: AcrossLanguages

    async def prove(self, question: Question, candidates: Sequence[Candidate]) -> CitedText:
        """The proven sentences of the first candidate that has any; empty if none has, if the question is in
        another language than the articles, or if the verifier is busy or gone: what was answered stands.
        """
        collection = await asyncio.to_thread(self.collection, question.collection)
        if not candidates or await self.languages.is_foreign(question, collection):
            return CitedText()
        try:
            thresholds = await asyncio.to_thread(self.thresholds, question.collection)
            # What stands around a quote tells what "the work" is.
            retrieval = await self.retrieve(AskedQuestion(question=question, original=question))
            missing = await asyncio.to_thread(collection.missing, retrieval.query)
            async with self.queue.slot():
                proven = await prove(
                    candidates, question, retrieval.hits, self.verifier, thresholds.proof, missing
                )
        except (Busy, ModelUnavailable) as failure:
            logger.warning("a part of the question is not held against other answers: %s", failure)
            return CitedText()
        return proven.cited
