"""Questions in another language than the articles: asked in theirs, answered in the question's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.collection import Collection
from index.schemas import Hit
from index.text.languages import ENGLISH, foreign_language
from index.text.terms.stop_words import function_words
from index.text.terms.words import words
from qa.errors import Busy, ModelUnavailable
from qa.guardrails.sanitizer import sanitize
from qa.pipeline.conversation import understand_in_conversation
from qa.pipeline.drafting.proving import prove
from qa.pipeline.model_queue import ModelQueue
from qa.pipeline.translation import Translator, same_names, same_numbers
from qa.pipeline.understanding.kinds import DRAFTED
from qa.pipeline.understanding.offered import offered
from qa.pipeline.understanding.understanding import READ, Understanding
from qa.schemas import AnswerSentence, Question, Turn
from qa.verification.citations import Candidate
from qa.verification.cited_text import CitedText
from qa.verification.verifiers.verifier import Verifier

logger = logging.getLogger(__name__)

# So many earlier questions say what a follow-up is about.
MAX_EARLIER = 2
# A question of so few words does not tell its language: "¿Y cuándo?".
FEW_WORDS, MAX_CHARACTERS = 4, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A `question` as it is also searched for, in the language of the `articles` (ISO 639), and the
    `original` one, in its `language`. Both languages are empty if the question was not translated.
    """

    question: Question
    original: Question
    language: str = ""
    articles: str = ""

    @property
    def is_translated(self) -> bool:
        return bool(self.language)


def _language(question: Question, among: Sequence[str]) -> str:
    """The language of the question if it is none of these; a few words are in that of the question before."""
    text = question.question
    known = frozenset().union(*(function_words(language) for language in {*among, ENGLISH}))
    if len(words(text)) <= FEW_WORDS and known.isdisjoint(word.lower() for word in words(text)):
        before = next((turn.content for turn in reversed(question.history) if turn.role == "user"), "")
        text = f"{before[:MAX_CHARACTERS]} {text}"
    return foreign_language(text, frozenset(among))


def _taken_up(question: Question, read: Question, meant: Question) -> Question:
    """The user's own words for what is meant: the question, or an earlier one that it takes up. `read` is the
    question with its turns in English, and `meant` one of these.
    """
    if meant.question == read.question:
        return question
    for nth, turn in enumerate(read.history):
        if turn.role == "user" and turn.content == meant.question:
            own = question.history[nth].content
            return question.model_copy(update={"question": own, "history": question.history[:nth]})
    return question


