"""Turns a model's draft into possible answers: sentences with the quotes that name all they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.embedding.embedder import Vectors
from index.text.languages import ENGLISH, is_english_instead
from index.text.normalization import content_words, stems
from qa.guardrails.sanitizer import sanitize
from qa.schemas import AnswerSentence, Citation
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.cited_text import CitedText
from qa.verification.draft import draft_sentences, split_short_answer
from qa.verification.draft_sentence import DraftSentence, QuestionTerms
from qa.verification.entities import fragment_entities, missing_entities
from qa.verification.excerpts import Excerpt
from qa.verification.superlatives import is_outranked
from qa.verification.support import QuoteMatch, Support, find_support

Encode = Callable[[Sequence[str]], Vectors]


# How answers to yes-no questions begin.
_POLAR = {"yes": "Yes", "no": "No", "not yet": "Not yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible answer: sentences with the quotes that name all they name. `claims` are what each sentence
    says of the question, for a verifier: a quoted sentence answers it by the words that were drafted; by
    its own if none were, and it is not `is_drafted`.
    """

    cited: CitedText
    claims: tuple[str, ...]
    is_drafted: bool = True


def propose(
    draft: str,
    question: str,
    excerpts: Sequence[Excerpt],
    encode: Encode,
    language: str = ENGLISH,
    is_sure: bool = True,
    in_quotes: bool = False,
) -> list[Candidate]:
    """The possible answers that a draft offers, best first; draft, question and excerpts are in the language.

    A draft begins with a short answer, followed by sentences. The sentences come first if they contain the
    short answer; otherwise the sentences of the excerpts that contain it do. Fragments are no sentences. Of
    each only what the excerpts support is kept, and nothing if the question asks for a number and no sentence
    has one, or for a duration and no sentence has one. To a yes-no question the quotes alone come second, or
    first if the draft is not `is_sure`: a small model that is in doubt says yes or no at random. `in_quotes`
    is whether the quotes are said in place of the sentences, because the model writes the language badly.

    The model's marks are hints: if the marked excerpt does not support the sentence but another one does,
    that one is cited. Numbers of excerpts that do not exist are ignored.
    """
    if not excerpts:
        return []
    short_answer, body = split_short_answer(draft, language)
    sentences = list(draft_sentences(body, language=language))
    whole = [sentence for sentence in sentences if not sentence.is_fragment]
    marks = frozenset(mark for sentence in sentences for mark in sentence.marks)
    citer = _Citer(
        question=question, excerpts=excerpts, encode=encode, language=language, in_quotes=in_quotes
    )
    drafted = citer.drafted(whole)
    candidates = [drafted, citer.quoted(short_answer or ("" if whole else body), marks)]
    if polar := _POLAR.get(short_answer.lower()):
        candidates = citer.polar(citer.cite(whole), polar if is_sure else "")
    elif short_answer and not _states(drafted.cited, short_answer, question, language):
        candidates.reverse()
    expected = ExpectedAnswer.of(question, language)
    return [
        candidate
        for candidate in candidates
        if candidate.cited.sentences
        and (
            not (expected.number or expected.duration)
            or any(expected.found_in(sentence.text) for sentence in candidate.cited.sentences)
        )
    ]


