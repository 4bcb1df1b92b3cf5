"""Lines translated by the chat model: questions into the articles' language, answers into the question's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from functools import cache

from cachetools import LRUCache
from rapidfuzz.distance import Prefix

from index.text.languages import english_name, foreign_language
from index.text.normalization import stem
from index.text.number_words import country_names
from index.text.terms.related_words import same_name, sound
from index.text.terms.words import words
from qa.errors import ModelUnavailable
from qa.guardrails.sanitizer import sanitize
from qa.llm.chat_models import ChatModel, Task, reason_for
from qa.llm.prompts import load_prompt
from qa.verification.entities import extract_entities, is_number, missing_entities

PROMPT_VARIABLES = {"source", "target", "text"}
GRAMMAR = r"root ::= [^\n]+"
TIMEOUT_SECONDS = 60.0
# A question that is asked again, or in parts, is translated once.
RECENT = 500
MAX_CHARACTERS, MAX_TOKENS = 600, 160
# What a translation has of the characters of the text, at most and at least.
MOST, LEAST = 4.0, 0.2
# How many letters of a name its forms in another script have in common at least, and which share of them.
MIN_SHARED, SHARED = 4, 0.75
# All nouns have capitals.
_CAPITALIZED_NOUNS = frozenset({"de", "lb"})


def translation_task() -> Task:
    """What the model does. Raises PromptInvalid."""
    prompt = load_prompt("translate", PROMPT_VARIABLES)
    return Task(name="translate", prompt=prompt, max_tokens=MAX_TOKENS, grammar=GRAMMAR)


class Translator:
    """Translates by a chat model; who calls it holds a slot of the model's queue."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._task = translation_task()
        self._recent: LRUCache[tuple[str, str, str], str] = LRUCache(RECENT)

    async def translate(self, text: str, source: str, target: str) -> str:
        """The text, which is in the language `source` (ISO 639), in the language `target`; empty if
        what the model wrote is no translation. Raises ModelUnavailable.
        """
        key = (text, source, target)
        translated = self._recent.get(key)
        if translated is None:
            translated = self._recent[key] = await self._translated(text, source, target)
        return translated

    async def _translated(self, text: str, source: str, target: str) -> str:
        line = sanitize(text)[:MAX_CHARACTERS]
        languages = english_name(source), english_name(target)
        if not all(languages):
            return ""
        written = await self._ask({"source": languages[0], "target": languages[1], "text": line})
        fits = LEAST * len(line) <= len(written) <= MOST * len(line) + 40
        # A small model may repeat the line instead.
        return written if fits and foreign_language(written, frozenset({target})) != source else ""

    async def _ask(self, values: Mapping[str, str]) -> str:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                reply = await self._model.for_task(self._task).ainvoke(self._task.prompt.messages(values))
        except Exception as error:
            # LangChain's providers share no base class of errors.
            raise ModelUnavailable(
                f"the model '{self._model.name}' did not translate ({reason_for(error, self._model)}); "
                "see `quoth doctor`, or set QUOTH_MODEL=none to answer without a model"
            ) from error
        return sanitize(str(reply.text).strip().partition("\n")[0])


def same_numbers(text: str, language: str, other: str, other_language: str) -> bool:
    """Whether two texts have the same numbers, each as its language writes them."""
    own, others = (
        set(filter(is_number, extract_entities(one, of)))
        for one, of in ((text, language), (other, other_language))
    )
    return not (missing_entities(own, other, other_language) or missing_entities(others, text, language))


def same_names(text: str, language: str, other: str, other_language: str, told: str = "") -> bool:
    """Whether the names of each of two texts are in the other, in its spelling or script; `told` is a text
    that a name of the other one may be in instead. In a language that writes all nouns with capitals, names
    cannot be told from other words and are not asked for.
    """
    pairs = [(other, other_language, f"{text} {told}", language), (text, language, other, other_language)]
    return all(
        _has(name, of, written, among)
        for one, of, written, among in pairs
        if of not in _CAPITALIZED_NOUNS
        for name in _names(one, of)
    )


def _names(text: str, language: str) -> Set[str]:
    return {one for one in extract_entities(text, language) if not is_number(one)}


def _has(name: str, of: str, text: str, language: str) -> bool:
    """Whether a text in the language has a name of a text in the language `of`."""
    if not missing_entities({name}, text, language):
        return True
    if any(_is_name(name, word) for word in words(text)):
        return True
    code = _countries(of).get(name)
    return bool(code) and any(
        country in text.lower() for country, other in country_names(language).items() if other == code
    )


def _is_name(name: str, word: str) -> bool:
    """Whether a word is a name in another spelling, or in another script with an ending."""
    own, other = sound(name), sound(word)
    if own == other or same_name(word, name):
        return True
    shared = Prefix.similarity(own, other)
    return name.isascii() != word.isascii() and shared >= max(MIN_SHARED, SHARED * min(len(own), len(other)))


@cache
def _countries(language: str) -> Mapping[str, str]:
    return {stem(name): code for name, code in country_names(language).items()}
