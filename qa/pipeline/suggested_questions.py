"""Questions that sentences of articles answer, made by their form; no model is asked.

"Forty-seven people were rescued from the ferry." → "How many people were rescued from the ferry?"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from index.schemas import Article
from index.text.calendar_words import MONTHS
from index.text.numbers import NUMERALS
from index.text.sentences import sentence_spans
from qa.schemas import RetrievedPassage

# How far a search for the question may go until it finds its own sentence.
WITHIN = 2
MIN_WORDS, MAX_WORDS = 6, 16

_NUMBER = r"(?:\d[\d,.]*|(?:[A-Z][a-z]+)(?:-[a-z]+)?)"
_MONTH = rf"(?:{'|'.join(MONTHS)})"
_WHEN = rf"(?:on \d{{1,2}} {_MONTH}|on {_MONTH} \d{{1,2}}|in (?:{_MONTH}|(?:19|20)\d\d)|at \d{{1,2}}[.:]\d\d)"
_SUBJECT = r"(?:The|An?) [\w’'-]+(?: (?!and\b|that\b|which\b|who\b)[\w’'-]+){1,5}"

_COUNTED = re.compile(
    rf"({_NUMBER}) ((?!thirds|quarters|halves)[a-z]+(?: [a-z]+)?) (was|were|are|will|have|had) ([^,;:“”\"]+)"
)
_DATED = re.compile(rf"({_SUBJECT}) (was|were|will) ((?!not )[^,;:“”\"]+?) {_WHEN}\b")
_PRICED = re.compile(rf"({_SUBJECT}) will cost (?:about |some )?[\d£$€]")
_NAME, _ROLE = r"([A-Z][\w’-]+ [A-Z][\w’-]+)", r"(?:the|an?|its) [a-z][^,.;:“”\"]{5,}"
_SPEAKS = "(?:said|says|told|called|added|warned|wants|expects|explained|wrote)"
_INTRODUCED = re.compile(
    rf"(?:(?:[Aa]ccording to|{_SPEAKS}) {_NAME}, {_ROLE}[,.])|(?:{_NAME}, {_ROLE}, {_SPEAKS}\b)"
)


def suggested(
    articles: Iterable[Article], search: Callable[[str], Sequence[RetrievedPassage]], limit: int
) -> list[str]:
    """Up to `limit` questions, one an article and of different forms as far as there are some, each of
    which `search` answers with the sentence it was made of.
    """
    made: dict[str, list[str]] = {}
    taken: list[str] = []
    for article in articles:
        for form, question, (start, end) in _questions(article.text):
            if len(made.get(form, ())) >= max(1, limit // 2):
                continue
            found = search(question)[:WITHIN]
            if any(hit.article_id == article.id and hit.start <= start and end <= hit.end for hit in found):
                made.setdefault(form, []).append(question)
                taken.append(question)
                break
        if len(taken) == limit:
            break
    return taken


def _questions(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """The form, the question and the sentence's span, for each sentence that has one of the forms."""
    for span in sentence_spans(text):
        for form, question in _of(" ".join(text[slice(*span)].split())):
            if MIN_WORDS - 3 * (form == "who") <= len(question.split()) <= MAX_WORDS:
                yield form, question, span


def _of(sentence: str) -> Iterator[tuple[str, str]]:
    if (found := _COUNTED.match(sentence)) and _counts(found[1]):
        yield "how many", f"How many {found[2]} {found[3]} {_cut(found[4])}?"
    if found := _DATED.match(sentence):
        yield "when", f"When {found[2]} {_lowered(found[1])} {found[3]}?"
    if found := _PRICED.match(sentence):
        yield "how much", f"How much will {_lowered(found[1])} cost?"
    if found := _INTRODUCED.search(sentence):
        yield "who", f"Who is {found[1] or found[2]}?"


def _counts(number: str) -> bool:
    return number[0].isdigit() or number.lower().partition("-")[0] in NUMERALS


def _cut(rest: str) -> str:
    """The rest of a sentence without what tells when or why."""
    return re.split(r" (?:on [A-Z]|after|when|while|because|before|as|and|but|in [A-Z\d])|[.?!]$", rest)[0]


def _lowered(subject: str) -> str:
    return subject[0].lower() + subject[1:]
