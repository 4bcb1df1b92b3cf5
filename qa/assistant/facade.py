"""The façade: questions and searches, beside the articles and collections of `LibraryAccess`."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from functools import cached_property
from typing import Self

from index.embedding.embedder import Embedder
from index.embedding.served import ServedEmbedder
from index.errors import ArchiveEmpty, EmbedderUnavailable, StoreUnavailable
from index.library import Library
from index.maintenance.backup import Attachments
from index.schemas import Filters
from qa.assistant.event_loop import BackgroundLoop
from qa.assistant.library_access import LibraryAccess
from qa.auth import requires, unrestricted
from qa.errors import ModelUnavailable
from qa.llm.chat_models import NO_MODEL, ChatModel, EvidenceTokens, RemoteChatModel
from qa.pipeline.checking.checker import TextChecker
from qa.pipeline.drafting.answer_prompt import answering_task
from qa.pipeline.drafting.confidence import DEFAULT
from qa.pipeline.model_queue import ModelQueue
from qa.pipeline.pipeline import Pipeline
from qa.pipeline.question_generation import DraftedQuestion, draft
from qa.pipeline.suggested_questions import suggested_questions
from qa.schemas import (
    Answer,
    CheckedText,
    CheckEvent,
    Event,
    Question,
    RetrievedPassage,
    TextToCheck,
    checked_question,
    text_to_check,
)
from qa.telemetry.feedback import Feedback, FeedbackFile, FeedbackStore
from qa.telemetry.metrics import Metrics
from qa.verification.verifiers.verifier import Verifier

# How many questions a remote model, or none, answers at the same time; a local one answers one.
CONCURRENT_ANSWERS = 8
MAX_WAITING = 16


class Assistant(LibraryAccess):
    """Answers questions from the collections of one library. Close it, or use it in a `with`."""

    def __init__(
        self,
        library: Library,
        model: ChatModel | None,
        evidence_tokens: EvidenceTokens,
        *,
        private_urls: bool = False,
        queue: ModelQueue | None = None,
        verifier: Verifier | None = None,
        make_embedder: Callable[[], Embedder] | None = None,
        follow_slots: bool = False,
        feedback: FeedbackStore | None = None,
        attachments: Attachments | None = None,
    ) -> None:
        """Without a place for `feedback` it is kept in the library's folder. With `follow_slots` the queue
        becomes as wide as a served model's server says that it works on at once, when the models warm up.
        """
        super().__init__(
            library,
            private_urls=private_urls,
            make_embedder=make_embedder,
            attachments=attachments,
            verifier=verifier,
        )
        if queue is None:  # an empty one is false, too
            queue = ModelQueue(slots=CONCURRENT_ANSWERS, max_waiting=MAX_WAITING)
        self.model_name = model.name if model else NO_MODEL
        self.metrics = Metrics(self._searchable_counts)
        self.model = model
        self._queue = queue
        self._follow_slots = follow_slots
        self._feedback = feedback or FeedbackFile(library.folder)
        self._suggesting = threading.Lock()
        self._judging = verifier.tasks if verifier else ()
        if verifier:  # each verifier is sure in its own way
            own = verifier.coefficients
            self._default_thresholds = DEFAULT.model_copy(
                update={"proof": own.threshold, "answer": own.worth}
            )
        self._pipeline = Pipeline(
            library.collection,
            model,
            evidence_tokens,
            queue=queue,
            thresholds=self.thresholds,
            verifier=verifier,
        )
        self._checker = TextChecker(library.collection, library.embedder, verifier, queue=queue)

    @requires("reader")  # `stream` checks the collection
    def ask(self, question: str, **details: object) -> Answer:
        """The answer to a question; `details` are the other fields of `Question`.

        Raises QuestionInvalid, ArchiveEmpty, ModelUnavailable.
        """
        return self._loop.run(self._last(checked_question(question, **details)))

    @cached_property
    def _loop(self) -> BackgroundLoop:
        return BackgroundLoop()

    async def _last(self, question: Question) -> Answer:
        async for event in self.stream(question):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with an answer")

    @requires("reader", "question.collection")
    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """The evidence as soon as it is found, tokens of the unchecked draft, and the checked Answer last.

        Leaving the stream early stops the model. Raises as `ask` does.
        """
        self._queue.check()
        with self.metrics.in_progress.track_inprogress():
            async with aclosing(self._pipeline.events(question)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        self.metrics.answered(event)
                    yield event

    @requires("reader")  # `check_stream` checks the collection
    def check_text(self, text: str, **details: object) -> CheckedText:
        """Which sentences of a text the articles, or given quotes, prove or contradict; `details` are the
        other fields of `TextToCheck`.

        Raises TextInvalid, ArchiveEmpty, ModelUnavailable.
        """
        return self._loop.run(self._checked(text_to_check(text, **details)))

    async def _checked(self, text: TextToCheck) -> CheckedText:
        async for event in self.check_stream(text):
            if isinstance(event, CheckedText):
                return event
        raise AssertionError("a stream ends with the checked text")

    @requires("reader", "text.collection")
    async def check_stream(self, text: TextToCheck) -> AsyncGenerator[CheckEvent, None]:
        """Each sentence as soon as it is checked, and the CheckedText last. Raises as `check_text` does."""
        self._queue.check()
        async with aclosing(self._checker.events(text)) as events:
            async for event in events:
                yield event

    @requires("reader", "collection")
    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        """The k passages that fit best, best first. Raises QuestionInvalid, ArchiveEmpty."""
        text = checked_question(query).question
        hits = self._library.collection(collection).search(text, k=k, filters=filters)
        return tuple(RetrievedPassage.of(hit) for hit in hits)

    @requires("editor")
    def draft(self, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None:
        """A test question that a sentence of a passage answers, as the model writes it, unchecked; None if
        it writes none. Raises ModelUnavailable.
        """
        if self.model is None:
            raise ModelUnavailable("QUOTH_MODEL is none, and only a language model drafts; choose one")
        return draft(self.model, title=title, passage=passage, sentence=sentence)

    @requires("reader", "feedback.collection")
    def keep_feedback(self, feedback: Feedback) -> None:
        """Stores a person's feedback on an answer in the home. Raises FeedbackFull, DiskFull."""
        self._feedback.add(feedback)

    @requires("reader", "collection")
    def suggestions(self, *, limit: int = 4, collection: str = "default", language: str = "en") -> list[str]:
        """At most `limit` example questions that the newest articles answer, in their language if Quoth has
        its messages, otherwise in `language`.
        """
        try:
            searched = self._library.collection(collection)
        except ArchiveEmpty:
            return []
        with self._suggesting:
            return suggested_questions(searched, limit, language)

    @unrestricted
    def warm_up(self) -> None:
        """Loads the models, so that the first question is as fast as the others."""
        with ThreadPoolExecutor(1) as executor:
            # Both mostly read files and import packages, so they take less time together.
            searching = executor.submit(self._warm_up_search)
            if self.model:
                self.model.warm_up([answering_task(), *self._judging])
            self._fit_queue()
            searching.result()

    def _fit_queue(self) -> None:
        if self._follow_slots and isinstance(self.model, RemoteChatModel) and self.model.slots:
            self._queue.resize(self.model.slots)

    def _warm_up_search(self) -> None:
        # What is away now may be back when it is needed; `check` says that it is away.
        with suppress(ArchiveEmpty, EmbedderUnavailable, StoreUnavailable):
            self._library.embedder.encode(["ready"])
            self._library.collection("default").search("ready", k=1)

    @unrestricted
    def check(self) -> None:
        """Raises ArchiveBroken, DiskFull, ModelUnavailable, EmbedderUnavailable or StoreUnavailable if
        questions cannot be answered or articles not be stored.
        """
        self._library.check()
        if isinstance(self._library.embedder, ServedEmbedder):
            self._library.embedder.check()
        if self.model:
            self.model.check()
            self._fit_queue()  # its server may have been away when the models warmed up

    @unrestricted
    def close(self) -> None:
        """Stops the models and releases the library."""
        if "_loop" in self.__dict__:
            self._loop.close()
        if self.model:
            self.model.close()
        if isinstance(self._library.embedder, ServedEmbedder):
            self._library.embedder.close()
        self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
