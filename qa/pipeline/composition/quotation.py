"""Quotations: the exact words in quotation marks, with who says them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from index.schemas import Article
from index.text.normalization import coverage
from qa.pipeline.composition.composed import Composed, Composition, Line
from qa.pipeline.composition.evidence.names import NamedEntity, named_entities
from qa.pipeline.composition.evidence.sentences import ArticleSentence

MAX_ARTICLES, MAX_QUOTES = 3, 4
MIN_WORDS = 4
_QUOTED = re.compile(r"“[^“”]+”|\"[^\"\n]+\"|„[^„“”]+[“”]|«[^«»]+»|``[^`]+?''")
_MARKS = "“”\"„«»`'"
# How far from a quotation its speaker is named.
NEAR = 160
# The share of the words for a speaker that the article has where it names one; others nearly as much. What is
# reported of a speaker has this share.
SPEAKER, CLOSE, REPORTED = 0.5, 0.75, 0.5
# An article in which only one speaks is about a speaker if it has this share of the words for them.
ABOUT_SPEAKER = 0.66
# What stands between a speaker and the matter.
_ABOUT = re.compile(
    r"\b(?:about|on|regarding|concerning|over|when|after|in|to|über|zu[mr]?|bei)\b", re.IGNORECASE
)
# Before the name of someone who is spoken to, or of: "she told Ann Bell", "a friend of Dr. Bell".
_ADDRESSED = re.compile(
    r"\b(?:told|asked|with|of|for|from|about|(?<!according )to)"
    r"(?: (?:the|Dr|Mr|Mrs|Ms|[A-Z])\b\.?| [A-Z]\w+){0,3} $"
)

_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"\w+")
_START = attrgetter("start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """What is said, without its marks, with its place; `speaker` is empty if none is named near. `introduced`
    is what the article says around the words and where it names the speaker first.
    """

    speaker: str
    words: str
    place: ArticleSentence
    introduced: str


def compose(composition: Composition) -> Composed | None:
    """Up to four quotations of whoever is asked for, with their speakers; where none of theirs are quoted,
    what is reported of them; None if there is neither.
    """
    articles = composition.articles(MAX_ARTICLES)
    sentences = composition.read(articles)
    if not sentences:
        return None
    found: list[Quotation] = []
    for article in articles:
        own = [one for one in sentences if one.article.id == article.id]
        people = [one for one in named_entities(own, composition.collection) if one.kind == "person"]
        found += _quotations(article, people)
    speaker, matter = _speaker_and_matter(composition)
    if speaker:
        of_speaker = _of_speaker(found, speaker, composition)
        if not of_speaker:
            return _reported(speaker, sentences, composition)
        found = of_speaker
    if not found:
        return None
    about = matter or composition.topic
    cosines = np.asarray(composition.collection.similarity(about, [one.words for one in found]))
    order = [int(at) for at in np.argsort(-cosines)[:MAX_QUOTES]]
    lines = [
        Line(text=f"{one.speaker or one.place.article.outlet}: “{one.words}”", quotes=(one.place,))
        for one in (found[at] for at in sorted(order))
    ]
    return Composed(lines=tuple(lines), is_list=len(lines) > 1)


def _speaker_and_matter(composition: Composition) -> tuple[str, str]:
    """The words of the topic that say who speaks, and those that say about what; either may be empty."""
    topic, wording = composition.topic.split(), composition.understanding.wording
    first = wording.find(topic[0]) if topic else 0
    found = next((one for one in _ABOUT.finditer(wording) if one.start() > first or not topic), None)
    begins = _ABOUT.search(wording[:first])
    if begins and not wording[begins.end() : first].strip(" “\"'").count(" "):
        return "", composition.topic  # "a quote about the strike"
    if not found:
        return composition.topic, ""
    before = [word for word in topic if wording.find(word) < found.start()]
    return " ".join(before), " ".join(word for word in topic if word not in before)


def _of_speaker(found: Sequence[Quotation], speaker: str, composition: Composition) -> list[Quotation]:
    """Those whose speaker is the one asked for, by name or by what the article calls them."""
    weights = composition.collection.weights(speaker)
    # Whoever has the name comes before those who are named beside it.
    for described in ([one.speaker for one in found], [f"{one.speaker} {one.introduced}" for one in found]):
        fits = [coverage(weights, text) for text in described]
        best = max(fits, default=0.0)
        if best >= SPEAKER:
            return [one for one, fit in zip(found, fits, strict=True) if fit >= CLOSE * best]
    # Whoever speaks alone in an article about them need not be called as the question does.
    about = [one for one in found if coverage(weights, one.place.article.text) >= ABOUT_SPEAKER]
    is_name = any(word[0].isupper() for word in speaker.split())
    return about if len({one.speaker for one in about}) == 1 and not is_name else []


def _reported(
    speaker: str, sentences: Sequence[ArticleSentence], composition: Composition
) -> Composed | None:
    """What is told of a speaker of whom no words are quoted."""
    weights = composition.collection.weights(speaker)
    told = [one for one in sentences if not one.is_question and coverage(weights, one.text) >= REPORTED]
    if not told:
        return None
    query = composition.understanding.wording
    cosines = np.asarray(composition.collection.similarity(query, [one.text for one in told]))
    best = told[int(cosines.argmax())]
    named = composition.understanding.subject if speaker == composition.topic else speaker
    text = composition.messages.gettext(
        "No words of {speaker} are quoted; the article reports:", speaker=named
    )
    lead = Line(text=text, articles=(best.article.id,), support="catalogue")
    return Composed(lines=(lead, Line.quoted(best)), is_list=True)


def _quotations(article: Article, people: Sequence[NamedEntity]) -> Iterator[Quotation]:
    mentions = _mentions(article.text, people)
    first = {person.name: _unquoted(person.sentence.text) for person in reversed(people)}
    for paragraph in re.finditer(r"[^\n]+", article.text):
        quoted = [one for one in _QUOTED.finditer(paragraph[0]) if len(one[0].split()) >= MIN_WORDS]
        outside = _unquoted(paragraph[0]) if quoted else ""
        for one in quoted:
            start, end = paragraph.start() + one.start(), paragraph.start() + one.end()
            place = ArticleSentence(article=article, start=start, end=end, text=one[0], nth=0)
            words = one[0].strip(_MARKS).strip().rstrip(",").strip()
            speaker = _speaker(mentions, paragraph.start(), outside, one)
            around = outside[max(one.start() - NEAR, 0) : one.end() + NEAR]
            introduced = f"{first.get(speaker, '')} {around}"
            yield Quotation(speaker=speaker, words=words, place=place, introduced=introduced)


def _unquoted(text: str) -> str:
    """The text with spaces in place of what is quoted."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), text)


