"""Understands a question: its kind, its topic and the articles it is limited to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz

from index.collection import Collection
from index.embedding.text_classifier import TextClassifier
from index.schemas import ArticleSummary, Filters
from index.text.languages import foreign_language
from index.text.normalization import WORD, is_stop_word, stem
from qa.pipeline.understanding.kinds import DRAFTED, WEIGHTS, KindGuess, form_words, guess_kind
from qa.pipeline.understanding.limits import of_outlet, sentences_wanted, within
from qa.pipeline.understanding.offered import offered
from qa.pipeline.understanding.outlets import named_outlets
from qa.pipeline.understanding.periods import find_period
from qa.pipeline.understanding.question_parts import has_questions, split_parts
from qa.pipeline.understanding.spelling import correct
from qa.schemas import Correction, Kind, Question, Understood

# The languages of the questions that the kinds and their words are of.
READ = ("en", "de")
# A question is taken for a fact below this probability of another kind.
MIN_PROBABILITY = 0.45
# How well a title must be contained in a question, 0 to 100.
SAME_NAME = 90
MIN_TITLE_CHARACTERS, MAX_TITLES = 15, 2_000
MAX_KEYWORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a question asks for.

    `wording` is the question with its spelling corrected. `topic` are its words without those that make it
    a question of its kind and those of its restrictions, as typed; empty if it is about everything;
    `subject` is the part of the question from the first to the last of them.
    `outlets` are the sources and sites that it names. `period` is whether it names days; `filters` include
    them, and the outlet if it is one. `article` is the id of an article whose title it has. `sentences` is
    the most that the answer may have, and `answer` one that was given before. `title` is the title of the
    article if the question's own words name it.
    """

    question: Question
    kind: Kind
    detail: str
    wording: str
    topic: str
    subject: str
    parts: tuple[str, ...]
    outlets: tuple[str, ...]
    period: bool
    filters: Filters
    article: str | None
    corrections: tuple[Correction, ...]
    sentences: int | None = None
    answer: str = ""
    title: str = ""

    @property
    def is_keywords(self) -> bool:
        """Whether it consists of a few words that are all of the topic, as typed into a search box."""
        return len(self.topic.split()) == len(WORD.findall(self.wording)) <= MAX_KEYWORDS

    @property
    def standalone(self) -> Question:
        """The question in its corrected wording, for an answer that is drafted."""
        return self.question.model_copy(update={"question": self.wording})

    @property
    def shown(self) -> Understood:
        """What is shown of it."""
        given = self.question.filters
        return Understood(
            question=self.wording,
            kind=self.kind,
            topic=self.topic,
            source=self.outlet if self.outlet != given.source else None,
            after=self.filters.after if self.period else None,
            before=self.filters.before if self.period else None,
            article=self.named_article,
            article_title=self.title,
            corrections=self.corrections,
            ignored=self.question.ignore,
        )

    @property
    def named_article(self) -> str | None:
        """The article, if the question's own words name it."""
        return self.article if self.title else None

    @property
    def outlet(self) -> str | None:
        """The one outlet that the articles are limited to."""
        named = self.outlets[0] if len(self.outlets) == 1 and self.kind != "compare" else None
        return named or self.filters.source

    @property
    def singular(self) -> bool:
        """Whether it asks about one article: "the article about …"."""
        return bool(self.article) or bool(_ONE_ARTICLE.search(self.wording))


