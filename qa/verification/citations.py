"""Turns a model's draft into possible answers: sentences with the quotes that name all they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.embedding.embedder import Vectors
from index.text.normalization import WORD, stems
from index.text.sentences import sentence_spans
from qa.guardrails.sanitizer import sanitize
from qa.llm.prompts import NOT_FOUND
from qa.schemas import AnswerSentence, Citation
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.entities import fragment_entities, missing_entities
from qa.verification.excerpts import Excerpt
from qa.verification.support import DraftSentence, QuestionTerms, QuoteMatch, find_support

# A sentence of fewer words, such as "Harvesting fruit", does not stand by itself.
MIN_SENTENCE_WORDS = 5
# A draft can begin with a bare answer on a line of its own; none of its parts is longer than this.
MAX_SHORT_ANSWER_CHARACTERS = 60
_MARK = re.compile(r"\s*\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# "It opens at 9 a.m. [1]." without its mark.
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.$")
_MARK_AFTER_STOP = re.compile(r"([.!?]+[\"'”’]?)((?:\s*\[[\d,\s]+\])+)")


class _Polarity(NamedTuple):
    """How the answer to a yes-no question begins, and how the opposite one does."""

    own: str
    other: str


_POLAR = {
    "yes": _Polarity("Yes", "No"),
    "no": _Polarity("No", "Yes"),
    "not yet": _Polarity("Not yet", "Yes"),
}

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedText:
    """Sentences with the quotes they rest on. Without sentences there is no answer."""

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The sentences with their citation marks: `It rained [1][2].`"""
        return " ".join(_with_marks(sentence) for sentence in self.sentences)

    def quotes_of(self, sentence: AnswerSentence) -> list[Citation]:
        """The citations of one of the sentences."""
        return [citation for citation in self.citations if citation.number in sentence.citations]

    def only(self, sentences: Sequence[AnswerSentence]) -> CitedText:
        """The sentences, which are some of these, with their citations numbered from 1."""
        used = {number for sentence in sentences for number in sentence.citations}
        kept = [citation for citation in self.citations if citation.number in used]
        numbers = {citation.number: number for number, citation in enumerate(kept, 1)}
        return CitedText(
            sentences=tuple(
                sentence.model_copy(update={"citations": tuple(numbers[each] for each in sentence.citations)})
                for sentence in sentences
            ),
            citations=tuple(
                citation.model_copy(update={"number": numbers[citation.number]}) for citation in kept
            ),
        )

    @property
    def is_whole(self) -> bool:
        """Whether the sentences stand by themselves."""
        return all(len(WORD.findall(sentence.text)) >= MIN_SENTENCE_WORDS for sentence in self.sentences)

    def beginning(self, word: str) -> CitedText:
        """The same with a word such as Yes before the first sentence, unless it begins so."""
        first, *rest = self.sentences or (None,)
        if first is None or first.text.lower().startswith(word.lower()):
            return self
        first = first.model_copy(update={"text": f"{word}. {first.text}"})
        return CitedText(sentences=(first, *rest), citations=self.citations)

    def quoted(self) -> CitedText:
        """The same with the quotes in place of the sentences."""
        quotes = {citation.number: sanitize(citation.quote) for citation in self.citations}
        sentences = {
            number: AnswerSentence(text=quotes[number], citations=(number,), support=sentence.support)
            for sentence in self.sentences
            for number in sentence.citations
        }
        return CitedText(sentences=tuple(sentences.values()), citations=self.citations)


