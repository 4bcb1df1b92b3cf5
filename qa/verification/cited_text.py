"""Sentences with the quotes they rest on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.guardrails.sanitizer import sanitize
from qa.schemas import AnswerSentence, Citation

# One or several numbers: "[1]", "[1, 2]"; group 1 has them.
MARK = re.compile(r"(?:(?<!\s)\s++)?\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]")
# Ends a sentence together with its stop: "It opens at 9 a.m."
_ABBREVIATION = re.compile(r"\b\w\.\w\.$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedText:
    """Sentences with the quotes they rest on. Without sentences there is no answer."""

    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The sentences with their citation marks: `It rained [1][2].`"""
        return " ".join(with_marks(sentence) for sentence in self.sentences)

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

    def beginning(self, word: str) -> CitedText:
        """The same with a word such as Yes before the first sentence, unless it begins so."""
        first, *rest = self.sentences or (None,)
        if first is None or first.text.lower().startswith(word.lower()):
            return self
        first = first.model_copy(update={"text": f"{word}. {first.text}"})
        return replace(self, sentences=(first, *rest))

    def completed(self) -> CitedText:
        """The same with the whole quote in place of a sentence that is copied from its middle: what is left
        of "The family lives in Brooklyn, a part of New York" from "Brooklyn" on is no sentence.
        """
        return replace(self, sentences=tuple(map(self._completed, self.sentences)))

    def _completed(self, sentence: AnswerSentence) -> AnswerSentence:
        quotes = [" ".join(sanitize(one.quote).split()) for one in self.quotes_of(sentence)]
        part = " ".join(sentence.text.rstrip(".!?").lower().split())
        before = (
            quotes[0].lower().partition(part)[0] if len(quotes) == 1 and part in quotes[0].lower() else ""
        )
        if before.strip() and not before.rstrip().endswith((".", "!", "?", ":")):
            return sentence.model_copy(update={"text": quotes[0]})
        return sentence

    def quoted(self) -> CitedText:
        """The same with the quotes in place of the sentences."""
        quotes = {citation.number: sanitize(citation.quote) for citation in self.citations}
        sentences = {
            number: AnswerSentence(text=quotes[number], citations=(number,), support=sentence.support)
            for sentence in self.sentences
            for number in sentence.citations
        }
        return CitedText(sentences=tuple(sentences.values()), citations=self.citations)


def without_marks(text: str) -> str:
    """The text without its citation marks and the blanks before them."""
    return MARK.sub("", text)


def with_marks(sentence: AnswerSentence) -> str:
    """The sentence with its citation marks: `It rained [1][2].`"""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    if not marks:
        return sentence.text
    if _ABBREVIATION.search(sentence.text):
        return f"{sentence.text} {marks}"
    body = sentence.text.rstrip(".!?")
    return f"{body} {marks}{sentence.text[len(body) :] or '.' * body[-1:].isalnum()}"
