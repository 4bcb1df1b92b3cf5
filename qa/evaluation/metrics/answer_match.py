"""Whether a text says a given answer: the same words, however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from index.text.normalization import WORD, is_stop_word, stem
from index.text.numbers import SCALES, is_decimal, number_value, scaled
from index.text.sentences import sentence_spans

# A choice with at least as many words that carry matter is often said in other words ...
LONG_CHOICE = 4
# ... and counts as said where one sentence has this share of them.
NEARLY_ALL = 0.8
# An answer of more words than this is a text; nobody says it word for word.
SHORT_ANSWER = 10

_ARTICLES = frozenset({"a", "an", "the"})
_DOLLARS = re.compile(rf"(?:us)?\$\s?(\d[\d.,]*(?:\s?(?:{'|'.join(SCALES)})\b)?)")
_PERCENT = re.compile(r"%|\bper\s?cent\b")


def tokens(text: str) -> list[str]:
    """The words of `text` after SQuAD (Rajpurkar et al. 2016: lower case, no punctuation, no
    articles), and besides: numbers by value ("Forty-seven" is 47, "2 million" 2000000), "$5" as "5
    dollar", "%" as "percent", no accents, no possessive s, and compound words in their parts.
    """
    plain = _PERCENT.sub(" percent ", _DOLLARS.sub(r"\1 dollar ", text.lower().replace("’", "'")))
    found: list[str] = []
    for word in WORD.findall(plain.replace(" & ", " and ")):
        compound_number = word.replace("-", "").isalpha() and _value(word)
        for part in [word] if compound_number else re.split(r"[\-–&]", word):
            if part in SCALES and found and _value(found[-1]):
                found[-1] = scaled(found[-1], part)
            elif part not in _ARTICLES and (token := _value(part) or _bare(part)):
                found.append(token)
    return found


def _value(word: str) -> str:
    """The number that the word is, in figures; empty if it is none, or has more than one."""
    value = number_value(word) or ""
    return value if is_decimal(value) else ""


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.removesuffix("'s"))
    bare = "".join(letter for letter in letters if letter.isalnum())
    return "dollar" if bare == "dollars" else bare


def stands_in(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the tokens of `part` follow each other in `whole`; no tokens stand nowhere."""
    return bool(part) and any(
        list(whole[at : at + len(part)]) == list(part) for at in range(len(whole) - len(part) + 1)
    )


def close_together(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the tokens of `part` stand in `whole` in any order, with at most one other among them:
    "Finland and Sweden" says "Sweden and Finland". The order of several numbers matters: 3-2 is not 2-3.
    """
    if not part or sum(token[0].isdigit() for token in part) > 1:
        return False
    wanted, width = Counter(part), len(part) + 1
    return any(wanted <= Counter(whole[at : at + width]) for at in range(max(1, len(whole) - width + 1)))


def is_short(answer: str) -> bool:
    """Whether a text can be expected to say the answer word for word."""
    return 0 < len(tokens(answer)) <= SHORT_ANSWER


def said(text: str, choices: Sequence[str]) -> set[str]:
    """Which of the choices the text says.

    A choice is said where its tokens follow each other in the text's, or stand close together in it.
    A choice of at least LONG_CHOICE words that carry matter is also said where one sentence has
    NEARLY_ALL of their stems, and all its numbers; where a sentence is that near to several, the
    nearest is meant.
    """
    whole = tokens(text)
    found = {
        choice
        for choice in choices
        if stands_in(part := tokens(choice), whole) or close_together(part, whole)
    }
    long = {choice: matter for choice in choices if len(matter := _matter(choice)) >= LONG_CHOICE}
    for start, end in sentence_spans(text) if long else []:
        had = _matter(text[start:end])
        shares = {
            choice: len(matter & had) / len(matter)
            for choice, matter in long.items()
            if not {token for token in matter - had if token[0].isdigit()}
        }
        nearest = max(shares.values(), default=0.0)
        if nearest >= NEARLY_ALL:
            found |= {choice for choice, share in shares.items() if share == nearest}
    return found


def _matter(text: str) -> set[str]:
    return {stem(token) for token in tokens(text) if not is_stop_word(token)}


def is_right(text: str, question: str, answers: Sequence[str], distractors: Sequence[str] = ()) -> bool:
    """Whether the text says one of the answers and none of the distractors.

    A distractor that is part of an answer, or that the question names itself, counts against nobody.
    """
    unavoidable = [tokens(question), *map(tokens, answers)]
    wrong = [
        choice for choice in distractors if not any(stands_in(tokens(choice), whole) for whole in unavoidable)
    ]
    found = said(text, [*answers, *wrong])
    return not found.isdisjoint(answers) and found.isdisjoint(wrong)
