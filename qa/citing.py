"""A model's draft into sentences that each hold, and the quotes they rest on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np

from index.articles import Hit
from index.embedding import Vectors
from index.sentences import sentence_spans
from index.words import content_words, stem, stems
from qa.amounts import as_written
from qa.answers import Citation, Sentence
from qa.evidence import Excerpt
from qa.expecting import asks_number, asks_reason, expected
from qa.facts import denied, facts, missing
from qa.fences import fenced
from qa.names import in_full

NOT_FOUND = "NOT FOUND"
# A longer first line of a draft is a sentence already, and no bare answer; of several answers, a longer part.
SHORT_CHARACTERS = 60
# At or above either, a sentence whose names and numbers all stand in its quote is supported ...
SUPPORTED_WORDS, SUPPORTED_COSINE = 0.6, 0.65
# ... at or above either of these it is shown as weakly supported, and below it is not shown.
WEAK_WORDS, WEAK_COSINE = 0.35, 0.45
# At or above this a passage is about what was asked, even in other words.
SAME_SUBJECT = 0.5
# A sentence may put together what stands in different places, but not in many.
MAX_CITATIONS = 3

_MARK = re.compile(r"\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# "Relling is 41 years old" says what "Relling, 41, leads it" does.
_AGE, _AGE_IN_PASSING = re.compile(r"\b(\d+) years old\b"), re.compile(r"(?<=, )\d+(?=[,.;])")
# "It opens at 9 a.m. [1]." without its mark.
_TWO_STOPS = re.compile(r"(?<!\.)\.\.$")
_MARK_AFTER_STOP = re.compile(r"([.!?]+[\"'”’]?)((?:\s*\[[\d,\s]+\])+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What of a draft may be shown. Without sentences there is no answer."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The sentences with their marks, as `It rained [1][2].`"""
        return " ".join(_marked(sentence) for sentence in self.sentences)

    def in_full(self) -> Checked:
        """The same, bare numbers with what makes them an amount and bare names with the names before them,
        as their quotes have them.
        """
        quotes = {citation.number: citation.quote for citation in self.citations}
        said = (
            sentence.model_copy(update={"text": _in_full(sentence.text, quotes[sentence.citations[0]])})
            for sentence in self.sentences
        )
        return Checked(sentences=tuple(said), citations=self.citations)

    def quoted(self) -> Checked:
        """The same in the words of its quotes."""
        quotes = {citation.number: fenced(citation.quote) for citation in self.citations}
        said = {
            number: Sentence(text=quotes[number], citations=(number,), support=sentence.support)
            for sentence in self.sentences
            for number in sentence.citations
        }
        return Checked(sentences=tuple(said.values()), citations=self.citations)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quote:
    """Sentences of one excerpt, held against one sentence of the draft.

    `missing` are the facts that the quote does not have: those that answer (`added`), and those that the
    question brought (`repeated`). It is `turned` where one of the two denies what the other says.
    """

    excerpt: Excerpt
    first: int
    last: int
    added: frozenset[str]
    repeated: frozenset[str]
    words: float
    cosine: float
    cited: bool
    turned: bool

    @property
    def missing(self) -> frozenset[str]:
        return self.added | self.repeated

    @property
    def rank(self) -> tuple[float, ...]:
        # What answers first, then likeness; the model's own mark decides between equals, then brevity.
        # "It opens at nine" answers when the museum opens, where its neighbours name the museum.
        # That a thing was not, or what would be without it, is the last to rest a sentence on.
        likeness = self.words + self.cosine + 0.1 * self.cited - 0.1 * len(self.repeated) - 0.5 * self.turned
        return (-len(self.added), likeness - 0.25 * (self.last - self.first))


def refuses(draft: str) -> bool:
    """Whether the draft, which may still be being written, is a refusal as far as it goes."""
    return NOT_FOUND.startswith(draft.strip()[: len(NOT_FOUND)])


