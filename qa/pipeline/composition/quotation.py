"""Quotations: the exact words in quotation marks, with who says them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.schemas import Article
from index.text.normalization import stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.names import NamedEntity, named_entities
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES, MAX_QUOTES = 3, 4
MIN_WORDS = 4
_QUOTED = re.compile(r"“[^“”]+”|\"[^\"\n]+\"|„[^„“”]+[“”]|«[^«»]+»")
_MARKS = '“”"„«»'
# How far from a quotation its speaker is named.
NEAR = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """What is said, without its marks, with its place; `speaker` is empty if none is named near."""

    speaker: str
    words: str
    place: ArticleSentence


def compose(composition: Composition) -> Composed | None:
    """Up to four quotations with their speakers; None if there are none."""
    articles = composition.articles(MAX_ARTICLES)
    found: list[Quotation] = []
    named: dict[str, NamedEntity] = {}
    asked = set(stems(composition.topic))
    for article in articles:
        sentences = composition.read([article])
        people = [one for one in named_entities(sentences, composition.collection) if one.kind == "person"]
        named |= {one.name: one for one in people if asked & set(stems(one.name))}
        found += _quotations(article, people)
    by_person = [one for one in found if asked & set(stems(one.speaker))]
    if named and not by_person:
        return _reported(next(iter(named.values())), articles)
    found = by_person or found
    if not found:
        return None
    about = " ".join(word for word in composition.topic.split())
    cosines = np.asarray(composition.collection.similarity(about, [one.words for one in found]))
    order = [int(at) for at in np.argsort(-cosines)[:MAX_QUOTES]]
    lines = [
        Line(text=f"{one.speaker or one.place.article.outlet}: “{one.words}”", quotes=(one.place,))
        for one in (found[at] for at in sorted(order))
    ]
    return Composed(lines=tuple(lines), is_list=len(lines) > 1)


def _reported(person: NamedEntity, articles: Sequence[Article]) -> Composed:
    """What is told of a person of whom no words are quoted."""
    text = f"No words of {person.name} are quoted; the article reports:"
    ids = tuple(article.id for article in articles)
    return Composed(
        lines=(Line(text=text, articles=ids, support="catalogue"), Line.quoted(person.sentence)), is_list=True
    )


def _quotations(article: Article, people: Sequence[NamedEntity]) -> Iterator[Quotation]:
    for paragraph in re.finditer(r"[^\n]+", article.text):
        quoted = [one for one in _QUOTED.finditer(paragraph[0]) if len(one[0].split()) >= MIN_WORDS]
        for one in quoted:
            start, end = paragraph.start() + one.start(), paragraph.start() + one.end()
            place = ArticleSentence(article=article, start=start, end=end, text=one[0], nth=0, of=1)
            words = one[0].strip(_MARKS).rstrip(",").strip()
            yield Quotation(speaker=_speaker(article, paragraph, one, people), words=words, place=place)


def _speaker(
    article: Article, paragraph: re.Match[str], quoted: re.Match[str], people: Sequence[NamedEntity]
) -> str:
    """The person named nearest to the words, in their paragraph outside of quotation marks, or before it."""
    outside = _QUOTED.sub(lambda found: " " * len(found[0]), paragraph[0])
    near = [
        (min(abs(found.start() - quoted.end()), abs(quoted.start() - found.end())), person.name)
        for person in people
        for found in re.finditer(rf"\b{re.escape(person.name.split()[-1])}\b", outside)
    ]
    if near and min(near)[0] <= NEAR:
        return min(near)[1]
    before = article.text[: paragraph.start()]
    last = max(((before.rfind(person.name.split()[-1]), person.name) for person in people), default=(-1, ""))
    return last[1] if last[0] >= 0 else ""
