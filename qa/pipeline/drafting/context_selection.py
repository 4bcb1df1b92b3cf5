"""Selects the sentences of the retrieved passages that the answer is drafted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding.embedder import Vectors
from index.schemas import Hit
from index.text.languages import ENGLISH
from index.text.normalization import coverage
from index.text.shingles import Shingles
from qa.guardrails.prompt_injection import screen_sentences
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.excerpts import Excerpt

# The weights of a sentence's score: its cosine with the question, the share of the question's words that it
# has, whether it has the kind of value that is asked for, and the score of its passage.
COSINE, COVERAGE, EXPECTED, PASSAGE = 1.0, 0.5, 0.3, 1.5
# The weight of the better neighbour's score: neighbours say who "she" is and complete a thought.
NEIGHBOUR = 0.3
# How many of the best sentences are tried for the remaining budget; later ones rarely fit.
MAX_TRIED = 16
# A sentence below this share of the best score is left out even if there is budget for it: it takes time to
# read and offers the model another name to mistake for the answer.
MIN_SCORE_RATIO = 2 / 3
# A model with a large context is not confused by more, and can use what is less near.
LARGE_BUDGET, LARGE_SCORE_RATIO, SENTENCE_TOKENS = 1_000, 0.45, 20
# If one sentence covers this share of a question with at least this many weighted words, the answer is mostly
# in or near it, and this share of the budget suffices. Shorter questions are covered by many sentences.
FOCUSED_WORDS, FOCUSED_COVERAGE, FOCUSED_BUDGET = 5, 0.65, 5 / 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence of a passage: the index of its hit, and its index in the passage."""

    hit: int
    nth: int
    span: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Score:
    """How well a sentence fits the question, 0 to 1: `relevance` is its own and compares between searches,
    `rank` includes its passage's score.
    """

    relevance: float
    rank: float


def select_context(
    hits: Sequence[Hit],
    question: str,
    query: str,
    weights: Mapping[str, float],
    similarity: Callable[[str, Sequence[str]], Vectors],
    budget: int,
    count_tokens: Callable[[str], int],
    language: str = ENGLISH,
    *,
    embeds: bool = True,
) -> list[Excerpt]:
    """The best sentences of the hits as excerpts, ordered by their best sentence.

    `weights` are the weights of the query's stems, and `similarity` returns the cosines of the query with
    texts, shape (len(texts),); `language` is the question's; unless the embedder `embeds` it, the share of
    the words stands in the place of lower cosines. The excerpts as `shown` cost at most `budget` of the
    model's tokens, or 62.5 % of it if one sentence covers most of a long question; the best sentence is
    always included. A sentence that is in several hits is included once.
    """
    sentences = list(_candidates(hits, question))
    if not sentences:
        return []
    expected = ExpectedAnswer.of(question, language)
    covered = {sentence: coverage(weights, sentence.text) for sentence in sentences}
    if len(weights) >= FOCUSED_WORDS and max(covered.values()) >= FOCUSED_COVERAGE:
        budget = round(FOCUSED_BUDGET * budget)
    cosines = similarity(query, [sentence.text for sentence in sentences])
    if not embeds:
        cosines = np.maximum(cosines, [covered[sentence] for sentence in sentences])
    # What is asked for is known in few languages.
    asked = EXPECTED if language in (ENGLISH, "de") else 0.0
    scores: dict[_Sentence, _Score] = {}
    for sentence, cosine in zip(sentences, cosines, strict=True):
        own = (
            COSINE * max(float(cosine), 0.0)
            + COVERAGE * covered[sentence]
            + EXPECTED * expected.found_in(sentence.text)
        )
        scores[sentence] = _Score(
            relevance=own / (COSINE + COVERAGE + asked),
            rank=(own + PASSAGE * hits[sentence.hit].score) / (COSINE + COVERAGE + asked + PASSAGE),
        )
    chosen = {max(sentences, key=lambda sentence: scores[sentence].rank)}
    smoothed = _with_neighbours(scores)
    ranked = sorted(sentences, key=lambda sentence: -smoothed[sentence])
    is_large = budget >= LARGE_BUDGET
    ratio = LARGE_SCORE_RATIO if is_large else MIN_SCORE_RATIO
    for sentence in ranked[: budget // SENTENCE_TOKENS if is_large else MAX_TRIED]:
        if smoothed[sentence] < ratio * smoothed[ranked[0]]:
            break
        wider = chosen | {sentence}
        if count_tokens("\n".join(excerpt.shown for excerpt in _excerpts(wider, scores, hits))) <= budget:
            chosen = wider
    return _excerpts(chosen, scores, hits)


def _with_neighbours(scores: Mapping[_Sentence, _Score]) -> dict[_Sentence, float]:
    """The rank of each sentence plus the weighted rank of its better neighbour."""
    ranks = {(sentence.hit, sentence.nth): score.rank for sentence, score in scores.items()}
    return {
        sentence: score.rank
        + NEIGHBOUR * max(ranks.get((sentence.hit, sentence.nth + step), 0.0) for step in (-1, 1))
        for sentence, score in scores.items()
    }


def _candidates(hits: Sequence[Hit], question: str) -> Iterator[_Sentence]:
    """The trusted sentences of the hits that no earlier hit has in the same words."""
    earlier: set[tuple[str, ...]] = set()
    for index, hit in enumerate(hits):
        offset = hit.passage.start
        own = []
        for nth, sentence in enumerate(screen_sentences(hit.passage.text, question)):
            own.append(Shingles.of(sentence.text).words)
            # A sentence without words, such as "(…)", has no information.
            if own[-1] and own[-1] not in earlier and sentence.trusted:
                span = (sentence.start + offset, sentence.end + offset)
                yield _Sentence(hit=index, nth=nth, span=span, text=sentence.text)
        earlier.update(own)


def _excerpts(
    chosen: Iterable[_Sentence], scores: Mapping[_Sentence, _Score], hits: Sequence[Hit]
) -> list[Excerpt]:
    """One excerpt for the chosen sentences of each hit, the excerpt with the best sentence first."""
    by_hit: dict[int, list[_Sentence]] = {}
    for sentence in sorted(chosen, key=lambda sentence: (sentence.hit, sentence.nth)):
        by_hit.setdefault(sentence.hit, []).append(sentence)
    groups = sorted(by_hit.values(), key=lambda group: -max(scores[sentence].rank for sentence in group))
    return [
        Excerpt(
            number=number,
            hit=hits[group[0].hit],
            spans=tuple(sentence.span for sentence in group),
            ranks=tuple(scores[sentence].rank for sentence in group),
            relevance=tuple(scores[sentence].relevance for sentence in group),
        )
        for number, group in enumerate(groups, start=1)
    ]
