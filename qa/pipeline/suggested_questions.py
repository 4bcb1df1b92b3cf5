"""Example questions, made from sentences of a few fixed forms, without a model; for the chat window.

"Forty-seven people were rescued from the ferry." → "How many people were rescued from the ferry?"
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from index.collection import Collection
from index.errors import ArchiveEmpty
from index.schemas import Article
from index.text.calendar_words import MONTHS
from index.text.messages.catalogue import languages, messages_in
from index.text.numbers import NUMERALS
from index.text.sentences import sentence_spans
from qa.pipeline.understanding.offered import OVERVIEW, SUMMARISE, words_for

# Questions are made from this many of the newest articles.
NEWEST_ARTICLES = 60
# A search for a question must return its own sentence among this many passages.
MAX_RANK = 2
MIN_WORDS, MAX_WORDS = 6, 16

_NUMBER = r"(?:\d[\d,.]{0,20}|(?:[A-Z][a-z]+)(?:-[a-z]+)?)"
_MONTH = rf"(?:{'|'.join(MONTHS)})"
_WHEN = rf"(?:on \d{{1,2}} {_MONTH}|on {_MONTH} \d{{1,2}}|in (?:{_MONTH}|(?:19|20)\d\d)|at \d{{1,2}}[.:]\d\d)"
_SUBJECT = r"(?:The|An?) [\w’'-]+(?: (?!and\b|that\b|which\b|who\b)[\w’'-]+){1,5}"

_COUNTED = re.compile(
    rf"({_NUMBER}) ((?!thirds|quarters|halves)[a-z]+(?: [a-z]+)?) (was|were|are|will|have|had) ([^,;:“”\"]+)"
)
_DATED = re.compile(rf"({_SUBJECT}) (was|were|will) ((?!not )[^,;:“”\"]{{1,200}}?) {_WHEN}\b")
_PRICED = re.compile(rf"({_SUBJECT}) will cost (?:about |some )?[\d£$€]")
_NAME, _ROLE = r"([A-Z][\w’-]{1,40} [A-Z][\w’-]{1,40})", r"(?:the|an?|its) [a-z][^,.;:“”\"]{5,}"
_SPEAKS = "(?:said|says|told|called|added|warned|wants|expects|explained|wrote)"
_INTRODUCED = re.compile(
    rf"(?:(?:[Aa]ccording to|{_SPEAKS}) {_NAME}, {_ROLE}[,.])|(?:{_NAME}, {_ROLE}, {_SPEAKS}\b)"
)


def suggested_questions(collection: Collection, limit: int, language: str = "en") -> list[str]:
    """At most `limit` questions that the articles answer, of different kinds: at most half of them about
    facts of the newest articles, then what all are about, and summaries of the newest. They are in the
    language of the article where Quoth has its messages, otherwise in `language`.

    Those about facts are stored in the collection until its articles change, so that a start need not wait
    for the embedder.
    """
    documents = collection.documents
    newest = documents.list_articles(limit=NEWEST_ARTICLES).articles
    if not newest:
        return []
    digest = hashlib.sha256(repr((newest, limit)).encode("utf-8", "surrogatepass")).hexdigest()
    stored = json.loads(documents.metadata.get("suggested", "{}"))
    if stored.get("of") != digest:
        articles = documents.present(each.id for each in newest)
        stored = {"of": digest, "questions": _suggest(collection, articles, limit)}
        with suppress(ArchiveEmpty):  # replaced meanwhile; who asks for the new one stores its own
            documents.metadata["suggested"] = json.dumps(stored)
    facts = list(stored["questions"])[: max(1, limit // 2)]
    spoken = Counter(documents.language(one.id) for one in newest)
    (most, count), *_ = spoken.most_common()
    overview = messages_in(most if 2 * count > len(newest) and most in languages() else language)
    titled = (
        words_for(collection, article.id, language).gettext(SUMMARISE.form, title=article.title)
        for article in newest[: 2 * limit]
        if article.title
    )
    return list(dict.fromkeys([*facts, overview.gettext(OVERVIEW.form), *titled]))[:limit]


def _suggest(collection: Collection, articles: Iterable[Article], limit: int) -> list[str]:
    """Up to `limit` questions, one for each article and of several forms if possible. A search for each
    returns the sentence that it was made from.
    """
    by_form = Counter[str]()
    questions: list[str] = []
    for article in articles:
        for form, question, (start, end) in _questions(article.text):
            if by_form[form] >= max(1, limit // 2):
                continue
            found = [hit.passage for hit in collection.search(question, k=MAX_RANK)]
            if any(one.article_id == article.id and one.start <= start and end <= one.end for one in found):
                by_form[form] += 1
                questions.append(question)
                break
        if len(questions) == limit:
            break
    return questions


def _questions(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """The form, the question and the sentence's span, for each sentence of one of the forms."""
    for span in sentence_spans(text):
        for form, question in _convert(" ".join(text[slice(*span)].split())):
            if MIN_WORDS - 3 * (form == "who") <= len(question.split()) <= MAX_WORDS:
                yield form, question, span


def _convert(sentence: str) -> Iterator[tuple[str, str]]:
    """The form and the question, for each form that the sentence has."""
    if (match := _COUNTED.match(sentence)) and _is_number(match[1]):
        yield "how many", f"How many {match[2]} {match[3]} {_without_adverbials(match[4])}?"
    if match := _DATED.match(sentence):
        yield "when", f"When {match[2]} {_decapitalized(match[1])} {match[3]}?"
    if match := _PRICED.match(sentence):
        yield "how much", f"How much will {_decapitalized(match[1])} cost?"
    if match := _INTRODUCED.search(sentence):
        yield "who", f"Who is {match[1] or match[2]}?"


def _is_number(number: str) -> bool:
    """Whether the words are a number, in digits or in words."""
    return number[0].isdigit() or number.lower().partition("-")[0] in NUMERALS


def _without_adverbials(rest: str) -> str:
    """The rest of a sentence up to a phrase of time or reason."""
    return re.split(r" (?:on [A-Z]|after|when|while|because|before|as|and|but|in [A-Z\d])|[.?!]$", rest)[0]


def _decapitalized(subject: str) -> str:
    return subject[0].lower() + subject[1:]
