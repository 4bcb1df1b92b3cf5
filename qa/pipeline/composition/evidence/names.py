"""The people, places, organisations and things that an article names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from index.collection import Collection
from index.embedding.text_classifier import TextClassifier
from index.text.calendar_words import is_calendar_word
from index.text.normalization import is_stop_word
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.verification.entities import CAPITALIZED, starts_sentence

NameKind = Literal["person", "place", "organisation", "thing"]
WEIGHTS = Path(__file__).with_name("names.npz")
# The tokens before and after a name that tell its kind.
BEFORE, AFTER = 3, 3
# A kind that is less probable over the contexts of an article is looked up in so many passages of others.
SURE, ELSEWHERE = 0.85, 6
_PARTICLE = r"(?: (?:of|de|da|van|von|der|del|al|bin|the|&)){0,2}"
_NAME = re.compile(rf"{CAPITALIZED}(?:{_PARTICLE} {CAPITALIZED}|(?<=\bDr)\. {CAPITALIZED})*")
_TOKENS = re.compile(r"[\w'’]+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEntity:
    """A name with its kind and the sentence that has it first."""

    name: str
    kind: NameKind
    sentence: ArticleSentence
    mentions: int


def named_entities(sentences: Sequence[ArticleSentence], collection: Collection) -> list[NamedEntity]:
    """The names of the sentences, in the order of their first mention. A surname counts for the full name."""
    first: dict[str, ArticleSentence] = {}
    contexts: dict[str, list[str]] = {}
    for sentence in sentences:
        for name, start, end in _names(sentence.text):
            full = next((one for one in first if _is_part(name, one)), name)
            first.setdefault(full, sentence)
            contexts.setdefault(full, []).append(masked(sentence.text, start, end))
    kinds = _kinds(contexts, collection)
    return [
        NamedEntity(
            # "Professor Eames of Collmouth University"
            name=name.split(" of ")[0] if kinds[name] == "person" else name,
            kind=kinds[name],
            sentence=sentence,
            mentions=len(contexts[name]),
        )
        for name, sentence in first.items()
    ]


def masked(text: str, start: int, end: int) -> str:
    """The words around `text[start:end]`, with NAME in its place, and its own words."""
    before, after = _TOKENS.findall(text[:start])[-BEFORE:], _TOKENS.findall(text[end:])[:AFTER]
    # A word of a name, such as "University", must not count as one of its context.
    own = [f"{word}_" for word in _TOKENS.findall(text[start:end])]
    return " ".join([*before, "NAME", *after, "|", *own])


def _names(text: str) -> list[tuple[str, int, int]]:
    names = []
    for found in _NAME.finditer(text):
        name, start = found[0], found.start()
        words = name.split()
        # The first word of a sentence is capitalised in any case.
        while words and (is_stop_word(words[0]) or (starts_sentence(text, start) and len(words) == 1)):
            start += len(words.pop(0)) + 1
        name = re.sub(r"['’]s$", "", " ".join(words))
        if name and not all(map(is_calendar_word, name.split())):
            names.append((name, start, start + len(name)))
    return names


def _is_part(name: str, full: str) -> bool:
    return name == full or (len(full.split()) > 1 and full.split()[-len(name.split()) :] == name.split())


def _kinds(contexts: dict[str, list[str]], collection: Collection) -> dict[str, NameKind]:
    """The likeliest kind of each name, over all its contexts."""
    classifier = TextClassifier.load(WEIGHTS)
    names = list(contexts)
    known = collection.embedder_name == classifier.embedder
    vectors = collection.encode(names) if known and names else [None] * len(names)
    kinds: dict[str, NameKind] = {}
    for name, vector in zip(names, vectors, strict=True):
        total: Counter[str] = Counter()
        for context in contexts[name]:
            total.update(classifier.probabilities(context, vector))
        if " " not in name and total.most_common(1)[0][1] < SURE * total.total():
            # What other articles say around it: "left NAME for the island" could be a person, "in NAME" not.
            for context in _contexts_elsewhere(name, collection):
                total.update(classifier.probabilities(context, vector))
        kinds[name] = cast(NameKind, total.most_common(1)[0][0])
    return kinds


def _contexts_elsewhere(name: str, collection: Collection) -> list[str]:
    """What stands around the name in the passages that are found for it."""
    texts = [hit.passage.text for hit in collection.search(name, k=ELSEWHERE)]
    return [
        masked(text, *found.span())
        for text in texts
        # Not as a part of another name: "The Marren Post".
        for found in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-]| [A-Z])", text)
    ]
