"""The words of a text, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from icu4py.breakers import WordBreaker

from index.text.letters import normalize_letters

# A word can contain punctuation ("U.S", "Jean-Pierre", "2,600", "3.5", "don't") and combining accents.
_LETTERS = r"[^\W_](?:[^\W_]|[\u0300-\u036f])*"
WORD = re.compile(rf"{_LETTERS}(?:['’.,\-&]{_LETTERS})*")
# Scripts without spaces between words: Han and kana, whose words are short and written alike in all their
# forms, and those of South-East Asia.
_IDEOGRAPHS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# Scripts of India and Tibet, whose vowels are marks; without the stops of their sentences.
_MARKED = "\u0900-\u0963\u0966-\u0dff\u0f00-\u0f07\u0f15-\u0fff"
_OTHER = re.compile(rf"[{_IDEOGRAPHS}]+|[{_SOUTH_EAST}]+|[{_MARKED}]+")
# Letters that are found by pairs: particles follow a Korean word without a space.
_PAIRED = re.compile(rf"[{_IDEOGRAPHS}\uac00-\ud7af]+")
_PARTS = re.compile(r"[^\W_]+")
_MARKED_WORD = re.compile(rf"[{_MARKED}]+")
# Function words of Chinese and Japanese of one letter, which part the words around them.
_PARTICLES = frozenset(
    "的了是在和与有为被把对从到由于其之以及或等中上下这那哪谁几多少吗呢吧着过将并也都就而且但个はがをにのでともへやかな"
)


def words(text: str) -> list[str]:
    """The words of `text`, in order, as people type them (see `normalize_letters`)."""
    text = normalize_letters(text)
    if text.isascii() or not _OTHER.search(text):
        return WORD.findall(text)
    return [
        word
        for part, unspaced in _divided(text, _OTHER)
        for word in (_segments(part) if unspaced else WORD.findall(part))
    ]


def word_parts(word: str) -> list[str]:
    """The parts of a word without the punctuation in it: Jean and Pierre of Jean-Pierre."""
    return [word] if _OTHER.search(word) else _PARTS.findall(word)


def paired_runs(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of `text`, and whether a part's words are found by the pairs of their letters."""
    return _divided(text, _PAIRED)


def paired(word: str) -> bool:
    """Whether the word is found by the pairs of its letters: Chinese, Japanese, Korean."""
    return bool(_PAIRED.fullmatch(word))


def letter_pairs(word: str) -> list[str]:
    """The pairs of neighbouring letters of a word; the word itself if it has one letter."""
    return [word[at : at + 2] for at in range(len(word) - 1)] or [word]


def _divided(text: str, runs: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    at = 0
    for run in runs.finditer(text):
        yield text[at : run.start()], False
        yield run.group(), True
        at = run.end()
    yield text[at:], False


@lru_cache(maxsize=20_000)
def _segments(run: str) -> tuple[str, ...]:
    """The words of a run of letters without spaces.

    The dictionary of ICU lacks most names and divides them into letters, which are joined again.
    """
    if _MARKED_WORD.fullmatch(run):
        return (run,)
    found: list[str] = []
    joins = False
    for start, end in WordBreaker(run, "en").segments():
        segment = run[start:end]
        single = len(segment) == 1 and segment not in _PARTICLES and paired(segment)
        if single and joins:
            found[-1] += segment
        elif any(map(str.isalnum, segment)):
            found.append(segment)
        joins = single
    return tuple(found)
