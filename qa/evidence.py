"""Hits into the few numbered excerpts that an answer is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from index.articles import Hit
from index.embedding import Vectors
from index.wording import Wording
from index.words import coverage
from qa.expecting import expected
from qa.fences import fenced
from qa.orders import orders, sentences

# Sentences shown on either side of the one that fits best: they name who "she" is, and end what it begins.
# Around the others they cost more than they tell.
AROUND = 1
# What makes a sentence fit: its likeness to the question, the question's words in it, the kind of
# thing that is asked for, and how well its passage was found.
COSINE, WORDS, EXPECTED, FOUND = 1.0, 0.5, 0.3, 1.5
# One sentence is compared in meaning, and shown if there is room, for so many tokens of the budget.
COMPARED_TOKENS = 50
# Longer names of outlets are cut between words. They stand in brackets, so those in them are left out.
OUTLET_CHARACTERS = 40
_NO_BRACKETS = str.maketrans("", "", "()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Neighbouring sentences of one passage.

    `spans` are their offsets into the article's text; `fits` say how well each fits the question,
    0 to 1.
    """

    number: int
    hit: Hit
    spans: tuple[tuple[int, int], ...]
    fits: tuple[float, ...]

    def quote(self, first: int = 0, last: int = -1) -> str:
        """The article's own words from sentence `first` to `last`."""
        shift = self.hit.passage.start
        return self.hit.passage.text[self.spans[first][0] - shift : self.spans[last][1] - shift]

    @property
    def shown(self) -> str:
        """The excerpt as a model sees it: one line, in which the article has words and nothing else."""
        day = self.hit.date.isoformat() if self.hit.date else "undated"
        return f"[{self.number}] ({_outlet(self.hit)}, {day}) {fenced(self.quote())}"


def _outlet(hit: Hit) -> str:
    """What to call where a hit appeared: by its source, or else by its title."""
    name = fenced((hit.source or hit.title)[: 2 * OUTLET_CHARACTERS])
    # Half a word at the end would be read as a name: "Taylor S".
    return (
        "unnamed"
        if any(orders([name], ""))
        else shorten(name.translate(_NO_BRACKETS), OUTLET_CHARACTERS, placeholder="…")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
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
    """The sentences that best fit, the best with its neighbours, in excerpts ordered by their best.

    `weights` are those of the stems of what was `searched`, and `likeness` gives its cosines with
    texts; the form of the `question` tells what kind of thing is asked for. Together the excerpts as
    `shown` cost at most `budget` of the model's tokens, but the best sentence is there in any case. What
    two hits say alike is there once.
    """
    places = list(_places(hits, question))
    if not places:
        return []
    has_expected = expected(question)
    plain = {
        place: WORDS * coverage(weights, place.text)
        + EXPECTED * has_expected(place.text)
        + FOUND * hits[place.hit].score
        for place in places
    }
    # Comparing what sentences mean takes time: only of those that could be shown at all.
    likely = sorted(places, key=lambda place: -plain[place])[: max(1, budget // COMPARED_TOKENS)]
    found = likeness(searched, [place.text for place in likely])
    cosines = dict(zip(likely, found.tolist(), strict=True))
    fits = {
        place: (plain[place] + COSINE * max(cosines.get(place, 0.0), 0.0))
        / (COSINE + WORDS + EXPECTED + FOUND)
        for place in places
    }
    best, *others = sorted(likely, key=lambda place: -fits[place])
    chosen = {near for near in places if near.hit == best.hit and abs(near.nth - best.nth) <= AROUND}
    for place in others:
        wider = chosen | {place}
        if count_tokens("\n".join(excerpt.shown for excerpt in _excerpts(wider, fits, hits))) <= budget:
            chosen = wider
    return _excerpts(chosen, fits, hits)


def _places(hits: Sequence[Hit], question: str) -> Iterator[_Place]:
    """Every sentence of the hits as a reader sees it, but those that an earlier hit has word for word,
    however set, and those that do not tell but order.
    """
    earlier: set[tuple[str, ...]] = set()
    for at, hit in enumerate(hits):
        shift = hit.passage.start
        said = []
        for nth, sentence in enumerate(sentences(hit.passage.text, question)):
            said.append(Wording.of(sentence.text).words)
            if said[-1] not in earlier and sentence.tells:
                span = (sentence.start + shift, sentence.end + shift)
                yield _Place(hit=at, nth=nth, span=span, text=sentence.text)
        earlier.update(said)


def _excerpts(chosen: Iterable[_Place], fits: Mapping[_Place, float], hits: Sequence[Hit]) -> list[Excerpt]:
    """Neighbouring places as one excerpt, the excerpt with the best of them first."""
    runs: list[list[_Place]] = []
    for place in sorted(chosen, key=lambda place: (place.hit, place.nth)):
        if runs and (runs[-1][-1].hit, runs[-1][-1].nth) == (place.hit, place.nth - 1):
            runs[-1].append(place)
        else:
            runs.append([place])
    runs.sort(key=lambda run: -max(fits[place] for place in run))
    return [
        Excerpt(
            number=number,
            hit=hits[run[0].hit],
            spans=tuple(place.span for place in run),
            fits=tuple(fits[place] for place in run),
        )
        for number, run in enumerate(runs, start=1)
    ]
