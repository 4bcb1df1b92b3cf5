"""Which sentences of the passages found give another value for the thing that a sentence speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from index.embedding.embedder import Vectors
from index.text.normalization import content_words, stem, stems
from qa.verification.conflicts.claims import Claim
from qa.verification.conflicts.dates import DateMention, ScoreMention, days, happened
from qa.verification.conflicts.office_holders import OfficeHolder
from qa.verification.conflicts.quantities import Quantity
from qa.verification.conflicts.supersession import overtakes, risen, says_changed
from qa.verification.entities import CALENDAR, facts, missing

# Sentences with their values masked are this alike where they tell of one thing: less where both have
# the same of the question's words, more where they share none.
ALIKE, UNSHARED = 0.45, 0.15
# Where no name is shared, so many of the question's words are to be.
SHARED_WORDS = 2
# A passage that lacks so many of the question's words which the other sentence has is about something else.
UNSAID_WORDS = 2
# What happens on a day is told with this share of the question's words.
MOST_WORDS = 0.6
# Figures of what happened once are compared within so many days, what is planned or has changed within more.
FRESH, PLANNED = timedelta(days=14), timedelta(days=300)

_READINGS = frozenset("degre % point barrel case".split())
_PER_UNIT = re.compile(
    r"\b(?:gallon|lit(?:er|re)|barrel|share|ounce|tonne|kilowatt|megawatt|jackpot)", re.IGNORECASE
)
# Other words for one thing.
_SAME = dict.fromkeys("price bill pay paid worth spend fee fine".split(), "cost") | dict.fromkeys(
    "dead death killed kill toll drown".split(), "die"
)
# "On what day does it open?" is about opening, and "against" about nothing.
_NO_MATTER = frozenset("day date month year time against dure after befor between into".split())
_NAME = r"([A-ZÀ-Ý][\w'’-]*(?: [A-ZÀ-Ý][\w'’-]*)*)"
_PLACE = re.compile(
    rf"\b(?:in|at|across|near|from|outside|around) (?:the |nearby |\w+ern )?{_NAME}|^\W*{_NAME}:"
)


def rivals(
    own: Claim, others: Sequence[Claim], question: str, encode: Callable[[Sequence[str]], Vectors]
) -> list[Claim]:
    """Those of the others that give another value for the same thing, the most alike first, one for
    each value and article. `encode` is called only where values clash.
    """
    clashing = [other for other in others if _clash(own, other, question)]
    if not clashing:
        return []
    alike = sorted(
        zip(_alike(own, clashing, encode), range(len(clashing)), strict=True), key=lambda at: -at[0]
    )
    chosen: list[Claim] = []
    for likeness, nth in alike:
        other = clashing[nth]
        if likeness >= _needed(own, other, question) and all(
            other.value.clashes(earlier.value)  # type: ignore[arg-type]  # a question has values of one kind
            and other.hit.passage.article_id != earlier.hit.passage.article_id
            for earlier in chosen
        ):
            chosen.append(other)
    return chosen


def _clash(own: Claim, other: Claim, question: str) -> bool:
    """Whether two values of two stories could not both be true of one thing, by what can be compared
    word by word.
    """
    copies = {copy.id for copy in own.hit.also} | {copy.id for copy in other.hit.also}
    ids = {one.hit.passage.article_id for one in (own, other)}
    return (
        len(ids) == 2
        and not ids & copies
        and (own.value.clashes(other.value) or risen(own, other))  # type: ignore[arg-type]
        and own.sorts == other.sorts
        and own.alone
        and other.alone
        and _same_names(own, other, question)
        and _same_words(own, other, question)
        and _same_time(own, other, question)
        and not _tells_both(own, other)
        and not _tells_both(other, own)
    )


def _same_names(own: Claim, other: Claim, question: str) -> bool:
    """Whether both are about the names of the question, and neither about others only."""
    persons = {
        stem(part)
        for one in (own, other)
        if isinstance(one.value, OfficeHolder)
        for part in one.value.name.split()
    }
    asked = _names(question) - persons
    named = asked - missing(asked, _around(own))
    if named != asked - missing(asked, _around(other)) or (asked and not named):
        return False
    if isinstance(own.value, Quantity) and (_elsewhere(own, other, asked) or _elsewhere(other, own, asked)):
        return False
    if any(isinstance(one.value, ScoreMention) and missing(asked, one.text) for one in (own, other)):
        return False
    ours, theirs = (_names(one.text) - persons for one in (own, other))
    if missing(ours, _around(other)) and missing(theirs, _around(own)):
        return False
    shared = [
        found - missing(found, one.setting) for found, one in ((ours | asked, other), (theirs | asked, own))
    ]
    return all(shared) or len(_words(question, own.setting) & _words(question, other.setting)) >= SHARED_WORDS


def _elsewhere(one: Claim, other: Claim, asked: AbstractSet[str]) -> set[str]:
    """The places of a sentence that the other one is not about: a toll "in Kansas" is a part of another."""
    places = set().union(*(_names(f"x {found[1] or found[2]}") for found in _PLACE.finditer(one.text)))
    return missing(places - asked, other.setting)


def _names(text: str) -> set[str]:
    return {fact for fact in facts(text) if not fact[0].isdigit() and not CALENDAR.fullmatch(fact)}


def _around(one: Claim) -> str:
    return f"{one.hit.title} {one.hit.passage.text}"


def _same_time(own: Claim, other: Claim, question: str) -> bool:
    """Whether both may tell of one time."""
    if isinstance(own.value, OfficeHolder):
        return True
    if isinstance(own.value, DateMention):
        past = re.search(r"\b(?:was|were|did)\b", question)
        return _apart(own, other) <= PLANNED and (bool(past) or (_ahead(own) and _ahead(other)))
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
    changed = overtakes(own, other) or overtakes(other, own)
    return _apart(own, other) <= (PLANNED if changed else FRESH)


def _ahead(one: Claim) -> bool:
    """Whether a day lies ahead of its article, or may do so: of the years it can be, the nearest counts."""
    if not (isinstance(one.value, DateMention) and one.hit.date and one.value.month):
        return True
    said, appeared = one.value, one.hit.date
    day = min(said.day or 28, 28)
    years = [said.year] if said.year else [appeared.year + step for step in (-1, 0, 1)]
    nearest = min((date(year, said.month or 1, day) for year in years), key=lambda at: abs(at - appeared))
    return nearest >= appeared


def _apart(own: Claim, other: Claim) -> timedelta:
    return abs(own.hit.date - other.hit.date) if own.hit.date and other.hit.date else timedelta(0)


def _tells_both(one: Claim, other: Claim) -> bool:
    """Whether the passage of `one` gives the value of `other` too, and not as one that is overtaken."""
    newer = bool(one.hit.date and other.hit.date and one.hit.date > other.hit.date)
    if newer and says_changed(one):
        return False
    return not missing(other.needs, one.hit.passage.text)


def _alike(own: Claim, others: Sequence[Claim], encode: Callable[[Sequence[str]], Vectors]) -> list[float]:
    """How alike each is in meaning, in its words around the value or in its whole setting, -1 to 1."""
    texts = [text for one in (own, *others) for text in one.masked]
    vectors = encode(texts)
    near, whole = vectors[0::2], vectors[1::2]
    return [
        max(float(near[nth] @ near[0]), float(whole[nth] @ whole[0])) for nth in range(1, len(others) + 1)
    ]


def _needed(own: Claim, other: Claim, question: str) -> float:
    """How alike they must be: the more, the fewer of the question's words both have."""
    if isinstance(own.value, OfficeHolder):
        return -1.0
    ours, theirs = (_words(question, one.setting) for one in (own, other))
    return ALIKE + UNSHARED * len(ours ^ theirs) / max(len(ours | theirs), 1)


