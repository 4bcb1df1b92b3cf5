"""Words as search and verification compare them: lower case, without accents and endings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import Stemmer

from index.text.letters import normalize_letters

# A word can contain punctuation ("U.S", "Jean-Pierre", "2,600", "3.5", "don't") and combining accents.
_LETTERS = r"[^\W_](?:[^\W_]|[\u0300-\u036f])*"
WORD = re.compile(rf"{_LETTERS}(?:['’.,\-&]{_LETTERS})*")
# In a small collection stop words can be rare, so that their document frequency does not identify them.
_STOP_WORDS = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing done
    for from get had has have having he her here hers him his how i if in into is it its just may me
    might more most much must my no nor not of on once only or other our ours out own s say says said
    shall she should so some such t tell than that the their theirs them then there these they this
    those through to too under up upon us very was we were what when where which while who whom whose
    why will with would you your yours according happened many
    aber als am an auch auf aus bei bin bis das dass dem den der des die dies diese dieser du ein eine
    einem einen einer eines er es für hat haben hatte ich ihr im in ist ja kann kein keine mit nach
    nicht noch nur ob oder sein seine sich sie sind so über um und uns von vor wann war waren warum was
    welche welchem welchen welcher welches wem wen wenn wer werden wie wir wird wo wurde wurden zu zum
    zur""".split()
)
# How much a word counts that stands only in a query's context.
CONTEXT_WEIGHT = 0.3
_stemmer = Stemmer.Stemmer("english")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's stem: "offers", "Offered" and "offer" have the stem "offer"."""
    return str(_stemmer.stemWord(plain(word).removesuffix("'s")))


def plain(word: str) -> str:
    """The word in lower case and without accents."""
    letters = unicodedata.normalize("NFKD", word.lower().replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def stems(text: str) -> list[str]:
    """The stem of each word of `text`, in order."""
    return [stem(word) for word in WORD.findall(normalize_letters(text))]


def is_stop_word(word: str) -> bool:
    """Whether the word ("which", "the") carries no content."""
    return word.lower() in _STOP_WORDS


def content_words(text: str) -> list[str]:
    """The distinct words of `text` except stop words, in order, as written; all if it has no others."""
    words = list({word.lower(): word for word in WORD.findall(normalize_letters(text))}.values())
    return [word for word in words if not is_stop_word(word)] or words


def weighted_words(text: str, context: str = "") -> dict[str, float]:
    """The content words of a query with their weights: 1 for those of its text, CONTEXT_WEIGHT for those
    that stand only in its context. All words, with weight 1, if none carries matter.
    """
    weights = {word: 1.0 for word in content_words(text) if not is_stop_word(word)}
    known = {stem(word) for word in weights}
    for word in content_words(context):
        if stem(word) not in known and not is_stop_word(word):
            weights[word] = CONTEXT_WEIGHT
    return weights or dict.fromkeys(content_words(f"{text} {context}"), 1.0)


def coverage(weights: Mapping[str, float], text: str) -> float:
    """The share of the stems, by weight, that `text` contains, 0 to 1."""
    found = set(stems(text))
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0.0
