"""Filters for drafted questions: self-contained, answered by the sentence, retrievable."""

from __future__ import annotations

import re
from typing import Protocol

from index.schemas import Filters
from index.text.normalization import WORD
from qa.evaluation.dataset_generation.source_sentences import SourceSentence
from qa.evaluation.metrics.answer_match import contains_phrase, is_short, tokens
from qa.pipeline.question_generation import DraftedQuestion
from qa.schemas import RetrievedPassage

# A search for the question must find the article among this many passages.
SEARCH_DEPTH = 10
# Passages of other articles that are checked for the answer if the article is excluded.
OTHER_PASSAGES = 30
QUESTION_WORDS = range(4, 36)
_CONTEXT_DEPENDENT = re.compile(
    r"\b(he|she|they|him|them|his|their|this|these|those|"
    r"(the|this) (article|passage|text|sentence|author|report|story|quiz))\b",
    re.IGNORECASE,
)


class PassageSearch(Protocol):
    """Searches passages, as `Assistant` does."""

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]: ...


def rejection_reason(draft: DraftedQuestion | None, sentence: SourceSentence) -> str:
    """Returns why the draft is rejected, from a fixed set of reasons; empty if it is usable."""
    if draft is None:
        return "no question drafted"
    question, answer = draft.question, draft.answer
    if not question.endswith("?") or len(WORD.findall(question)) not in QUESTION_WORDS:
        return "not a single question"
    if _CONTEXT_DEPENDENT.search(question):
        return "depends on context"
    if not _is_verbatim(answer, sentence.text) or not is_short(answer):
        return "answer not verbatim in its sentence"
    if contains_phrase(tokens(answer), tokens(question)):
        return "question contains the answer"
    return ""


def _is_verbatim(answer: str, text: str) -> bool:
    """Whether the text contains the answer, from word boundary to word boundary."""
    return bool(WORD.search(answer)) and bool(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text))


def find_source(
    assistant: PassageSearch, question: str, sentence: SourceSentence, collection: str
) -> RetrievedPassage | None:
    """Returns the first retrieved passage of the sentence's article, None if the search finds none or only a
    copy of the article.
    """
    hits = assistant.search(question, k=SEARCH_DEPTH, collection=collection)
    return next((hit for hit in hits if hit.article_id == sentence.article_id), None)


def answered_elsewhere(
    assistant: PassageSearch, question: str, answer: str, without: tuple[str, ...], collection: str
) -> bool:
    """Whether a passage retrieved without these articles states the answer too."""
    filters = Filters(without_ids=without)
    hits = assistant.search(question, k=OTHER_PASSAGES, filters=filters, collection=collection)
    return any(contains_phrase(tokens(answer), tokens(f"{hit.title} {hit.text}")) for hit in hits)
