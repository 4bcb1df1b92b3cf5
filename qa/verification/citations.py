"""Turns a model's draft into supported sentences with the quotes that support them."""

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
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.conflicts.quantities import expand_number
from qa.verification.entities import fragment_entities, missing_entities
from qa.verification.excerpts import Excerpt
from qa.verification.name_expansion import expand_name
from qa.verification.support import DraftSentence, QuestionTerms, QuoteMatch, find_support

# A draft can begin with a bare answer on a line of its own; none of its parts is longer than this.
MAX_SHORT_ANSWER_CHARACTERS = 60
_MARK = re.compile(r"(?:(?<!\s)\s++)?\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# "It opens at 9 a.m. [1]." without its mark.
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.$")
_MARK_AFTER_STOP = re.compile(r"(?<![.!?])([.!?]++[\"'”’]?+)((?:\s*+\[[\d,\s]+\])+)")

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDraft:
    """The supported sentences of a draft. Without sentences there is no answer."""

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The sentences with their citation marks: `It rained [1][2].`"""
        return " ".join(_with_marks(sentence) for sentence in self.sentences)

    def expanded(self) -> VerifiedDraft:
        """The same with bare numbers and names in full, as in their quotes."""
        quotes = {citation.number: citation.quote for citation in self.citations}
        sentences = (
            sentence.model_copy(update={"text": _expand(sentence.text, quotes[sentence.citations[0]])})
            for sentence in self.sentences
        )
        return VerifiedDraft(sentences=tuple(sentences), citations=self.citations)

    def quoted(self) -> VerifiedDraft:
        """The same with the quotes in place of the sentences."""
        quotes = {citation.number: sanitize(citation.quote) for citation in self.citations}
        sentences = {
            number: AnswerSentence(text=quotes[number], citations=(number,), support=sentence.support)
            for sentence in self.sentences
            for number in sentence.citations
        }
        return VerifiedDraft(sentences=tuple(sentences.values()), citations=self.citations)


def is_refusal(draft: str) -> bool:
    """Whether the draft, or its beginning while it is being written, is a refusal."""
    return NOT_FOUND.startswith(draft.strip().upper()[: len(NOT_FOUND)])


def verify_draft(draft: str, question: str, excerpts: Sequence[Excerpt], encode: Encode) -> VerifiedDraft:
    """The sentences of the draft that the excerpts support, each with its quotes.

    A draft can begin with a short answer. It is used if the sentences below do not contain it. If it is a
    reason, its quotes are shown instead, as they are for a draft that only repeats the question. Nothing is
    kept if the question asks for a number and no supported sentence has one.

    The model's marks are hints: if the marked excerpt does not support the sentence but another one does,
    that one is cited. Numbers of excerpts that do not exist are ignored.
    """
    short_answer, body = _split_short_answer(draft)
    # "Heavy rain; a landslide" are two answers, each with a quote of its own.
    bare = list(_draft_sentences(short_answer.replace("; ", ".\n")))
    sentences = list(_draft_sentences(body)) if body else bare
    if not sentences or not excerpts:
        return VerifiedDraft()
    expected = ExpectedAnswer.of(question)
    verifier = _Verifier(question=question, expected=expected, excerpts=excerpts, encode=encode)
    verified = verifier.verify(sentences)
    if short_answer and body and not verifier.states(verified, short_answer):
        marks = frozenset(mark for sentence in sentences for mark in sentence.marks)
        verified, body = verifier.verify([DraftSentence.of(each.text, marks) for each in bare]), ""
    if not body:
        verified = verifier.complete(verified, short_answer)
    if verifier.repeats_question(verified):
        verified = verified.quoted()
    if expected.number and not any(expected.found_in(sentence.text) for sentence in verified.sentences):
        return VerifiedDraft()
    return verified


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verifier:
    """Verifies sentences against the excerpts for one question."""

    question: str
    expected: ExpectedAnswer
    excerpts: Sequence[Excerpt]
    encode: Encode

    def verify(self, sentences: Sequence[DraftSentence]) -> VerifiedDraft:
        """The sentences that the excerpts support."""
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
        return VerifiedDraft(sentences=tuple(supported), citations=tuple(citations.values()))

    def complete(self, verified: VerifiedDraft, short_answer: str) -> VerifiedDraft:
        """A verified short answer in full. A reason is quoted: "Heat and wind" does not say what they did."""
        # "Hawaii, USA" if the excerpts name the island alone.
        if short_answer and not verified.sentences and ", " in short_answer:
            verified = self.verify([DraftSentence.of(short_answer.split(", ")[0])])
        return verified.quoted() if "reason" in self.expected.kinds else verified.expanded()

    def states(self, verified: VerifiedDraft, short_answer: str) -> bool:
        """Whether the sentences contain the short answer's entities, or its words if it has none, and add
        something to the question. An article's date completes a date in its text.
        """
        text = " ".join(sentence.text for sentence in verified.sentences)
        dates = " ".join(f"{citation.date:%d %B %Y}" for citation in verified.citations if citation.date)
        if entities := fragment_entities(short_answer):
            missing = missing_entities(entities, f"{text} {dates} {self.question}")
        else:
            missing = set(stems(short_answer)) - set(stems(text))
        return not missing and not self.repeats_question(verified)

    def repeats_question(self, verified: VerifiedDraft) -> bool:
        """Whether the sentences have only words of the question, which answer it only if it offers a
        choice.
        """
        words = {stem for sentence in verified.sentences for stem in stems(sentence.text)}
        return words <= set(stems(self.question)) and "choice" not in self.expected.kinds


def _expand(text: str, quote: str) -> str:
    bare = text.rstrip(".")
    expanded = expand_number(bare, quote) if bare[:1].isdigit() else expand_name(bare, quote)
    return text if text.startswith(expanded) else expanded


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
