"""A model's draft into sentences that each hold, and the quotes they rest on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding.embedder import Vectors
from index.text.normalization import stems
from index.text.sentences import sentence_spans
from qa.guardrails.sanitizer import sanitize
from qa.llm.prompts import NOT_FOUND
from qa.schemas import AnswerSentence, Citation
from qa.verification.answer_type import asks_choice, asks_number, asks_reason, expected
from qa.verification.conflicts.quantities import as_written
from qa.verification.entities import facts, facts_within, missing
from qa.verification.excerpts import Excerpt
from qa.verification.name_expansion import in_full
from qa.verification.support import QuoteMatch, held

# A longer first line of a draft is a sentence already, and no bare answer; of several answers, a longer part.
SHORT_CHARACTERS = 60
_MARK = re.compile(r"\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# "It opens at 9 a.m. [1]." without its mark.
_TWO_STOPS = re.compile(r"(?<!\.)\.\.$")
_MARK_AFTER_STOP = re.compile(r"([.!?]+[\"'”’]?)((?:\s*\[[\d,\s]+\])+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDraft:
    """What of a draft may be shown. Without sentences there is no answer."""

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The sentences with their marks, as `It rained [1][2].`"""
        return " ".join(_marked(sentence) for sentence in self.sentences)

    def in_full(self) -> VerifiedDraft:
        """The same, bare numbers with what makes them an amount and bare names with the names before them,
        as their quotes have them.
        """
        quotes = {citation.number: citation.quote for citation in self.citations}
        said = (
            sentence.model_copy(update={"text": _in_full(sentence.text, quotes[sentence.citations[0]])})
            for sentence in self.sentences
        )
        return VerifiedDraft(sentences=tuple(said), citations=self.citations)

    def quoted(self) -> VerifiedDraft:
        """The same in the words of its quotes."""
        quotes = {citation.number: sanitize(citation.quote) for citation in self.citations}
        said = {
            number: AnswerSentence(text=quotes[number], citations=(number,), support=sentence.support)
            for sentence in self.sentences
            for number in sentence.citations
        }
        return VerifiedDraft(sentences=tuple(said.values()), citations=self.citations)


def refuses(draft: str) -> bool:
    """Whether the draft, which may still be being written, is a refusal as far as it goes."""
    return NOT_FOUND.startswith(draft.strip().upper()[: len(NOT_FOUND)])


def check(
    draft: str, question: str, excerpts: Sequence[Excerpt], encode: Callable[[Sequence[str]], Vectors]
) -> VerifiedDraft:
    """Keep of the draft what the excerpts support, each sentence with the quotes it rests on.

    Where its sentences do not give the answer that stands above them, this is held against the excerpts
    instead; if it is a reason, the quotes tell it, as they do where the draft only repeats the question.
    Where the question asks for a number and none is left, nothing is kept: what is true of the subject is
    not yet an answer.

    A mark counts as a hint: where the excerpt it names does not hold the sentence but another
    one does, that one is cited; numbers that were never offered are dropped.
    """
    short, told = _parted(draft)
    # "Heavy rain; a landslide" are two things, each with a quote of its own.
    bare = list(_claims(short.replace("; ", ".\n")))
    claims = list(_claims(told)) if told else bare
    if not claims or not excerpts:
        return VerifiedDraft()
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
    if _repeats(checked, question):
        checked = checked.quoted()
    if asks_number(question) and not any(map(expected(question), (s.text for s in checked.sentences))):
        return VerifiedDraft()
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


def _gives(checked: VerifiedDraft, short: str, question: str) -> bool:
    """Whether the sentences give the short answer, its names and numbers at least, and more than the
    question. That 21 October is one of 2023, the day of the article tells.
    """
    told = " ".join(sentence.text for sentence in checked.sentences)
    days = " ".join(f"{citation.date:%d %B %Y}" for citation in checked.citations if citation.date)
    needed, had = facts_within(short), set(stems(told))
    # What has neither is given by its words: "human composting" is not said by "turned into soil".
    lacking = missing(needed, f"{told} {days} {question}") if needed else set(stems(short)) - had
    return not lacking and not _repeats(checked, question)


def _repeats(checked: VerifiedDraft, question: str) -> bool:
    """Whether nothing is said that the question has not, which answers it only if it offers a choice."""
    told = {stem for sentence in checked.sentences for stem in stems(sentence.text)}
    return told <= set(stems(question)) and not asks_choice(question)


def _kept(
    claims: Sequence[tuple[str, frozenset[int]]],
    question: str,
    excerpts: Sequence[Excerpt],
    encode: Callable[[Sequence[str]], Vectors],
) -> VerifiedDraft:
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
        quotes, support = held(text, marks, asked, stems(question), excerpts, near)
        if support:
            numbers = tuple(dict.fromkeys(_cite(quote, citations) for quote in quotes))
            sentences.append(AnswerSentence(text=text, citations=numbers, support=support))
    return VerifiedDraft(sentences=tuple(sentences), citations=tuple(citations.values()))


def _likeness(
    claims: Sequence[str], quotes: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
) -> Vectors:
    """The cosine of each claim with each quote. Where all claims are quotes word for word, the others need
    not be known, and nothing is embedded.
    """
    shown = [sanitize(quote) for quote in quotes]
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


def _cite(quote: QuoteMatch, citations: dict[tuple[str, int, int], Citation]) -> int:
    """The number of the quote's citation, which is made where there is none yet."""
    hit = quote.excerpt.hit
    start, end = quote.excerpt.spans[quote.first][0], quote.excerpt.spans[quote.last][1]
    citation = citations.setdefault(
        (hit.passage.article_id, start, end), Citation.of(len(citations) + 1, hit, start, end)
    )
    return citation.number


def _marked(sentence: AnswerSentence) -> str:
    marks = "".join(f"[{number}]" for number in sentence.citations)
    body = sentence.text.rstrip(".!?")
    return f"{body} {marks}{sentence.text[len(body) :] or '.'}"