def stated_short_answer(draft: str, cited: CitedText, language: str = ENGLISH) -> str:
    """The short answer that the draft begins with; empty if the sentences do not contain all its words."""
    short_answer, _ = split_short_answer(draft, language)
    if not (short_answer and _states(cited, short_answer, language=language)):
        return ""
    # Numbers and names can be written in other ways; the other words of an answer must be the sentences'.
    words = set(stems(" ".join(content_words(short_answer)))) - fragment_entities(short_answer, language)
    said = set(stems(" ".join(sentence.text for sentence in cited.sentences)))
    return short_answer if all(word in said or word[0].isdigit() for word in words) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Citer:
    """Finds the quotes of sentences for one question."""

    question: str
    excerpts: Sequence[Excerpt]
    encode: Encode
    language: str
    in_quotes: bool

    def drafted(self, sentences: Sequence[DraftSentence]) -> Candidate:
        """The sentences as they were drafted; their quotes if they only repeat the question, or are in
        English where the excerpts are not.
        """
        cited = self.cite(sentences)
        if self._is_english_instead(cited):
            quotes = cited.quoted()
            quotes = quotes.only([quote for quote in quotes.sentences if not quote.text.endswith("?")])
            claims = tuple(quote.text for quote in quotes.sentences)
            return Candidate(cited=quotes, claims=claims, is_drafted=False)
        if self.in_quotes:
            return replace(self._in_quotes(cited), is_drafted=False)
        if self._repeats_question(sentence.text for sentence in cited.sentences):
            return self._in_quotes(cited)
        claims = tuple(sentence.text for sentence in cited.sentences)
        return Candidate(cited=cited.completed(), claims=claims)

    def quoted(self, bare: str, marks: frozenset[int]) -> Candidate:
        """The sentences of the excerpts that contain a bare answer."""
        # "Heavy rain; a landslide" are two answers, each with a quote of its own.
        cited = self.cite(list(draft_sentences(bare.replace("; ", ".\n"), marks, self.language)))
        if not cited.sentences and ", " in bare:
            # "Hawaii, USA" if the excerpts name the island alone.
            cited = self.cite(list(draft_sentences(bare.split(", ")[0], marks, self.language)))
        return self._in_quotes(cited)

    def polar(self, cited: CitedText, word: str) -> list[Candidate]:
        """The answer to a yes-no question with the word, if any, and its quotes without one: they tell a
        reader what is so where nothing proves the word.
        """
        own = cited.quoted() if self._is_english_instead(cited) else cited
        answers = [(own.beginning(word), True)] if word else []
        return [
            Candidate(cited=one, claims=tuple(each.text for each in one.sentences), is_drafted=is_drafted)
            for one, is_drafted in (*answers, (cited.quoted(), False))
        ]

    def _in_quotes(self, cited: CitedText) -> Candidate:
        """The quotes in place of the sentences, except questions; each claims what it was cited for. What
        only its neighbours name ("She won it.") would not tell a reader the answer.
        """
        quotes = cited.quoted()
        claims = {
            quote: "; ".join(each.text for each in cited.sentences if quote.citations[0] in each.citations)
            for quote in quotes.sentences
            if not quote.text.endswith("?")
        }
        asked = QuestionTerms.of(self.question, self.language).entities
        said = _dated(quotes.text, quotes)
        claims = {
            quote: claim
            for quote, claim in claims.items()
            if not missing_entities(fragment_entities(claim, self.language) - asked, said, self.language)
        }
        return Candidate(
            cited=quotes.only(list(claims)),
            claims=tuple(
                quote.text if self._repeats_question([claim]) else claim for quote, claim in claims.items()
            ),
        )

    def _is_english_instead(self, cited: CitedText) -> bool:
        quotes = " ".join(one.quote for one in cited.citations)
        return any(is_english_instead(one.text, self.language, quotes) for one in cited.sentences)

    def _is_outranked(self, sentence: DraftSentence, support: Support) -> bool:
        """Whether the quotes give what the question or the sentence calls the first another rank."""
        quoted = " ".join(quote.text for quote in support.quotes)
        return is_outranked(sentence.text, quoted) or is_outranked(self.question, quoted)

    def _repeats_question(self, texts: Iterable[str]) -> bool:
        """Whether the texts have only words of the question, which answer it only if it offers a choice."""
        words = {word for text in texts for word in stems(text)}
        return words <= set(stems(self.question)) and "choice" not in ExpectedAnswer.of(self.question).kinds

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
        question = QuestionTerms.of(self.question, self.language)
        citations: dict[tuple[str, int, int], Citation] = {}
        supported = []
        for sentence, row in zip(sentences, cosines, strict=True):
            of_place = {
                (excerpt.number, index): float(cosine)
                for (excerpt, index), cosine in zip(places, row, strict=True)
            }
            support = find_support(sentence, question, self.excerpts, of_place)
            if support and not self._is_outranked(sentence, support):
                numbers = tuple(dict.fromkeys(_cite(quote, citations) for quote in support.quotes))
                supported.append(AnswerSentence(text=sentence.text, citations=numbers, support=support.level))
        return CitedText(sentences=tuple(supported), citations=tuple(citations.values()))


def _states(cited: CitedText, short_answer: str, question: str = "", language: str = ENGLISH) -> bool:
    """Whether the sentences contain the short answer's entities, unless the question does, or its words if
    it has none. An article's date completes a date in its text.
    """
    text = " ".join(sentence.text for sentence in cited.sentences)
    if entities := fragment_entities(short_answer, language):
        return not missing_entities(entities, f"{_dated(text, cited)} {question}", language)
    return set(stems(short_answer)) <= set(stems(text))


def _dated(text: str, cited: CitedText) -> str:
    """The text and the dates of the quotes."""
    return " ".join([text, *(f"{one.date:%d %B %Y}" for one in cited.citations if one.date)])


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


def _cite(quote: QuoteMatch, citations: dict[tuple[str, int, int], Citation]) -> int:
    """The number of the quote's citation, which is added if it is new."""
    hit = quote.excerpt.hit
    start, end = quote.excerpt.spans[quote.first][0], quote.excerpt.spans[quote.last][1]
    citation = citations.setdefault(
        (hit.passage.article_id, start, end), Citation.of(len(citations) + 1, hit, start, end)
    )
    return citation.number