def _same_words(own: Claim, other: Claim, question: str) -> bool:
    """Whether what one says of the question's matter is said around the other too."""
    ours, theirs = (_words(question, one.setting) for one in (own, other))
    # What begins, opens or ends on a day is often the same place or person, and a percentage is of
    # one thing as well as of another.
    if isinstance(own.value, DateMention) and len(ours) < MOST_WORDS * len(_matter(question)):
        return False
    if isinstance(own.value, DateMention) or _is_reading(own):
        return ours == theirs
    if isinstance(own.value, Quantity) and isinstance(other.value, Quantity):
        # "19 league matches" are not all of the matches.
        apart = (own.value.apart - set(stems(other.setting))) | (other.value.apart - set(stems(own.setting)))
        if apart:
            return False
    unsaid = (ours - _words(question, _around(other)), theirs - _words(question, _around(own)))
    return max(map(len, unsaid)) < UNSAID_WORDS


def _is_reading(one: Claim) -> bool:
    """Whether the value is read off anew each day, so that two days have two of them."""
    if not isinstance(one.value, Quantity):
        return False
    return one.value.unit in _READINGS or (one.value.is_money and bool(_PER_UNIT.search(one.text)))


def _words(question: str, text: str) -> set[str]:
    """The words of the question's matter that the text has."""
    return _matter(question) & {_SAME.get(word, word) for word in stems(text)}


def _matter(question: str) -> set[str]:
    """The question's words, other than names and numbers."""
    words = {stem(word) for word in content_words(question)} - facts(question) - _NO_MATTER
    return {_SAME.get(word, word) for word in words}
