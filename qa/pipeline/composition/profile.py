"""What the articles say of a person, a place or a thing, gathered from all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from index.text.normalization import coverage, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.names import named_entities
from qa.pipeline.composition.evidence.salience import salience, select_diverse
from qa.pipeline.composition.evidence.sentences import ArticleSentence, in_order
from qa.pipeline.composition.summary import summarize_article

MAX_ARTICLES = 6
MAX_SENTENCES, MAX_ALL = 6, 14
# The share of the topic's words, by weight, that a sentence about it has.
NAMED = 0.5
TOPIC = 0.6


def compose(composition: Composition) -> Composed | None:
    """The best sentences that name the topic; None if no article mentions it."""
    if not composition.topic:
        return None
    if name := _person_in(composition.topic):
        # "What has Ada Holm to do with the mill?": what names her.
        understanding = replace(composition.understanding, topic=name)
        named = compose(replace(composition, understanding=understanding))
        if named:
            return named
    relevant = [one for one in composition.relevant() if one.mentions][:MAX_ARTICLES]
    sentences = composition.read([one.article for one in relevant])
    if not sentences:
        return None
    weights = composition.collection.weights(composition.topic)
    # A person is named in full once, and then by surname.
    surname = stems(composition.topic)[-1:] if composition.topic.istitle() else []
    naming = [
        one
        for one in sentences
        if not one.is_question
        and (coverage(weights, one.text) >= NAMED or set(surname) & set(stems(one.text)))
    ]
    if not naming:
        return None
    chosen = _best(composition, naming)
    if relevant[0].is_about and not _is_person(composition, naming):
        # An article about a thing tells of it also where it does not name it.
        main = summarize_article(
            composition, relevant[0].article, MAX_ALL if len(relevant) == 1 else MAX_SENTENCES
        )
        chosen = list({(one.article.id, one.start): one for one in (*main, *chosen)}.values())
    return Composed(lines=tuple(map(Line.quoted, sorted(chosen, key=in_order))))


def _person_in(topic: str) -> str:
    """The first name of several words in a topic that has other words too; empty if there is none."""
    words = topic.split()
    capital = [word[:1].isupper() for word in words]
    start = next((at for at in range(len(words) - 1) if capital[at] and capital[at + 1]), None)
    if start is None or all(capital):
        return ""
    end = next((at for at in range(start, len(words)) if not capital[at]), len(words))
    return " ".join(words[start:end])


def _is_person(composition: Composition, naming: list[ArticleSentence]) -> bool:
    """Whether the articles name the topic as they name people, who are named wherever they are told of."""
    if not composition.topic.istitle():
        return False
    topic = set(stems(composition.topic))
    kinds = [
        one.kind for one in named_entities(naming, composition.collection) if topic <= set(stems(one.name))
    ]
    return kinds[:1] == ["person"]


def _best(composition: Composition, naming: list[ArticleSentence]) -> list[ArticleSentence]:
    """The sentences that tell most of the topic; the first one of each article introduces it."""
    texts = [one.text for one in naming]
    vectors = composition.collection.encode(texts)
    about = np.asarray(composition.collection.similarity(composition.topic, texts))
    introduces: dict[str, ArticleSentence] = {}
    for one in naming:
        introduces.setdefault(one.article.id, one)
    first = np.array([0.2 if introduces[one.article.id] is one else 0.0 for one in naming])
    scores = np.asarray(salience(naming, vectors, None) + TOPIC * about + first, dtype=np.float32)
    return [naming[at] for at in select_diverse(scores, vectors, MAX_SENTENCES)]