def check(
    draft: str, question: str, excerpts: Sequence[Excerpt], encode: Callable[[Sequence[str]], Vectors]
) -> Checked:
    """Keep of the draft what the excerpts support, each sentence with the quotes it rests on.

    Where its sentences do not give the answer that stands above them, this is held against the excerpts
    instead; if it is a reason, the quotes tell it. Where the question asks for a number and none is left,
    nothing is kept: what is true of the subject is not yet an answer.

    A mark counts as a hint: where the excerpt it names does not hold the sentence but another
    one does, that one is cited; numbers that were never offered are dropped.
    """
    short, told = _parted(draft)
    # "Heavy rain; a landslide" are two things, each with a quote of its own.
    bare = list(_claims(short.replace("; ", ".\n")))
    claims = list(_claims(told)) if told else bare
    if not claims or not excerpts:
        return Checked()
    checked = _kept(claims, question, excerpts, encode)
    if short and told and not _gives(checked, short, question):
        marks = frozenset(mark for _, marked in claims for mark in marked)
        checked, told = _kept([(text, marks) for text, _ in bare], question, excerpts, encode), ""
    if not told:
        # "Hawaii, USA" where the excerpts name the island alone.
        if short and not checked.sentences and ", " in short:
            checked = _kept([(short.split(", ")[0], frozenset())], question, excerpts, encode)
        # "Heat and wind" does not say what they did.
        checked = checked.quoted() if asks_reason(question) else checked.in_full()
    if asks_number(question) and not any(map(expected(question), (s.text for s in checked.sentences))):
        return Checked()
    return checked


def _in_full(bare: str, quote: str) -> str:
    whole = bare.rstrip(".")
    whole = as_written(whole, quote) if whole[:1].isdigit() else in_full(whole, quote)
    return bare if bare.startswith(whole) else whole


def _parted(draft: str) -> tuple[str, str]:
    """The answer itself, on a short first line without marks, and the sentences that say it. A draft that
    does not begin with such a line has only sentences.
    """
    first, _, rest = draft.strip().partition("\n")
    if _MARK.search(first) or max(map(len, first.split("; "))) > SHORT_CHARACTERS:
        return "", draft.strip()
    return first.strip(), rest.strip()


def _gives(checked: Checked, short: str, question: str) -> bool:
    """Whether the sentences give the short answer, its names and numbers at least, and more than the
    question. That 21 October is one of 2023, the day of the article tells.
    """
    told = " ".join(sentence.text for sentence in checked.sentences)
    days = " ".join(f"{citation.date:%d %B %Y}" for citation in checked.citations if citation.date)
    # Behind a word of small letters the first word of the answer counts as a name too.
    needed, had = facts(f"it is {short}"), set(stems(told))
    # What has neither is given by its words: "human composting" is not said by "turned into soil".
    lacking = missing(needed, f"{told} {days} {question}") if needed else set(stems(short)) - had
    return not lacking and not had <= set(stems(question))


def _kept(
    claims: Sequence[tuple[str, frozenset[int]]],
    question: str,
    excerpts: Sequence[Excerpt],
    encode: Callable[[Sequence[str]], Vectors],
) -> Checked:
    """The claims that the excerpts support, with the marks that they were given."""
    places = [(excerpt, nth) for excerpt in excerpts for nth in range(len(excerpt.spans))]
    cosines = _likeness([text for text, _ in claims], [e.quote(nth, nth) for e, nth in places], encode)
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    # Names are asked for in small letters too.
    asked = facts(question) | set(stems(question))
    for (text, marks), row in zip(claims, cosines, strict=True):
        near = {
            place: float(cosine)
            for place, cosine in zip([(e.number, n) for e, n in places], row, strict=True)
        }
        quotes, support = _support(text, marks, asked, stems(question), excerpts, near)
        if support:
            numbers = tuple(dict.fromkeys(_cite(quote, citations) for quote in quotes))
            sentences.append(Sentence(text=text, citations=numbers, support=support))
    return Checked(sentences=tuple(sentences), citations=tuple(citations.values()))


def _likeness(
    claims: Sequence[str], quotes: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
) -> Vectors:
    """The cosine of each claim with each quote. Where all claims are quotes word for word, the others need
    not be known, and nothing is embedded.
    """
    shown = [fenced(quote) for quote in quotes]
    same = np.array([[claim == one for one in shown] for claim in claims], dtype=np.float32)
    if same.any(axis=1).all():
        return same
    vectors = encode([*claims, *quotes])
    return vectors[: len(claims)] @ vectors[len(claims) :].T


def _claims(draft: str) -> Iterator[tuple[str, frozenset[int]]]:
    """The draft's sentences without their marks, each with the numbers it was marked with."""
    draft = _MARK_AFTER_STOP.sub(lambda found: found.group(2) + found.group(1), draft.strip())
    for start, end in sentence_spans(draft):
        sentence = draft[start:end]
        marks = frozenset(int(n) for found in _MARK.findall(sentence) for n in found.split(","))
        text = _TWO_STOPS.sub(".", _MARK.sub("", sentence).strip())
        if stems(text) and NOT_FOUND not in text.upper():
            yield text, marks


