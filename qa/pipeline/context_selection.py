"""Hits into the few numbered excerpts that an answer is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.embedding.embedder import Vectors
from index.schemas import Hit
from index.text.normalization import coverage
from index.text.shingles import Shingles
from qa.guardrails.prompt_injection import screen_sentences
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.excerpts import Excerpt

# What makes a sentence fit: its likeness to the question, the question's words in it, the kind of
# thing that is asked for, and how well its passage was found.
COSINE, WORDS, EXPECTED, FOUND = 1.0, 0.5, 0.3, 1.5
# How much the better of its neighbours counts beside a sentence's own fit: neighbours name who "she" is,
# and end what a sentence begins.
NEIGHBOUR = 0.3
# How many of the best are tried for room; the others seldom find any.
TRIED = 16
# What fits less well than this share of the best is left out, though there be room: it costs reading, and
# gives the model another name to mistake for the answer.
LEAST = 2 / 3
# Where a question has so many words that matter, and one sentence so great a share of them, what is asked
# for mostly stands in it or near it: so great a share of the budget is enough. Few words tell no such thing:
# many sentences have them.
PLAIN_WORDS, PLAIN, PLAIN_BUDGET = 5, 0.65, 5 / 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A sentence: the hit it is in and which of its sentences it is, both counted from 0."""

    hit: int
    nth: int
    span: tuple[int, int]
    text: str


def pick(
    hits: Sequence[Hit],
    question: str,
    searched: str,
    weights: Mapping[str, float],
    likeness: Callable[[str, Sequence[str]], Vectors],
    budget: int,
    count_tokens: Callable[[str], int],
) -> list[Excerpt]:
    """The sentences that fit best, in excerpts ordered by their best.

    `weights` are those of the stems of what was `searched`, and `likeness` gives its cosines with
    texts; the form of the `question` tells what kind of thing is asked for. Together the excerpts as
    `shown` cost at most `budget` of the model's tokens, five eighths of it where a sentence has most words
    of a long question, but the best sentence is there in any case. What two hits say alike is there once.
    """
    places = list(_places(hits, question))
    if not places:
        return []
    expected = ExpectedAnswer.of(question)
    covered = {place: coverage(weights, place.text) for place in places}
    if len(weights) >= PLAIN_WORDS and max(covered.values()) >= PLAIN:
        budget = round(PLAIN_BUDGET * budget)
    fits = {
        place: (
            COSINE * max(float(cosine), 0.0)
            + WORDS * covered[place]
            + EXPECTED * expected.found_in(place.text)
            + FOUND * hits[place.hit].score
        )
        / (COSINE + WORDS + EXPECTED + FOUND)
        for place, cosine in zip(places, likeness(searched, [place.text for place in places]), strict=True)
    }
    near = _nears(fits)
    chosen = {max(places, key=lambda place: fits[place])}
    worth = {place: fits[place] + NEIGHBOUR * near[place] for place in places}
    ranked = sorted(places, key=lambda place: -worth[place])
    for place in ranked[:TRIED]:
        if worth[place] < LEAST * worth[ranked[0]]:
            break
        wider = chosen | {place}
        if count_tokens("\n".join(excerpt.shown for excerpt in _excerpts(wider, fits, hits))) <= budget:
            chosen = wider
    return _excerpts(chosen, fits, hits)


def _nears(fits: Mapping[_Candidate, float]) -> dict[_Candidate, float]:
    """How well the better of each sentence's neighbours fits; 0 where it has none."""
    at = {(place.hit, place.nth): fit for place, fit in fits.items()}
    return {place: max(at.get((place.hit, place.nth + step), 0.0) for step in (-1, 1)) for place in fits}


def _places(hits: Sequence[Hit], question: str) -> Iterator[_Candidate]:
    """Every sentence of the hits as a reader sees it, but those that an earlier hit has word for word,
    however set, and those that do not tell but order.
    """
    earlier: set[tuple[str, ...]] = set()
    for at, hit in enumerate(hits):
        shift = hit.passage.start
        said = []
        for nth, sentence in enumerate(screen_sentences(hit.passage.text, question)):
            said.append(Shingles.of(sentence.text).words)
            # What has no words, as "(…)", tells nothing.
            if said[-1] and said[-1] not in earlier and sentence.trusted:
                span = (sentence.start + shift, sentence.end + shift)
                yield _Candidate(hit=at, nth=nth, span=span, text=sentence.text)
        earlier.update(said)


def _excerpts(
    chosen: Iterable[_Candidate], fits: Mapping[_Candidate, float], hits: Sequence[Hit]
) -> list[Excerpt]:
    """The places of each hit as one excerpt, the excerpt with the best of them first."""
    of_hit: dict[int, list[_Candidate]] = {}
    for place in sorted(chosen, key=lambda place: (place.hit, place.nth)):
        of_hit.setdefault(place.hit, []).append(place)
    groups = sorted(of_hit.values(), key=lambda group: -max(fits[place] for place in group))
    return [
        Excerpt(
            number=number,
            hit=hits[group[0].hit],
            spans=tuple(place.span for place in group),
            fits=tuple(fits[place] for place in group),
        )
        for number, group in enumerate(groups, start=1)
    ]
