"""Whether a draft is a test question: understood alone, answered by its sentence, found in the archive."""

from __future__ import annotations

import re
from typing import Protocol

from index.schemas import Filters
from index.text.normalization import WORD
from qa.evaluation.dataset_generation.source_sentences import SourceSentence
from qa.evaluation.metrics.answer_match import is_short, stands_in, tokens
from qa.pipeline.question_generation import DraftedQuestion
from qa.schemas import RetrievedPassage

# Where the article must be found for its question: what recall@10 looks at.
FOUND_AMONG = 10
# How many passages of other articles are looked at for the answer when the article is left out.
OTHERS = 30
QUESTION_WORDS = range(4, 36)
_LEANS = re.compile(
    r"\b(he|she|they|him|them|his|their|this|these|those|"
    r"(the|this) (article|passage|text|sentence|author|report|story|quiz))\b",
    re.IGNORECASE,
)


class PassageSearch(Protocol):
    """What is searched: an `Assistant`."""

    def search(
        self, query: str, *, k: int = 10, filters: Filters = Filters(), collection: str = "default"
    ) -> tuple[RetrievedPassage, ...]: ...


def fault(draft: DraftedQuestion | None, sentence: SourceSentence) -> str:
    """What is wrong with the draft, in words that can be counted; empty if nothing is."""
    if draft is None:
        return "no question written"
    question, answer = draft.question, draft.answer
    if not question.endswith("?") or len(WORD.findall(question)) not in QUESTION_WORDS:
        return "not one question"
    if _LEANS.search(question):
        return "not understood alone"
    if not _stands_verbatim(answer, sentence.text) or not is_short(answer):
        return "answer not word for word in its sentence"
    if stands_in(tokens(answer), tokens(question)):
        return "answer given away"
    return ""


def _stands_verbatim(answer: str, text: str) -> bool:
    """Whether the answer is a part of the text that begins and ends where words do."""
    return bool(WORD.search(answer)) and bool(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text))


def found(
    archive: PassageSearch, question: str, sentence: SourceSentence, collection: str
) -> RetrievedPassage | None:
    """The first passage of the sentence's article that a search for the question finds; None if it
    finds none, or only a copy of the article.
    """
    hits = archive.search(question, k=FOUND_AMONG, collection=collection)
    return next((hit for hit in hits if hit.article_id == sentence.article_id), None)


def said_elsewhere(
    archive: PassageSearch, question: str, answer: str, without: tuple[str, ...], collection: str
) -> bool:
    """Whether a passage that is found without these articles says the answer too, perhaps by chance."""
    filters = Filters(without_ids=without)
    hits = archive.search(question, k=OTHERS, filters=filters, collection=collection)
    return any(stands_in(tokens(answer), tokens(f"{hit.title} {hit.text}")) for hit in hits)
