"""Lists: everyone, every place or organisation that an article names, or what its sentences say."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.text.normalization import WORD, stems
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.articles import clearest
from qa.pipeline.composition.evidence.names import named_entities
from qa.pipeline.composition.evidence.salience import SAME
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.verification.entities import extract_names

MAX_NAMES, MAX_SENTENCES = 30, 8
MAX_ARTICLES = 3
# A sentence below this share of the best one's score says something else; one beside an item, below this.
CLOSE, BESIDE = 0.55, 0.4
# What the similarity counts with the question, and with its words that the article's beginning has not; what
# one gains that enumerates, or has a name; and what one loses that quotes somebody, or only tells a price.
WHOLE, REST, ENUMERATES, NAMES, QUOTES, PRICED = 0.5, 0.5, 0.1, 0.05, 0.1, 0.2
# How much of an article's beginning tells what it is about, in characters.
LEDE = 250
# "salt, flour and oil", "Kenya and Kilimanjaro": three items, or two names.
_ENUMERATION = re.compile(
    r"\w ?, (?:\w+[ -]+){1,6}?(?:, |(?:and|or|und|oder) )\w|(?<!\w)[A-Z]\w+ (?:and|und) (?:\w+ )?[A-Z]\w+"
)
_AMOUNT = re.compile(r"\b(?:euros?|dollars?|pounds?|cents)\b|[$€£]")
_ASKS_AMOUNT = re.compile(
    r"\b(?:cost|price|fee|fare|money|amount|sum|euro|dollar|pound|figure|number)", re.IGNORECASE
)
_NAMED = {"person": "person", "place": "place", "organisation": "organisation"}


def compose(composition: Composition) -> Composed | None:
    """A line for each name, or each sentence near the question; None if there are none."""
    kind = _NAMED.get(composition.understanding.detail)
    articles = composition.articles(1 if kind or composition.understanding.singular else MAX_ARTICLES)
    articles = articles or clearest(composition.relevant())
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
    """The sentences that are items of what is asked for, by the question and by their form, and what stands
    beside them and goes on.
    """
    if not sentences:
        return []
    query, texts = composition.understanding.wording, [one.text for one in sentences]
    # What the whole article is about tells no item from the rest of it.
    begins = {stem for one in sentences for stem in stems(f"{one.article.title} {one.article.text[:LEDE]}")}
    rest = " ".join(word for word in WORD.findall(query) if not set(stems(word)) <= begins)
    similarity = composition.collection.similarity
    scores = WHOLE * np.asarray(similarity(query, texts), dtype=np.float64)
    scores += REST * np.asarray(similarity(rest or query, texts), dtype=np.float64)
    titles = " ".join({one.article.title for one in sentences})
    known = set(stems(f"{query} {titles}"))
    scores += np.array([_form(text, known, asks_amount=bool(_ASKS_AMOUNT.search(query))) for text in texts])
    best = float(scores.max())
    chosen = {int(at) for at in np.argsort(-scores) if scores[at] >= CLOSE * best}
    for at in sorted(range(len(texts)), key=lambda at: -scores[at]):
        if at in chosen or scores[at] < BESIDE * best:
            continue
        beside = [one for one in (at - 1, at + 1) if one in chosen and _same(sentences, one, at)]
        # What names an item again says more of it, and is no other one.
        named = {word for one in chosen for name in extract_names(texts[one]) for word in name.split()}
        if beside and not any(set(name.split()) & named for name in extract_names(texts[at])):
            chosen.add(at)
    vectors = composition.collection.encode(texts)
    kept: list[int] = []
    for at in sorted(chosen, key=lambda at: -scores[at]):
        if all(float(vectors[at] @ vectors[one]) < SAME for one in kept):
            kept.append(at)
    return [sentences[at] for at in sorted(kept[:MAX_SENTENCES])]


def _same(sentences: Sequence[ArticleSentence], one: int, other: int) -> bool:
    return sentences[one].article.id == sentences[other].article.id


def _form(text: str, known: set[str], *, asks_amount: bool) -> float:
    """What the form of a sentence adds to its score."""
    score = 0.0
    enumerates, names = bool(_ENUMERATION.search(text)), _names_more(text, known)
    if enumerates:
        score += ENUMERATES
    if names:
        score += NAMES
    if text[:1] in '"“‘„«':
        score -= QUOTES
    if _AMOUNT.search(text) and not asks_amount and not enumerates and " and " not in text:
        score -= PRICED
    return score


def _names_more(text: str, known: set[str]) -> bool:
    """Whether the text has a name that the question and the titles have not."""
    return any(not set(stems(name)) <= known for name in extract_names(text))
