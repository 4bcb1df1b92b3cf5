"""Generates test questions from sentences: the model drafts them, filters reject bad ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from index.text.normalization import WORD
from qa.evaluation.dataset_generation.filters import (
    PassageSearch,
    answered_elsewhere,
    find_source,
    rejection_reason,
)
from qa.evaluation.dataset_generation.source_sentences import SourceSentence
from qa.evaluation.questions import EvalQuestion
from qa.pipeline.question_generation import DraftedQuestion

# One of this many questions is unanswerable.
UNANSWERABLE_EVERY = 4
LEFT_OUT_KIND = "left out"
_KINDS = frozenset("who whom whose what which when where why how".split())


class QuestionDrafter(PassageSearch, Protocol):
    """Drafts questions and searches, as `Assistant` does."""

    def draft(self, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None: ...


def generate_questions(
    assistant: QuestionDrafter,
    sentences: Iterable[SourceSentence],
    existing: Sequence[EvalQuestion] = (),
    *,
    collection: str = "default",
    drop: Callable[[str], None] = lambda reason: None,
) -> Iterator[EvalQuestion]:
    """Yields a question for each sentence with a usable draft, without those in `existing`.

    A usable draft makes sense on its own, its answer is verbatim in the sentence, and a search for it finds
    the article. One in four questions excludes its article and the article's copies, which makes it
    unanswerable unless another retrieved passage states the answer. `drop` is called with the reason for each
    rejected draft. Raises ModelUnavailable, ArchiveEmpty.
    """
    ids, wordings = {one.id for one in existing}, {one.question for one in existing}
    counts = Counter(one.answerable for one in existing)
    for sentence in sentences:
        if sentence.id in ids:
            continue
        draft = assistant.draft(title=sentence.title, passage=sentence.passage, sentence=sentence.text)
        draft = _without_punctuation(draft)
        if reason := rejection_reason(draft, sentence):
            drop(reason)
            continue
        assert draft is not None
        hit = find_source(assistant, draft.question, sentence, collection)
        if hit is None or draft.question in wordings:
            drop("duplicate question" if hit else "article not found by search")
            continue
        unanswerable_due = (counts.total() + 1) // UNANSWERABLE_EVERY > counts[False]
        without = (sentence.article_id, *(copy.article_id for copy in hit.also))
        if unanswerable_due and not answered_elsewhere(
            assistant, draft.question, draft.answer, without, collection
        ):
            question = _unanswerable(sentence, draft, without)
        else:
            question = _answerable(sentence, draft)
        wordings.add(question.question)
        counts[question.answerable] += 1
        yield question


def _without_punctuation(draft: DraftedQuestion | None) -> DraftedQuestion | None:
    """Removes the punctuation and quotation marks that models tend to put around an answer."""
    if draft is None:
        return None
    return DraftedQuestion(question=draft.question, answer=draft.answer.strip(" \"“”'.,;:"))


def _answerable(sentence: SourceSentence, draft: DraftedQuestion) -> EvalQuestion:
    return EvalQuestion(
        id=sentence.id,
        question=draft.question,
        answers=(draft.answer,),
        answerable=True,
        gold=(sentence.article_id,),
        evidence=(sentence.text,),
        labels={"kind": _question_word(draft.question)},
    )


def _unanswerable(sentence: SourceSentence, draft: DraftedQuestion, without: tuple[str, ...]) -> EvalQuestion:
    """Keeps the excluded answer and sentence as labels, for the person who reviews the file."""
    return EvalQuestion(
        id=sentence.id,
        question=draft.question,
        answers=(),
        answerable=False,
        without=without,
        labels={"kind": LEFT_OUT_KIND, "left_out_answer": draft.answer, "left_out_sentence": sentence.text},
    )


def _question_word(question: str) -> str:
    """Returns the question word, by which the report groups questions."""
    words = (word.lower() for word in WORD.findall(question))
    return next((word for word in words if word in _KINDS), "other")