class _Mention(NamedTuple):
    """Where a text has a person's surname."""

    start: int
    end: int
    name: str


def _mentions(text: str, people: Sequence[NamedEntity]) -> list[_Mention]:
    """Where the text names the people, in order."""
    # By the first word of their surnames, so that a text is read once, however many people it names.
    surnames: defaultdict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
    for person in people:
        surname = person.name.split()[-1]
        for word in _WORD.findall(surname)[:1]:
            surnames[word].append((re.compile(rf"{re.escape(surname)}\b"), person.name))
    return sorted(
        _Mention(found.start(), found.end(), name)
        for place in _WORD.finditer(text)
        for surname, name in surnames.get(place[0], ())
        if (found := surname.match(text, place.start()))
    )


def _speaker(mentions: Sequence[_Mention], begin: int, outside: str, quoted: re.Match[str]) -> str:
    """The person named nearest to the words in their paragraph, or else before it, which begins at `begin`;
    `outside` is its text outside of quotation marks.
    """
    start, end = begin + quoted.start(), begin + quoted.end()
    # A name is shorter than what is near.
    first = bisect_left(mentions, max(begin, start - 2 * NEAR), key=_START)
    last = bisect_left(mentions, min(begin + len(outside), end + NEAR + 1), key=_START)
    near = [
        (min(abs(found.start - end), abs(start - found.end)), found.name)
        for found in mentions[first:last]
        if _may_speak(outside, found.start - begin, found.end - begin)
    ]
    if near and min(near)[0] <= NEAR:
        return min(near)[1]
    before = bisect_left(mentions, begin, key=_START)
    return mentions[before - 1].name if before else ""


def _may_speak(outside: str, start: int, end: int) -> bool:
    """Whether a name is not quoted, nor that of someone who owns, or is spoken to."""
    return not (
        outside[start] == " "
        or _POSSESSIVE.match(outside, end)
        or _ADDRESSED.search(outside[max(0, start - NEAR) : start])
    )
