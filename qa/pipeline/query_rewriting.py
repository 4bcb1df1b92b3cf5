"""Turns a question that depends on the conversation into a query that can be searched by itself.

The form of the question decides whether it does, in English and German; no model is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from index.schemas import Query
from index.text.calendar_words import is_calendar_word
from index.text.letters import in_capitals
from index.text.normalization import WORD, content_words, is_stop_word, stem
from qa.schemas import Turn

# The context comes from this many earlier questions and names of the last answer, and has at most this
# many words.
MAX_QUESTIONS, MAX_NAMES, MAX_CONTEXT_WORDS = 2, 3, 12
# A question with a name and this many content words is self-contained.
MIN_CONTENT_WORDS = 3
# Earlier messages are read up to this length.
MAX_CHARACTERS = 2_000

_COURTESY = re.compile(
    r"\A\W*(?:(?:thank you|thanks|great|okay|ok|i see|got it|vielen dank|danke|gut)\b\W*)+", re.IGNORECASE
)
# Openings of fragments, and openings that whole questions may have too.
_FRAGMENT = re.compile(
    r"\W*(?:(?:what|how) about|(?:what|who|where|anything|anyone) else|i mean|i meant|no|yes"
    r"|was ist mit|wie steht es (?:mit|um)|(?:was|wer|wo) (?:noch|sonst)|ich meine?|nein|ja)\b",
    re.IGNORECASE,
)
_CONJUNCTION = re.compile(r"\W*(?:and|but|or|so|then|also|und|aber|oder|dann)\b", re.IGNORECASE)
_POSSESSIVE = frozenset(
    "his her its their sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer".split()
)
_REFERRING = _POSSESSIVE | frozenset(
    """he him she hers it they them theirs this that these those there one ones er ihm ihn sie dies
    diese diesem diesen dieser dieses dort damals dabei dafür damit danach daran darüber davon dazu""".split()
)
# Words that refer to something other than what was mentioned before.
_CONTRASTING = frozenset(
    """else other others another instead otherwise meantime meanwhile same andere anderen anderer sonst
    stattdessen weitere weiteren inzwischen""".split()
)
_PERIODS = frozenset("morning evening night week weekend month season year jahr monat woche".split())
# Separators of clauses: a pronoun in the second clause can refer to a noun of the first.
_CLAUSES = frozenset(
    """and or but when while if because that who which after before since until as than say says said
    und oder aber als wenn weil dass nachdem bevor während bis . ! ? , ; : – —""".split()
)
_AUXILIARY = frozenset("is was are were will would can could has had have should".split())
_TOKEN = re.compile(rf"{WORD.pattern}|[.!?,;:–—]")
# "How long does it take to get there": this "it" refers to nothing.
_EXPLETIVE_IT = re.compile(r"it (?:takes?|took|costs?) (?:.* )?to\b", re.IGNORECASE)


def is_follow_up(question: str) -> bool:
    """Whether the question cannot be understood without the ones before it: it is a fragment, has a word
    that refers back, or has hardly any content words.
    """
    question = _COURTESY.sub("", question)
    tokens = _TOKEN.findall(question)
    named, content = any(_names(question)), _content(question)
    if _FRAGMENT.match(question) or any(_refers_back(tokens, at, named) for at in range(len(tokens))):
        return True
    if _CONJUNCTION.match(question):
        return not (named and len(content) >= MIN_CONTENT_WORDS)
    return not named and len(content) < 2


def is_self_contained(question: str) -> bool:
    """Whether the question says itself what it is about. Some questions are neither this nor a follow-up:
    "How long did the repairs take?" can be understood, but context improves its search results.
    """
    named = any(_names(question))
    return named and len(_content(question)) >= MIN_CONTENT_WORDS and not is_follow_up(question)


def rewrite(question: str, history: Sequence[Turn]) -> Query:
    """The query for a question: the question, and unless it is self-contained, context from the history."""
    question = question.strip()
    context: list[str] = []
    if not is_self_contained(question):
        context = _context(history, {stem(word) for word in WORD.findall(question)})
    return Query(text=question, context=" ".join(context)) if context else Query.parse(question)


def _context(history: Sequence[Turn], known: set[str]) -> list[str]:
    """The names of the last answer and the content words of the questions before it, in the order of the
    conversation, without those whose stems are `known`; the latest if there are too many.
    """
    last = history[-1:]
    answer = last[0].content[:MAX_CHARACTERS] if last and last[0].role == "assistant" else ""
    messages = [list(islice(dict.fromkeys(_names(answer)), MAX_NAMES))]
    messages += [_content(question) for question in _related_questions(history)]
    context: list[str] = []
    for words in messages:
        new = [word for word in words if stem(word) not in known]
        known = known | {stem(word) for word in new}
        context = new + context
    return context[-MAX_CONTEXT_WORDS:]


def _related_questions(history: Sequence[Turn]) -> Iterator[str]:
    """The earlier questions, latest first, up to one that is self-contained: what came before is another
    topic.
    """
    questions = (turn.content[:MAX_CHARACTERS] for turn in reversed(history) if turn.role == "user")
    without_courtesy = (_COURTESY.sub("", question) for question in questions)
    for question in islice(filter(None, without_courtesy), MAX_QUESTIONS):
        yield question
        if is_self_contained(question):
            return


def _content(text: str) -> list[str]:
    """The content words of the text."""
    return [word for word in content_words(text) if not is_stop_word(word)]


def _names(text: str) -> Iterator[str]:
    """The capitalized words, except those that only begin a sentence; none if all of it is in capitals."""
    tokens = [] if in_capitals(text) else _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if not token[0].isupper() or is_stop_word(token) or token.startswith(("I'", "I’")):
            continue
        if is_calendar_word(token):  # a date, not a topic
            continue
        opens = at == 0 or tokens[at - 1] in ".!?:"
        if not opens or token[1:2].isupper() or "".join(tokens[at + 1 : at + 2])[:1].isupper():
            yield token


def _refers_back(tokens: Sequence[str], at: int, named: bool) -> bool:
    """Whether the token at this position refers to something outside the question."""
    before, word, after = (token.lower() for token in ["", *tokens, ""][at : at + 3])
    if word in _CONTRASTING:
        return not named
    if word not in _REFERRING or not _is_pronoun(before, tokens[at], after):
        return False
    if word == "it" and _EXPLETIVE_IT.match(" ".join(tokens[at:])):
        return False
    nouns = [
        nth for nth in range(at) if tokens[nth].lower() not in _CLAUSES and not is_stop_word(tokens[nth])
    ]
    if not nouns:
        return True
    if not is_stop_word(before) and after in _AUXILIARY:  # "announced it is to close"
        return False
    # Within one clause "its" can refer to the clause's subject, and "it" cannot.
    possessive = word in _POSSESSIVE and (
        word not in ("her", "ihr") or bool(_content(after)) or after == "own"
    )
    return not possessive and _CLAUSES.isdisjoint(token.lower() for token in tokens[nouns[0] + 1 : at])


def _is_pronoun(before: str, token: str, after: str) -> bool:
    """Whether a word that can be a pronoun is one here: not in "is there", "this week", "one of",
    "the town that", nor the polite German "Sie".
    """
    word = token.lower()
    if word == "there":
        return before not in {"is", "are", "was", "were", "be", "been"}
    if word in ("one", "ones"):
        return before in {"which", "the", "that", "this"}
    if word == "that":
        return not WORD.match(after) or (is_stop_word(before) and before not in {"say", "says", "said", "so"})
    return token != "Sie" and after.removesuffix("'s").removesuffix("’s") not in _PERIODS
