"""The façade: ask, search, add, remove. Doors talk to this and to nothing behind it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncGenerator, Container, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Self

from index.errors import ArchiveEmpty, ArchiveLocked, WeightsMissing
from index.library import Library
from index.maintenance.backup import Sink
from index.maintenance.backup_file import target_names
from index.readers.registry import read_sources
from index.readers.source_file import SourceFile
from index.schemas import Article, ArticlePage, Filters, Ingested, Skipped
from qa.auth import caller, permit
from qa.client import Quoth
from qa.errors import ModelUnavailable
from qa.llm import weights
from qa.llm.chat_models import NO_MODEL, ChatModel, LocalChatModel, choose_model
from qa.llm.embedders import open_embedder, open_reranker
from qa.pipeline.chain import opening
from qa.pipeline.confidence import DEFAULT
from qa.pipeline.model_queue import ModelQueue
from qa.pipeline.pipeline import Pipeline
from qa.pipeline.question_generation import DraftedQuestion, draft
from qa.pipeline.suggested_questions import WITHIN, suggested
from qa.schemas import (
    Answer,
    Event,
    Question,
    RetrievedPassage,
    Thresholds,
    checked_question,
)
from qa.settings import Settings
from qa.telemetry.feedback import Feedback, FeedbackFile
from qa.telemetry.metrics import Metrics

# How many questions a remote model, or none, answers at once; a local one writes one after another.
AT_ONCE = 8
WAITING = 16
# Of how many of the newest articles example questions are made.
SUGGESTED_FROM = 60


def open_assistant(settings: Settings, *, address: str = "", token: str = "") -> Assistant:
    """Puts the parts together. Models are loaded when first used. `address` is where this process
    answers over HTTP, and to which `token`, for those that want the archive meanwhile.

    Raises ArchiveLocked, WeightsMissing (of the models that find), ModelUnavailable (a bad name).
    """
    models = settings.home / "models"
    model = choose_model(settings, partial(located, folder=models))
    embedder, reranker = open_embedder(settings), open_reranker(settings)
    library = Library(settings.home, embedder, reranker=reranker, address=address, token=token)
    line = ModelQueue(at_once=1 if isinstance(model, LocalChatModel) else AT_ONCE, places=settings.waiting)
    return Assistant(library, model, settings.evidence_tokens, private_urls=settings.private_urls, line=line)


def open_or_connect(settings: Settings) -> Assistant | Quoth:
    """The assistant over the settings' home, or a client of the server that owns it; use it in a `with`.

    Raises ArchiveLocked where another process owns the home and does not serve it, and as `open_assistant`.
    """
    try:
        return open_assistant(settings)
    except ArchiveLocked as locked:
        if not locked.address:
            raise
        return Quoth(locked.address, key=locked.token)


def located(name: str, folder: Path) -> Path:
    """Where the weights lie; they are never fetched unasked."""
    if found := weights.locate(name, folder):
        return found
    raise WeightsMissing(
        f"the weights of {name} are not in {folder}; run `quoth models pull`"
        ", or set QUOTH_MODEL=none to answer without a model"
    )


class Assistant:
    """Answers questions from the collections of one library. Close it, or use it in a `with`."""

    def __init__(
        self,
        library: Library,
        model: ChatModel | None,
        evidence_tokens: int,
        *,
        private_urls: bool = False,
        line: ModelQueue | None = None,
    ) -> None:
        self.home = library.folder
        self._library = library
        # Not `or`: a line in which nobody waits is empty.
        self._line = ModelQueue(at_once=AT_ONCE, places=WAITING) if line is None else line
        self._model = model
        self._private_urls = private_urls
        self._feedback = FeedbackFile(library.folder)
        self.metrics = Metrics(self._counts)
        self._suggesting = threading.Lock()
        self._parts = ExitStack()
        self.model_name = model.name if model else NO_MODEL
        self.embedder_name = library.embedder.name
        self._answering = Pipeline(
            library.collection, model, evidence_tokens, line=self._line, thresholds=self.thresholds
        )

    def ask(self, question: str, **details: object) -> Answer:
        """The answer to a question; `details` are the other fields of `Question`.

        Raises QuestionInvalid, ArchiveEmpty, ModelUnavailable.
        """
        checked = checked_question(question, **details)
        answer = asyncio.run_coroutine_threadsafe(self._last(checked), self._loop)
        try:
            return answer.result()
        finally:
            answer.cancel()  # of use where the wait was interrupted

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """An event loop in a thread: `ask` works where another loop runs, as in a notebook, and a
        provider's connections stay with one loop. It keeps no process from ending.
        """
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        loop, closed = runner.get_loop(), asyncio.Event()

        def serve() -> None:
            with runner:  # ends what is left of streams that were left early
                runner.run(closed.wait())

        thread = threading.Thread(target=serve, name="quoth-ask", daemon=True)
        thread.start()
        for step in (thread.join, partial(loop.call_soon_threadsafe, closed.set)):
            self._parts.callback(step)
        return loop

    async def _last(self, question: Question) -> Answer:
        async for event in self.stream(question):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with an answer")

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence as soon as it is found, tokens of the unchecked draft, and the checked Answer last.

        Leaving the stream early stops the model. Raises as `ask` does.
        """
        permit("reader", question.collection)
        self._line.check()
        with self.metrics.in_progress.track_inprogress():
            async with aclosing(self._answering.events(question)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        self.metrics.answered(event)
                    yield event

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]:
        """The k passages that fit best, best first. Raises QuestionInvalid, ArchiveEmpty."""
        permit("reader", collection)
        text = checked_question(query).question
        hits = self._library.collection(collection).search(text, k=k, filters=filters)
        return tuple(RetrievedPassage.of(hit) for hit in hits)

    def draft(self, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None:
        """A question that a sentence of a passage answers, as the model writes it, unchecked; None
        where it finds none. Raises ModelUnavailable.
        """
        if self._model is None:
            raise ModelUnavailable("QUOTH_MODEL is none, and only a language model drafts; choose one")
        return draft(self._model, title=title, passage=passage, sentence=sentence)

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keeps what a person thought of an answer, in the home. Raises FeedbackFull, DiskFull."""
        permit("reader")
        self._feedback.add(feedback)

    def read(self, sources: Sequence[str | SourceFile]) -> Iterator[Article | Skipped]:
        """The articles of files and web addresses, for `add`; see `read_sources`."""
        permit("editor")
        return read_sources(sources, private_urls=self._private_urls)

    def add(
        self, items: Iterable[Article | Skipped], *, collection: str = "default"
    ) -> Generator[Ingested | Skipped, None, None]:
        """Keeps articles while the outcomes are walked through: what was told is kept, whatever ends
        the walk. `read` makes the items of files and addresses. Raises DiskFull.
        """
        permit("editor", collection)
        return self._library.collection(collection, make=True).add(items)

    def outdated(self) -> dict[str, int]:
        """The collections that another embedder made, each with the number of its articles."""
        return self._library.outdated()

    def reindex(self, collection: str) -> Iterator[Ingested]:
        """Makes a collection anew with the embedder of the settings, while the outcomes are walked
        through; goes on with what an interrupted run has done. Raises DiskFull, ArchiveBroken.
        """
        permit("admin", collection)
        return self._library.reindex(collection)

    def export(self, sink: Sink, *, collection: str | None = None) -> Iterator[None]:
        """Writes the collection, or all, to one file as they are now, a step for each article; others may be
        added meanwhile. Raises ArchiveEmpty where there is none.
        """
        names = [collection] if collection else self.collections()
        if not names:
            raise ArchiveEmpty("there are no articles to export yet; add some with `quoth add PATH`")
        for name in names:
            permit("admin", name)
        return self._library.export(names, sink)

    def restore(self, file: Path, *, name: str | None = None, replace: bool = False) -> Iterator[None]:
        """Makes the collections of an exported file, a step for each article: all of them in the end, or
        none. `name` is another one for its only collection. Vectors are made anew where the file's embedder
        was another one. Raises SnapshotInvalid.
        """
        names = target_names(file, name)
        for made in names.values():
            permit("admin", made)
        return self._library.restore(file, names, replace=replace)

    def remove(
        self, ids: Sequence[str], *, collection: str = "default", digests: Container[str] | None = None
    ) -> None:
        """Forgets the articles; nothing is done if one is not there (ArticleUnknown), or has none of the
        `digests` where there are any (ArticleChanged).
        """
        permit("editor", collection)
        self._library.collection(collection).remove(ids, digests=digests)

    def remove_collection(self, name: str) -> None:
        """Forgets a collection with all its articles; not the default one, which stays.

        Raises ArchiveEmpty where there is none, CollectionInvalid.
        """
        permit("editor", name)
        self._library.remove(name)

    def article(self, article_id: str, *, collection: str = "default") -> Article:
        """The article with its text, or ArticleUnknown."""
        permit("reader", collection)
        return self._library.collection(collection).documents.article(article_id)

    def articles(
        self,
        *,
        collection: str = "default",
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
        filters: Filters = Filters(),
    ) -> ArticlePage:
        """The articles without their texts that pass the filters, newest first, a page of them where there
        is a limit; with `search` only those that have it in their title or source. None where there is no
        collection.
        """
        permit("reader", collection)
        try:
            documents = self._library.collection(collection).documents
        except ArchiveEmpty:
            return ArticlePage(articles=(), total=0)
        return documents.list_articles(limit=limit, offset=offset, search=search, filters=filters)

    def sources(self, *, collection: str = "default") -> list[str]:
        """Who published its articles, in alphabetical order; nobody where there is no collection."""
        try:
            return self._library.collection(collection).documents.sources()
        except ArchiveEmpty:
            return []

    def suggestions(self, *, limit: int = 4, collection: str = "default") -> list[str]:
        """Questions that the newest articles answer, made by the form of their sentences; fewer, or none,
        where few sentences have such a form. They are kept until the articles change, so that a start need
        not wait for the embedder to show them.
        """
        newest = self.articles(collection=collection, limit=SUGGESTED_FROM).articles
        if not newest:
            return []
        made_of = hashlib.sha256(repr((newest, limit)).encode("utf-8", "surrogatepass")).hexdigest()
        metadata = self._library.collection(collection).documents.metadata
        with self._suggesting:
            kept = json.loads(metadata.get("suggested", "{}"))
            if kept.get("of") != made_of:
                whole = (self.article(each.id, collection=collection) for each in newest)
                search = partial(self.search, k=WITHIN, collection=collection)
                kept = {"of": made_of, "questions": suggested(whole, search, limit)}
                metadata["suggested"] = json.dumps(kept)
        return list(kept["questions"])

    def thresholds(self, collection: str = "default") -> Thresholds:
        """Below which confidence questions to the collection are declined. Raises ArchiveEmpty."""
        kept = self._library.collection(collection).documents.metadata.get("thresholds")
        return Thresholds.model_validate_json(kept) if kept else DEFAULT

    def set_thresholds(self, thresholds: Thresholds, *, collection: str = "default") -> None:
        """Keeps them for the collection, from now on and in later processes."""
        metadata = self._library.collection(collection).documents.metadata
        metadata["thresholds"] = thresholds.model_dump_json()

    def collections(self) -> list[str]:
        """The names of all collections that the caller may see."""
        return [name for name in self._library.names() if caller().sees(name)]

    def counts(self) -> dict[str, int]:
        """How many articles each collection has, by its name, sorted."""
        outdated = self.outdated()
        return {
            name: outdated[name] if name in outdated else self.articles(collection=name, limit=1).total
            for name in self.collections()
        }

    def warm_up(self) -> None:
        """Loads the models, so that the first question need not wait for them."""
        with ThreadPoolExecutor(1) as beside:
            # Half of both is reading files and importing, so that two together are done sooner.
            searching = beside.submit(self._search_once)
            if self._model:
                self._model.warm_up(opening())
            searching.result()

    def _search_once(self) -> None:
        self._library.embedder.encode(["ready"])
        with suppress(ArchiveEmpty):
            self._library.collection("default").search("ready", k=1)

    def check(self) -> None:
        """Raises ArchiveBroken, DiskFull or ModelUnavailable where no question can be answered now, or
        nothing kept.
        """
        self._library.check()
        if self._model:
            self._model.check()

    def _counts(self) -> dict[str, int]:
        """How many articles each collection has; not those that another embedder made."""
        names = set(self.collections()) - set(self.outdated())
        return {name: self.articles(collection=name, limit=0).total for name in sorted(names)}

    def close(self) -> None:
        """Stops the model and gives the library free."""
        self._parts.close()
        if self._model:
            self._model.close()
        self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