_ONE_ARTICLE = re.compile(
    r"\b(?:the|this|that|an?|der|den|dem|diese[rnms]?|einen?) (?:\w+ ){0,2}?"
    # "the story of the museum" is what happened, in however many articles.
    r"(?:article|story(?! of)|report|piece|text|artikel|bericht|text)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(r"\b(?:newest|latest|most recent|neueste\w*)\b", re.IGNORECASE)
_OLDEST = re.compile(r"\b(?:oldest|earliest|älteste\w*)\b", re.IGNORECASE)
_EXTREMES = re.compile(rf"{_NEWEST.pattern}|{_OLDEST.pattern}|\brecent\b", re.IGNORECASE)


def understand(question: Question, collection: Collection) -> Understanding:
    """The understanding of a question that stands by itself."""
    known = None if question.kind else offered(question.question)
    language = foreign_language(question.question, frozenset(READ))
    # What is in no article's language is not misspelt.
    read = not known and (not language or language in collection.keywords.languages())
    wording = question.question
    corrections: tuple[Correction, ...] = ()
    if read and "spelling" not in question.ignore:
        wording, corrections = correct(wording, collection)
    # Its words say nothing to what tells the kinds apart.
    kind = question.kind or ("fact" if language else None)
    guess = known.guess if known else classify(wording, collection, kind)
    # What stands in the title of an offered question limits nothing.
    outlets = () if known else named_outlets(wording, guess.kind, collection)
    today = question.as_of or collection.documents.newest_date() or date.today()
    has_period = not known and guess.kind in ("summary", "catalogue", "overview")
    period = find_period(wording, today) if has_period else None
    topic = known.title if known else wording
    topic = _without(topic, [span for outlet in outlets for span in outlet.spans])
    topic = topic.replace(wording[slice(*period.span)], " ") if period else topic
    about = topic_words(topic, guess.kind, language)
    if "outlet" in question.ignore:
        outlets = ()
        if not about and not period and guess.kind not in ("catalogue", "overview"):
            about = topic_words(wording, guess.kind, language)  # "Tell me about CNN" means no outlet
    if "dates" in question.ignore:
        period = None
    filters = question.limits
    if len(outlets) == 1 and guess.kind != "compare":
        filters = of_outlet(filters, outlets[0], collection)
    if period:
        filters = within(filters, period)
    article = None
    if guess.kind not in DRAFTED and "article" not in question.ignore:
        article = _named_article(wording, about, collection, filters)
    return Understanding(
        question=question,
        kind=guess.kind,
        detail=guess.detail,
        wording=wording,
        topic=about,
        subject=_subject(wording, about),
        parts=tuple(split_parts(wording)),
        outlets=tuple(outlet.name for outlet in outlets),
        period=period is not None,
        filters=filters,
        article=article.id if article else None,
        title=(article.title or article.id) if article else "",
        sentences=sentences_wanted(wording) if guess.kind in ("summary", "profile") else None,
        corrections=corrections,
    )


def classify(wording: str, collection: Collection, kind: Kind | None = None) -> KindGuess:
    """The kind of the question; "fact" where the classifier is not sure of another. A `kind` that the user
    has chosen stays, with its likeliest detail.
    """
    known = collection.embedder_name == TextClassifier.load(WEIGHTS).embedder
    guess = guess_kind(wording, collection.encode([wording])[0] if known else None, kind)
    parts = split_parts(wording)
    if guess.probability < MIN_PROBABILITY or (guess.kind == "parts" and len(parts) < 2):
        guess = replace(guess, kind="fact", detail="")
    if guess.kind == "fact" and not kind and has_questions(parts):
        return replace(guess, kind="parts", detail="")
    return guess


def topic_words(text: str, kind: Kind, language: str = "") -> str:
    """The text without the words that make it a question of its kind, and without those of its language (ISO
    639), if that is not one of READ, that carry no content.
    """
    form = form_words(kind)
    words = [
        word
        for word in WORD.findall(text)
        if (word[0].isupper() and not is_stop_word(word, language) and stem(word) not in form)
        or not (is_stop_word(word, language) or stem(word) in form)
    ]
    return " ".join(words)


def _subject(wording: str, topic: str) -> str:
    """The part of the question that has the words of the topic, with the article before it."""
    words = [(found.start(), found.end()) for word in topic.split() for found in _occurrences(word, wording)]
    if not words:
        return topic
    start, end = min(words)[0], max(end for _, end in words)
    article = re.search(r"\b(?:the|an?|der|die|das|den|dem) $", wording[:start], re.IGNORECASE)
    return wording[article.start() if article else start : end]


def _occurrences(word: str, text: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _named_article(
    wording: str, topic: str, collection: Collection, filters: Filters
) -> ArticleSummary | None:
    """The article whose title the question contains; or the newest or oldest one, if it asks for that."""
    articles = collection.documents.list_articles(filters=filters, limit=MAX_TITLES).articles
    titled = [
        (fuzz.partial_ratio(article.title.casefold(), wording.casefold()), article)
        for article in articles
        if MIN_TITLE_CHARACTERS <= len(article.title) <= len(wording)
    ]
    score, named = max(titled, key=lambda one: (one[0], one[1].id), default=(0, None))
    if score >= SAME_NAME:
        return named
    dated = [article for article in articles if article.date]
    if not dated or _EXTREMES.sub("", topic).split() or not _ONE_ARTICLE.search(wording):
        return None
    if _NEWEST.search(wording):
        return dated[0]
    return dated[-1] if _OLDEST.search(wording) else None
