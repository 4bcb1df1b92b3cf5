"""A question that leans on the conversation into one that can be searched by itself.

The form of the question decides, in English and German; no model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, content_words, is_form, stem
from qa.schemas import Turn

# How many questions back, how many names of the last answer, and how many words of these are taken.
QUESTIONS, NAMES, WORDS = 2, 3, 12
# With a name in it and this many words that carry matter, a question stands alone.
ENOUGH = 3
# An earlier message is read this far.
CHARACTERS = 2_000

_COURTESY = re.compile(
    r"\A\W*(?:(?:thank you|thanks|great|okay|ok|i see|got it|vielen dank|danke|gut)\b\W*)+", re.IGNORECASE
)
# What opens half a question, and what can open a whole one too.
_HALF = re.compile(
    r"\W*(?:(?:what|how) about|(?:what|who|where|anything|anyone) else|i mean|i meant|no|yes"
    r"|was ist mit|wie steht es (?:mit|um)|(?:was|wer|wo) (?:noch|sonst)|ich meine?|nein|ja)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\W*(?:and|but|or|so|then|also|und|aber|oder|dann)\b", re.IGNORECASE)
_POSSESSIVE = frozenset(
    "his her its their sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer".split()
)
_POINTING = _POSSESSIVE | frozenset(
    """he him she hers it they them theirs this that these those there one ones er ihm ihn sie dies
    diese diesem diesen dieser dieses dort damals dabei dafür damit danach daran darüber davon dazu""".split()
)
# What points past the thing it names: another thing has been spoken of.
_FURTHER = frozenset(
    """else other others another instead otherwise meantime meanwhile same andere anderen anderer sonst
    stattdessen weitere weiteren inzwischen""".split()
)
_PERIODS = frozenset("morning evening night week weekend month season year jahr monat woche".split())
# Between two clauses; in the second a pronoun can mean what the first one named.
_CLAUSES = frozenset(
    """and or but when while if because that who which after before since until as than say says said
    und oder aber als wenn weil dass nachdem bevor während bis . ! ? , ; : – —""".split()
)
_AUXILIARY = frozenset("is was are were will would can could has had have should".split())
_TOKEN = re.compile(rf"{WORD.pattern}|[.!?,;:–—]")
# "How long does it take to get there": this "it" is no thing.
_EMPTY_IT = re.compile(r"it (?:takes?|took|costs?) (?:.* )?to\b", re.IGNORECASE)


def leans(question: str) -> bool:
    """Whether the question cannot be understood without the ones before it: it opens as half a
    question, has a word that points back, or next to nothing of its own.
    """
    asked = _COURTESY.sub("", question)
    tokens = _TOKEN.findall(asked)
    named, own = any(_names(tokens)), _own(asked)
    if _HALF.match(asked) or any(_points_back(tokens, at, named) for at in range(len(tokens))):
        return True
    if _JOINED.match(asked):
        return not (named and len(own) >= ENOUGH)
    return not named and len(own) < 2


def stands_alone(question: str) -> bool:
    """Whether the question says itself what it is about. What neither does that nor leans can be
    understood, but is better found with what was spoken of: "How long did the repairs take?"
    """
    named = any(_names(_TOKEN.findall(question)))
    return named and len(_own(question)) >= ENOUGH and not leans(question)


def searchable(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched: itself where it stands alone, otherwise followed by what was
    spoken of, in brackets, where words count less.
    """
    asked = question.strip()
    about = [] if stands_alone(asked) else _spoken_of(history, {stem(word) for word in WORD.findall(asked)})
    return f"{asked} ({' '.join(about)})" if about else asked


def _spoken_of(history: Sequence[Turn], known: set[str]) -> list[str]:
    """The names of the last answer and the words of the questions before it, but what is known; as
    they came, the latest where there are too many.
    """
    last = history[-1:]
    answer = last[0].content[:CHARACTERS] if last and last[0].role == "assistant" else ""
    messages = [list(islice(dict.fromkeys(_names(_TOKEN.findall(answer))), NAMES))]
    messages += [_own(asked) for asked in _leant_on(history)]
    spoken: list[str] = []
    for words in messages:
        new = [word for word in words if stem(word) not in known]
        known = known | {stem(word) for word in new}
        spoken = new + spoken
    return spoken[-WORDS:]


def _leant_on(history: Sequence[Turn]) -> Iterator[str]:
    """The questions before, latest first, as far as each leads on to the one before it."""
    asked = (turn.content[:CHARACTERS] for turn in reversed(history) if turn.role == "user")
    told = (_COURTESY.sub("", text) for text in asked)
    for text in islice(filter(None, told), QUESTIONS):
        yield text
        if stands_alone(text):
            return


def _own(text: str) -> list[str]:
    """The words of the text that carry matter."""
    return [word for word in content_words(text) if not is_form(word)]


def _names(tokens: Sequence[str]) -> Iterator[str]:
    """The words with a capital that the beginning of a sentence does not explain."""
    for at, token in enumerate(tokens):
        if not token[0].isupper() or is_form(token) or token.startswith(("I'", "I’")):
            continue
        if is_calendar_word(token):  # says when, not what
            continue
        opens = at == 0 or tokens[at - 1] in ".!?:"
        if not opens or token[1:2].isupper() or "".join(tokens[at + 1 : at + 2])[:1].isupper():
            yield token


def _points_back(tokens: Sequence[str], at: int, named: bool) -> bool:
    """Whether the word there stands for something outside of the question."""
    before, word, after = (token.lower() for token in ["", *tokens, ""][at : at + 3])
    if word in _FURTHER:
        return not named
    if word not in _POINTING or not _is_pronoun(before, tokens[at], after):
        return False
    if word == "it" and _EMPTY_IT.match(" ".join(tokens[at:])):
        return False
    matter = [nth for nth in range(at) if tokens[nth].lower() not in _CLAUSES and not is_form(tokens[nth])]
    if not matter:
        return True
    if not is_form(before) and after in _AUXILIARY:  # "announced it is to close"
        return False
    # Within one clause "its" can be what the clause is about, and "it" cannot.
    possessive = word in _POSSESSIVE and (word not in ("her", "ihr") or bool(_own(after)) or after == "own")
    return not possessive and _CLAUSES.isdisjoint(token.lower() for token in tokens[matter[0] + 1 : at])


def _is_pronoun(before: str, token: str, after: str) -> bool:
    """Whether a word that can stand for a thing does so here: not in "is there", "this week", "one of",
    "the town that", and not the German "Sie", which is whom one speaks to.
    """
    word = token.lower()
    if word == "there":
        return before not in {"is", "are", "was", "were", "be", "been"}
    if word in ("one", "ones"):
        return before in {"which", "the", "that", "this"}
    if word == "that":
        return not WORD.match(after) or (is_form(before) and before not in {"say", "says", "said", "so"})
    return token != "Sie" and after.removesuffix("'s").removesuffix("’s") not in _PERIODS