class AcrossLanguages:
    """Puts questions into the articles' language, and answers into the question's."""

    def __init__(self, translator: Translator | None, queue: ModelQueue, verifier: Verifier | None) -> None:
        """Without a translator, questions are asked and understood by their own words."""
        self._translator = translator
        self._queue = queue
        self._verifier = verifier

    async def understand(self, question: Question, collection: Collection) -> Understanding:
        """The understanding of the question: by its translation into English, unless the kinds are told in
        its language and articles are in it.
        """
        if self._translator is None or offered(question.question):
            return await asyncio.to_thread(understand_in_conversation, question, collection)
        main = await asyncio.to_thread(collection.main_languages)
        language = await asyncio.to_thread(_language, question, (ENGLISH,))
        read = question
        if language and not (language in READ and language in main):
            read = await self._read(question, language)
        understood = await asyncio.to_thread(understand_in_conversation, read, collection)
        if read is not question and (understood.kind in DRAFTED or understood.kind == "previous"):
            kind = "fact" if understood.kind in ("parts", "previous") else understood.kind
            own = _taken_up(question, read, understood.question)
            wording = own.question
            return replace(
                understood, question=own, wording=wording, kind=kind, parts=(wording,), corrections=()
            )
        spoken = ENGLISH if read is not question else language or ENGLISH
        if main and understood.topic and understood.kind not in DRAFTED and spoken not in main:
            try:
                async with self._queue.slot():
                    topic = await self._line(understood.topic, spoken, main[0])
            except (Busy, ModelUnavailable) as failure:
                logger.warning("the topic is searched as it was asked: %s", failure)
                return understood
            understood = replace(understood, topic=topic or understood.topic)
        return understood

    async def _read(self, question: Question, language: str) -> Question:
        """The question in English; as it is if it cannot be translated."""
        try:
            return await self._translated(question, language, ENGLISH) or question
        except (Busy, ModelUnavailable) as failure:
            logger.warning("the question is understood by its own words: %s", failure)
            return question

    async def asked(self, question: Question, collection_of: Callable[[str], Collection]) -> AskedQuestion:
        """The question in the language of most articles, unless it is in one that many are in. Raises
        ArchiveEmpty, ModelUnavailable, Busy.
        """
        if self._translator is None:
            return AskedQuestion(question=question, original=question)
        collection = await asyncio.to_thread(collection_of, question.collection)
        main = await asyncio.to_thread(collection.main_languages)
        language = await asyncio.to_thread(_language, question, main) if main else ""
        translated = await self._translated(question, language, main[0]) if language else None
        if translated is None:
            return AskedQuestion(question=question, original=question)
        return AskedQuestion(question=translated, original=question, language=language, articles=main[0])

    async def is_foreign(self, question: Question, collection: Collection) -> bool:
        """Whether the question is in a language that few of the articles are in."""
        main = await asyncio.to_thread(collection.main_languages)
        return bool(main and await asyncio.to_thread(_language, question, main))

    async def _translated(self, question: Question, source: str, target: str) -> Question | None:
        """The question and the latest ones before it, translated; None if it cannot be."""
        async with self._queue.slot():
            text = await self._line(question.question, source, target)
            if not text:
                return None
            own = [at for at, turn in enumerate(question.history) if turn.role == "user"][-MAX_EARLIER:]
            history = list(question.history)
            for at in own:
                content = await self._line(history[at].content, source, target)
                history[at] = Turn(role="user", content=content or history[at].content)
        return question.model_copy(update={"question": text, "history": tuple(history)})

    async def _line(self, text: str, source: str, target: str) -> str:
        return await self._translator.translate(text, source, target) if self._translator else ""

    async def told(
        self, asked: AskedQuestion, cited: CitedText, hits: Sequence[Hit], threshold: float
    ) -> CitedText:
        """The sentences in the language of the question, as far as that is proven: with the same numbers and
        names, and by a verifier with a probability of at least the threshold. The others are said by their
        quotes, in the articles' language. The caller holds a slot of the queue.
        """
        if not asked.is_translated:
            return cited
        sentences = [await self._told(asked, cited, one, hits, threshold) for one in cited.sentences]
        return replace(cited, sentences=tuple(sentences))

    async def _told(
        self,
        asked: AskedQuestion,
        cited: CitedText,
        sentence: AnswerSentence,
        hits: Sequence[Hit],
        threshold: float,
    ) -> AnswerSentence:
        quotes = cited.quotes_of(sentence)
        said = await self._said(asked, sentence.text, " ".join(f"{one.title} {one.quote}" for one in quotes))
        if said:
            told = sentence.model_copy(update={"text": said})
            candidate = Candidate(cited=replace(cited, sentences=(told,)).only([told]), claims=(said,))
            proven = await prove([candidate], asked.original, hits, self._verifier, threshold, None)
            if proven.cited.sentences:
                return told.model_copy(update={"probability": proven.proof and round(proven.proof, 4)})
        quoted = " … ".join(dict.fromkeys(sanitize(one.quote) for one in quotes)) or sentence.text
        return sentence.model_copy(update={"text": f"“{quoted}”", "language": asked.articles})

    async def _said(self, asked: AskedQuestion, text: str, quoted: str) -> str:
        """The text in the language of the question; empty if its names or numbers are not the same."""
        try:
            said = await self._line(text, asked.articles, asked.language)
        except ModelUnavailable:
            return ""
        own, other = (text, asked.articles), (said, asked.language)
        same = said and same_numbers(*own, *other) and same_names(*own, *other, quoted)
        return said if same else ""
