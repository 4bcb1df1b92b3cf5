"""Lists: everyone, every place or organisation that an article names, or what its sentences say."""

from __future__ import annotations

import numpy as np

from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.names import named_entities

MAX_NAMES, MAX_SENTENCES = 30, 8
MAX_ARTICLES = 3
# A sentence below this share of the best one's similarity says something else.
CLOSE = 0.7
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
    query = composition.understanding.wording
    cosines = np.asarray(composition.collection.similarity(query, [one.text for one in sentences]))
    order = [int(at) for at in np.argsort(-cosines) if cosines[at] >= CLOSE * cosines.max()][:MAX_SENTENCES]
    return Composed(lines=tuple(Line.quoted(sentences[at]) for at in sorted(order)), is_list=True)
