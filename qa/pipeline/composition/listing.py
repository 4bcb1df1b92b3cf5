"""Lists: everyone, every place or organisation that an article names, or what its sentences say."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.text.normalization import coverage, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.names import named_entities
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.verification.entities import extract_names

MAX_NAMES, MAX_SENTENCES = 30, 8
MAX_ARTICLES = 3
# A sentence below this share of the best one's score says something else: one that names or counts up things
# is an item sooner than one that does not.
CLOSE, CLOSE_ITEM = 0.72, 0.5
# What a sentence's share of the topic's words counts beside its similarity, what one gains that enumerates,
# and the share of its score that the sentence after it gets which enumerates too.
TOPIC, ENUMERATES, CONTINUED = 0.3, 0.15, 0.9
# "salt, flour and oil", "Kenya and Kilimanjaro": three items, or two names.
_ENUMERATION = re.compile(
    r"\w ?, (?:\w+[ -]+){1,6}?(?:, |(?:and|or|und|oder) )\w|(?<!\w)[A-Z]\w+ (?:and|und) (?:\w+ )?[A-Z]\w+"
)
_NAMED = {"person": "person", "place": "place", "organisation": "organisation"}


def compose(composition: Composition) -> Composed | None:
    """A line for each name, or each sentence near the question; None if there are none."""
    kind = _NAMED.get(composition.understanding.detail)
    articles = composition.articles(1 if kind or composition.understanding.singular else MAX_ARTICLES)
    sentences = composition.read(articles)
    if not sentences:
        return None
    if kind:
        named = [one for one in named_entities(sentences, composition.collection) if one.kind == kind]
        if kind == "person":
            named = [one for one in named if " " in one.name or one.mentions > 1]
        lines = [Line.quoted(one.sentence, f"{one.name} – ") for one in named[:MAX_NAMES]]
        return Composed(lines=tuple(lines), is_list=True) if lines else None
    chosen = _enumerating(composition, [one for one in sentences if not one.is_question])
    return Composed(lines=tuple(map(Line.quoted, chosen)), is_list=True) if chosen else None


def _enumerating(composition: Composition, sentences: Sequence[ArticleSentence]) -> list[ArticleSentence]:
    """The sentences nearest to the question, of which those that enumerate tell most, and what goes on with
    an enumeration in the sentence after it.
    """
    if not sentences:
        return []
    query = composition.understanding.wording
    texts = [one.text for one in sentences]
    near = np.asarray(composition.collection.similarity(query, texts), dtype=np.float64)
    weights = composition.collection.weights(composition.topic or query)
    near += TOPIC * np.array([coverage(weights, text) for text in texts])
    items = np.array([ENUMERATES if _ENUMERATION.search(text) else 0.0 for text in texts])
    scores = near + items
    for at, sentence in enumerate(sentences[1:], 1):
        if items[at] and items[at - 1] and sentence.nth == sentences[at - 1].nth + 1:
            scores[at] = max(scores[at], CONTINUED * scores[at - 1])
    known = set(stems(f"{query} {' '.join({one.article.title for one in sentences})}"))
    close = [CLOSE_ITEM if items[at] or _names_more(texts[at], known) else CLOSE for at in range(len(texts))]
    order = [int(at) for at in np.argsort(-scores) if scores[at] >= close[at] * scores.max()]
    return [sentences[at] for at in sorted(order[:MAX_SENTENCES])]


def _names_more(text: str, known: set[str]) -> bool:
    """Whether the text has a name that the question and the titles have not."""
    return any(not set(stems(name)) <= known for name in extract_names(text))
