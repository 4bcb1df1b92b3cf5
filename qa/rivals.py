"""Which sentences of the passages found give another value for the thing that a sentence speaks of."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from index.embedding import Vectors
from index.words import content_words, stem, stems
from qa.amounts import Amount
from qa.facts import CALENDAR, facts, missing
from qa.occasions import Day, Score, days, happened
from qa.roles import Holder
from qa.sayings import Said

# Sentences with their values masked are this alike where they tell of one thing: less where both have
# the same of the question's words, more where they share none.
ALIKE, UNSHARED = 0.45, 0.15
# Where no name is shared, so many of the question's words are to be.
SHARED_WORDS = 2
# Figures of what happened once are compared within so many days, dates of what is planned within more.
FRESH, PLANNED = timedelta(days=14), timedelta(days=300)

_READINGS = frozenset("degre % point barrel case".split())
_PER_UNIT = re.compile(r"\b(?:gallon|lit(?:er|re)|barrel|share|ounce|tonne|kilowatt|megawatt)", re.IGNORECASE)
# Other words for one thing.
_SAME = dict.fromkeys("price bill pay paid worth spend fee fine".split(), "cost") | dict.fromkeys(
    "dead death killed kill toll drown".split(), "die"
)
# "On what day does it open?" is about opening.
_OF_TIME = frozenset("day date month year time".split())
_OVERTAKES = re.compile(
    r"\b(now|new|newest|revised|updated?|latest|later|instead|rather than|no longer|up from|down from|rose"
    r"|risen|rising|climbed|grown|increased|raised|reached|postponed|put off|delayed|brought forward|moved"
    r"|rescheduled|corrected|previously|recount|earlier (?:figure|estimate|report|count)s?|succeed(?:s|ed)"
    r"|replaces|replaced|takes over|took over|stepp(?:ed|ing) down|resign(?:s|ed))\b",
    re.IGNORECASE,
)


def rivals(
    own: Said, others: Sequence[Said], question: str, encode: Callable[[Sequence[str]], Vectors]
) -> list[Said]:
    """Those of the others that give another value for the same thing, the most alike first, one for
    each value. `encode` is called only where values clash.
    """
    clashing = [other for other in others if _clash(own, other, question)]
    if not clashing:
        return []
    alike = sorted(
        zip(_alike(own, clashing, encode), range(len(clashing)), strict=True), key=lambda at: -at[0]
    )
    chosen: list[Said] = []
    for likeness, nth in alike:
        other = clashing[nth]
        if likeness >= _needed(own, other, question) and all(
            other.value.clashes(earlier.value)  # type: ignore[arg-type]  # a question has values of one kind
            for earlier in chosen
        ):
            chosen.append(other)
    return chosen


def overtakes(older: Said, newer: Said) -> bool:
    """Whether the newer value takes the place of the older one: its article is newer, and the thing is
    one that changes (a toll, an office, a date) or the newer sentence says that it has changed.
    """
    if not (older.hit.date and newer.hit.date and older.hit.date < newer.hit.date):
        return False
    changes = isinstance(newer.value, Day | Holder) or (
        isinstance(newer.value, Amount) and bool(newer.value.fate)
    )
    return changes or bool(_OVERTAKES.search(newer.text))


def _clash(own: Said, other: Said, question: str) -> bool:
    """Whether two values of two stories could not both be true of one thing, by what can be compared
    word by word.
    """
    copies = {copy.id for copy in own.hit.also} | {copy.id for copy in other.hit.also}
    ids = {one.hit.passage.article_id for one in (own, other)}
    return (
        len(ids) == 2
        and not ids & copies
        and (own.value.clashes(other.value) or _risen(*_by_age(own, other)))  # type: ignore[arg-type]
        and own.sorts == other.sorts
        and own.alone
        and other.alone
        and _same_names(own, other, question)
        and _same_time(own, other)
        and not _tells_both(own, other)
        and not _tells_both(other, own)
    )


def _risen(older: Said, newer: Said) -> bool:
    """Whether a toll of at least so many is now a higher one."""
    if not (isinstance(older.value, Amount) and isinstance(newer.value, Amount)):
        return False
    higher = older.value.fate and older.value.alike(newer.value) and newer.value.number > older.value.number
    return bool(higher) and bool(_OVERTAKES.search(newer.text)) and overtakes(older, newer)


def _by_age(one: Said, other: Said) -> tuple[Said, Said]:
    """The two, the one of the older article first."""
    newer = one.hit.date and other.hit.date and other.hit.date < one.hit.date
    return (other, one) if newer else (one, other)


def _same_names(own: Said, other: Said, question: str) -> bool:
    """Whether both are about the names of the question, and neither about others only."""
    persons = {
        stem(part) for one in (own, other) if isinstance(one.value, Holder) for part in one.value.name.split()
    }
    asked = _names(question) - persons
    if asked - missing(asked, _around(own)) != asked - missing(asked, _around(other)):
        return False
    if any(isinstance(one.value, Score) and missing(asked, one.text) for one in (own, other)):
        return False
    ours, theirs = (_names(one.text) - persons for one in (own, other))
    if missing(ours, _around(other)) and missing(theirs, _around(own)):
        return False
    shared = [
        found - missing(found, one.setting) for found, one in ((ours | asked, other), (theirs | asked, own))
    ]
    return all(shared) or len(_words(question, own) & _words(question, other)) >= SHARED_WORDS


def _names(text: str) -> set[str]:
    return {fact for fact in facts(text) if not fact[0].isdigit() and not CALENDAR.fullmatch(fact)}


def _around(one: Said) -> str:
    return f"{one.hit.title} {one.hit.passage.text}"


def _same_time(own: Said, other: Said) -> bool:
    """Whether both may tell of one time."""
    if isinstance(own.value, Holder):
        return True
    if isinstance(own.value, Day):
        return _apart(own, other) <= PLANNED
    ours, theirs = (happened(one.text, one.hit.date) for one in (own, other))
    if ours and theirs and not ours & theirs:
        return False
    written = [list(days(one.text)) for one in (own, other)]
    if all(written) and all(one.clashes(two) for one in written[0] for two in written[1]):
        return False
    years = {day.year for day in written[0]} ^ {day.year for day in written[1]}
    if years - {None, *(one.hit.date.year for one in (own, other) if one.hit.date)}:
        return False
    if _is_reading(own):
        return bool(ours & theirs) or own.hit.date == other.hit.date
    return _apart(own, other) <= FRESH or overtakes(own, other) or overtakes(other, own)


def _apart(own: Said, other: Said) -> timedelta:
    return abs(own.hit.date - other.hit.date) if own.hit.date and other.hit.date else timedelta(0)


def _tells_both(one: Said, other: Said) -> bool:
    """Whether the passage of `one` gives the value of `other` too, and not as one that is overtaken."""
    newer = bool(one.hit.date and other.hit.date and one.hit.date > other.hit.date)
    if newer and _OVERTAKES.search(one.text):
        return False
    return not missing(other.needs, one.hit.passage.text)


def _alike(own: Said, others: Sequence[Said], encode: Callable[[Sequence[str]], Vectors]) -> list[float]:
    """How alike each is in meaning, in its words around the value or in its whole setting, -1 to 1."""
    texts = [text for one in (own, *others) for text in one.masked]
    vectors = encode(texts)
    near, whole = vectors[0::2], vectors[1::2]
    return [
        max(float(near[nth] @ near[0]), float(whole[nth] @ whole[0])) for nth in range(1, len(others) + 1)
    ]


def _needed(own: Said, other: Said, question: str) -> float:
    """How alike they must be: the more, the fewer of the question's words both have."""
    if isinstance(own.value, Holder):
        return -1.0
    ours, theirs = _words(question, own), _words(question, other)
    # What begins, opens or ends on a day is often the same place or person, and a percentage is of
    # one thing as well as of another.
    if (isinstance(own.value, Day) or _is_reading(own)) and ours != theirs:
        return math.inf
    return ALIKE + UNSHARED * len(ours ^ theirs) / max(len(ours | theirs), 1)


def _is_reading(one: Said) -> bool:
    """Whether the value is read off anew each day, so that two days have two of them."""
    if not isinstance(one.value, Amount):
        return False
    return one.value.unit in _READINGS or (one.value.is_money and bool(_PER_UNIT.search(one.text)))


def _words(question: str, one: Said) -> set[str]:
    """The question's words, other than names and numbers, that the setting has."""
    asked = {stem(word) for word in content_words(question)} - facts(question) - _OF_TIME
    return {_SAME.get(word, word) for word in asked} & {_SAME.get(word, word) for word in stems(one.setting)}