def is_refusal(draft: str) -> bool:
    """Whether the draft, or its beginning while it is being written, is a refusal."""
    return NOT_FOUND.startswith(draft.strip().upper()[: len(NOT_FOUND)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible answer: sentences with the quotes that name all they name.

    `claim` is what a verifier holds against the quotes in place of sentences that are quotes themselves: the
    words that were drafted. It is empty if the sentences are drafted.
    """

    cited: CitedText
    claim: str = ""


def propose(draft: str, question: str, excerpts: Sequence[Excerpt], encode: Encode) -> list[Candidate]:
    """The possible answers that a draft offers, best first.

    A draft begins with a short answer, followed by sentences. The sentences come first if they contain the
    short answer; otherwise the sentences of the excerpts that contain it do. To a yes-no question the
    opposite answer comes second. Of each only what the excerpts support is kept, and nothing if the question
    asks for a number and no sentence has one.

    The model's marks are hints: if the marked excerpt does not support the sentence but another one does,
    that one is cited. Numbers of excerpts that do not exist are ignored.
    """
    if not excerpts:
        return []
    short_answer, body = _split_short_answer(draft)
    sentences = list(_draft_sentences(body))
    marks = frozenset(mark for sentence in sentences for mark in sentence.marks)
    # "Heavy rain; a landslide" are two answers, each with a quote of its own.
    parts = [
        DraftSentence.of(part.text, marks) for part in _draft_sentences(short_answer.replace("; ", ".\n"))
    ]
    expected = ExpectedAnswer.of(question)
    citer = _Citer(question=question, excerpts=excerpts, encode=encode)
    drafted, short = citer.cite(sentences), citer.cite(parts)
    candidates = [
        Candidate(cited=drafted)
        if drafted.is_whole
        else Candidate(cited=drafted.quoted(), claim=" ".join(each.text for each in drafted.sentences)),
        Candidate(cited=short.quoted(), claim=short_answer),
    ]
    if polar := _POLAR.get(short_answer.rstrip(".").lower()):
        candidates = [
            Candidate(cited=drafted.beginning(polar.own)),
            # A small model often says yes where the sentence it read says no.
            Candidate(cited=drafted.quoted().beginning(polar.other), claim=polar.other),
        ]
    elif short_answer and not _states(drafted, short_answer, question):
        candidates.reverse()
    return [
        candidate
        for candidate in candidates
        if candidate.cited.sentences
        and (
            not expected.number
            or any(expected.found_in(sentence.text) for sentence in candidate.cited.sentences)
        )
    ]


def stated_short_answer(draft: str, cited: CitedText) -> str:
    """The short answer that the draft begins with; empty if the sentences do not contain it."""
    short_answer = _split_short_answer(draft)[0]
    return short_answer if short_answer and _states(cited, short_answer) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Citer:
    """Finds the quotes of sentences for one question."""

    question: str
    excerpts: Sequence[Excerpt]
    encode: Encode

    def cite(self, sentences: Sequence[DraftSentence]) -> CitedText:
        """The sentences that the excerpts support, with their quotes."""
        if not sentences:
            return CitedText()
        places = [(excerpt, index) for excerpt in self.excerpts for index in range(len(excerpt.spans))]
        cosines = _cosines(
            [sentence.text for sentence in sentences],
            [excerpt.quote(index, index) for excerpt, index in places],
            self.encode,
        )
        question = QuestionTerms.of(self.question)
        citations: dict[tuple[str, int, int], Citation] = {}
        supported = []
        for sentence, row in zip(sentences, cosines, strict=True):
            of_place = {
                (excerpt.number, index): float(cosine)
                for (excerpt, index), cosine in zip(places, row, strict=True)
            }
            if support := find_support(sentence, question, self.excerpts, of_place):
                numbers = tuple(dict.fromkeys(_cite(quote, citations) for quote in support.quotes))
                supported.append(AnswerSentence(text=sentence.text, citations=numbers, support=support.level))
        return CitedText(sentences=tuple(supported), citations=tuple(citations.values()))


def _states(cited: CitedText, short_answer: str, question: str = "") -> bool:
    """Whether the sentences contain the short answer's entities, unless the question does, or its words if
    it has none. An article's date completes a date in its text.
    """
    text = " ".join(sentence.text for sentence in cited.sentences)
    dates = " ".join(f"{citation.date:%d %B %Y}" for citation in cited.citations if citation.date)
    if entities := fragment_entities(short_answer):
        return not missing_entities(entities, f"{text} {dates} {question}")
    return set(stems(short_answer)) <= set(stems(text))


def _split_short_answer(draft: str) -> tuple[str, str]:
    """The short answer on the first line, without marks, and the sentences below; the short answer is empty
    if the draft does not begin with one.
    """
    first, _, rest = draft.strip().partition("\n")
    if _MARK.search(first) or max(map(len, first.split("; "))) > MAX_SHORT_ANSWER_CHARACTERS:
        return "", draft.strip()
    return first.strip(), rest.strip()


def _cosines(sentences: Sequence[str], quotes: Sequence[str], encode: Encode) -> Vectors:
    """The cosine of each sentence with each quote, of shape (sentences, quotes). If all sentences are
    verbatim quotes, nothing is embedded and the other cosines are 0.
    """
    shown = [sanitize(quote) for quote in quotes]
    same = np.array([[sentence == quote for quote in shown] for sentence in sentences], dtype=np.float32)
    if same.any(axis=1).all():
        return same
    vectors = encode([*sentences, *quotes])
    return vectors[: len(sentences)] @ vectors[len(sentences) :].T


def _draft_sentences(draft: str) -> Iterator[DraftSentence]:
    """The draft's sentences, except refusals."""
    draft = _MARK_AFTER_STOP.sub(lambda found: found.group(2) + found.group(1), draft.strip())
    for start, end in sentence_spans(draft):
        marked = draft[start:end]
        marks = frozenset(int(number) for found in _MARK.findall(marked) for number in found.split(","))
        text = _DOUBLE_STOP.sub(".", _MARK.sub("", marked).strip())
        if stems(text) and NOT_FOUND not in text.upper():
            yield DraftSentence.of(text, marks)


def _cite(quote: QuoteMatch, citations: dict[tuple[str, int, int], Citation]) -> int:
    """The number of the quote's citation, which is added if it is new."""
    hit = quote.excerpt.hit
    start, end = quote.excerpt.spans[quote.first][0], quote.excerpt.spans[quote.last][1]
    citation = citations.setdefault(
        (hit.passage.article_id, start, end), Citation.of(len(citations) + 1, hit, start, end)
    )
    return citation.number


def _with_marks(sentence: AnswerSentence) -> str:
    marks = "".join(f"[{number}]" for number in sentence.citations)
    body = sentence.text.rstrip(".!?")
    return f"{body} {marks}{sentence.text[len(body) :] or '.'}"
