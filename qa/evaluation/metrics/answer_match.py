"""Whether a text states an expected answer, independent of spelling and number format."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from index.text.normalization import WORD, is_stop_word, stem
from index.text.numbers import SCALES, is_decimal, number_value, scaled
from index.text.sentences import sentence_spans

# A choice with at least this many content words is often paraphrased ...
LONG_CHOICE_WORDS = 4
# ... and counts as stated if one sentence has this share of them.
LONG_CHOICE_OVERLAP = 0.8
# An answer with more words than this cannot be expected verbatim.
SHORT_ANSWER_WORDS = 10

_ARTICLES = frozenset({"a", "an", "the"})
_DOLLARS = re.compile(rf"(?:us)?\$\s?(\d[\d.,]*(?:\s?(?:{'|'.join(SCALES)})\b)?)")
_PERCENT = re.compile(r"%|\bper\s?cent\b")


def tokens(text: str) -> list[str]:
    """Returns the words of `text` normalised as in SQuAD (Rajpurkar et al. 2016: lower case, no punctuation,
    no articles). In addition: numbers by value ("Forty-seven" is 47, "2 million" 2000000), "$5" as "5
    dollar", "%" as "percent", no accents, no possessive s, and compound words split.
    """
    plain = _PERCENT.sub(" percent ", _DOLLARS.sub(r"\1 dollar ", text.lower().replace("’", "'")))
    found: list[str] = []
    for word in WORD.findall(plain.replace(" & ", " and ")):
        compound_number = word.replace("-", "").isalpha() and _value(word)
        for part in [word] if compound_number else re.split(r"[\-–&]", word):
            if part in SCALES and found and _value(found[-1]):
                found[-1] = scaled(found[-1], part)
            elif part not in _ARTICLES and (token := _value(part) or _plain_letters(part)):
                found.append(token)
    return found


def _value(word: str) -> str:
    """Returns the word as a number in digits; empty if it is not exactly one number."""
    value = number_value(word) or ""
    return value if is_decimal(value) else ""


def _plain_letters(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.removesuffix("'s"))
    bare = "".join(letter for letter in letters if letter.isalnum())
    return "dollar" if bare == "dollars" else bare


def contains_phrase(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Whether the tokens of `phrase` are consecutive in `text`. An empty phrase is nowhere."""
    return bool(phrase) and any(
        list(text[start : start + len(phrase)]) == list(phrase)
        for start in range(len(text) - len(phrase) + 1)
    )


def contains_nearby(phrase: Sequence[str], text: Sequence[str]) -> bool:
    """Whether `text` has the tokens of `phrase` in any order, with at most one other token among them:
    "Finland and Sweden" matches "Sweden and Finland". The order of several numbers matters: 3-2 is not 2-3.
    """
    if not phrase or sum(token[0].isdigit() for token in phrase) > 1:
        return False
    expected, width = Counter(phrase), len(phrase) + 1
    starts = range(max(1, len(text) - width + 1))
    return any(expected <= Counter(text[start : start + width]) for start in starts)


def is_short(answer: str) -> bool:
    """Whether a text can be expected to state the answer verbatim."""
    return 0 < len(tokens(answer)) <= SHORT_ANSWER_WORDS


def stated_choices(text: str, choices: Sequence[str]) -> set[str]:
    """Returns the choices that the text states.

    A choice is stated if its tokens are consecutive or close together in the text. A choice with at least
    LONG_CHOICE_WORDS content words is also stated if one sentence has LONG_CHOICE_OVERLAP of their stems and
    all its numbers; of several such choices, the one with the highest overlap.
    """
    text_tokens = tokens(text)
    stated = {
        choice
        for choice in choices
        if contains_phrase(phrase := tokens(choice), text_tokens) or contains_nearby(phrase, text_tokens)
    }
    long = {choice: stems for choice in choices if len(stems := _content_stems(choice)) >= LONG_CHOICE_WORDS}
    for start, end in sentence_spans(text) if long else []:
        present = _content_stems(text[start:end])
        overlaps = {
            choice: len(stems & present) / len(stems)
            for choice, stems in long.items()
            if not {token for token in stems - present if token[0].isdigit()}
        }
        highest = max(overlaps.values(), default=0.0)
        if highest >= LONG_CHOICE_OVERLAP:
            stated |= {choice for choice, overlap in overlaps.items() if overlap == highest}
    return stated


def _content_stems(text: str) -> set[str]:
    return {stem(token) for token in tokens(text) if not is_stop_word(token)}


def states_answer(text: str, question: str, answers: Sequence[str], distractors: Sequence[str] = ()) -> bool:
    """Whether the text states one of the answers and none of the distractors.

    A distractor that is part of an answer or of the question is ignored.
    """
    allowed = [tokens(question), *map(tokens, answers)]
    wrong = [
        choice
        for choice in distractors
        if not any(contains_phrase(tokens(choice), phrase) for phrase in allowed)
    ]
    stated = stated_choices(text, [*answers, *wrong])
    return not stated.isdisjoint(answers) and stated.isdisjoint(wrong)