def _support(
    text: str,
    marks: frozenset[int],
    asked: AbstractSet[str],
    askers: Sequence[str],
    excerpts: Sequence[Excerpt],
    near: dict[tuple[int, int], float],
) -> tuple[list[_Quote], Literal["supported", "weak"] | None]:
    """The quotes that together hold the sentence, and how well; None where they do not.

    `asked` are the facts of the question and `askers` the stems of its words, which the sentence may repeat.
    """
    needed = facts(text)
    words = {stem(word) for word in content_words(text)}
    candidates = [
        _held(text, needed, asked, words, excerpt, first, last, near, excerpt.number in marks)
        for excerpt in excerpts
        for begin, end in excerpt.runs
        for first in range(begin, end + 1)
        for last in range(first, min(first + 1, end) + 1)
    ]
    quotes: list[_Quote] = []
    open_facts = frozenset(needed)
    while candidates and len(quotes) < MAX_CITATIONS:
        best = max(candidates, key=lambda quote: (-len(open_facts & quote.added), quote.rank))
        if quotes and open_facts - asked <= best.added:
            break
        quotes.append(best)
        open_facts &= best.missing
        if open_facts <= asked:
            break
        # A name from here and a number from there are put together only where the model said so itself.
        candidates = [quote for quote in candidates if quote.cited]
    unnamed = missing(open_facts, " ".join(_around(quote.excerpt.hit) for quote in quotes))
    same_subject = any(quote.excerpt.hit.similarity >= SAME_SUBJECT for quote in quotes)
    # What the answer adds must be named near its quote, and a number in it; what it repeats of the
    # question need not be where the passage is about the same thing: Moscow may be Russia there.
    if (unnamed | _numbers(open_facts)) - asked or (unnamed and not same_subject):
        return [], None
    quoted = " ".join(quote.excerpt.quote(quote.first, quote.last) for quote in quotes)
    had = set(stems(quoted))
    if set(_AGE.findall(text)) & set(_AGE_IN_PASSING.findall(quoted)):
        had |= set(stems("years old"))
    # Facts were looked at already: that a date stands somewhere says nothing of what happened then.
    told = words - needed
    overlap = len(told & had) / len(told) if told else 1.0
    cosine = max(quote.cosine for quote in quotes)
    # "He plays for the Reds" under a quote about the Reds' player adds nothing but a name it has.
    added = told - set(askers)
    if overlap < WEAK_WORDS and cosine < WEAK_COSINE and not (needed and added <= had):
        return [], None
    strong = overlap >= SUPPORTED_WORDS or cosine >= SUPPORTED_COSINE
    return quotes, "supported" if strong and not _turned(text, quoted) and not unnamed else "weak"


def _turned(text: str, quoted: str) -> bool:
    """Whether one of them denies what the other one says."""
    ours, theirs = denied(text), denied(quoted)
    return bool((theirs - ours) & set(stems(text)) or (ours - theirs) & set(stems(quoted)))


def _around(hit: Hit) -> str:
    """What names the things that a quote of this passage is about: its title, its day, its sentences."""
    day = f"{hit.date:%d %B %Y}" if hit.date else ""
    return f"{hit.title} {day} {hit.passage.text}"


def _held(
    text: str,
    needed: set[str],
    asked: AbstractSet[str],
    words: set[str],
    excerpt: Excerpt,
    first: int,
    last: int,
    near: dict[tuple[int, int], float],
    cited: bool,
) -> _Quote:
    quote = excerpt.quote(first, last)
    lacking = missing(needed, quote)
    return _Quote(
        excerpt=excerpt,
        first=first,
        last=last,
        added=frozenset(lacking - asked),
        repeated=frozenset(lacking & asked),
        words=len(words & set(stems(quote))) / len(words),
        cosine=max(near[excerpt.number, nth] for nth in range(first, last + 1)),
        cited=cited,
        turned=_turned(text, quote),
    )


def _numbers(found: AbstractSet[str]) -> set[str]:
    return {fact for fact in found if fact[0].isdigit()}


def _cite(quote: _Quote, citations: dict[tuple[str, int, int], Citation]) -> int:
    """The number of the quote's citation, which is made where there is none yet."""
    hit = quote.excerpt.hit
    start, end = quote.excerpt.spans[quote.first][0], quote.excerpt.spans[quote.last][1]
    citation = citations.setdefault(
        (hit.passage.article_id, start, end), Citation.of(len(citations) + 1, hit, start, end)
    )
    return citation.number


def _marked(sentence: Sentence) -> str:
    marks = "".join(f"[{number}]" for number in sentence.citations)
    body = sentence.text.rstrip(".!?")
    return f"{body} {marks}{sentence.text[len(body) :] or '.'}"
