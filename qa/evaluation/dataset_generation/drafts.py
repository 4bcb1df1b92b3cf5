"""Sentences into test questions: drafted by the model, kept where they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from index.text.normalization import WORD
from qa.evaluation.dataset_generation.filters import PassageSearch, fault, found, said_elsewhere
from qa.evaluation.dataset_generation.source_sentences import SourceSentence
from qa.evaluation.questions import EvalQuestion
from qa.pipeline.question_generation import DraftedQuestion

# Every so-manieth question is one that cannot be answered.
EVERY_LEFT_OUT = 4
LEFT_OUT = "left out"
_KINDS = frozenset("who whom whose what which when where why how".split())


class QuestionDrafter(PassageSearch, Protocol):
    """What drafts and finds: an `Assistant`."""

    def draft(self, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None: ...


def questions(
    assistant: QuestionDrafter,
    sentences: Iterable[SourceSentence],
    had: Sequence[EvalQuestion] = (),
    *,
    collection: str = "default",
    drop: Callable[[str], None] = lambda why: None,
) -> Iterator[EvalQuestion]:
    """A test question of each sentence that gives one, besides those that are `had` already.

    Kept is a draft that is understood alone, whose answer stands word for word in the sentence, and
    whose article a search for it finds. Every fourth question is asked without its article and its copies,
    and cannot be answered then, provided no other passage found for it says the answer. `drop` is told
    why a sentence gave none. Raises ModelUnavailable, ArchiveEmpty.
    """
    ids, asked = {one.id for one in had}, {one.question for one in had}
    counts = Counter(one.answerable for one in had)
    for sentence in sentences:
        if sentence.id in ids:
            continue
        draft = assistant.draft(title=sentence.title, passage=sentence.passage, sentence=sentence.text)
        draft = _trimmed(draft)
        if why := fault(draft, sentence):
            drop(why)
            continue
        assert draft is not None
        hit = found(assistant, draft.question, sentence, collection)
        if hit is None or draft.question in asked:
            drop("asked before" if hit else "article not found for it")
            continue
        owed = (counts.total() + 1) // EVERY_LEFT_OUT > counts[False]
        without = (sentence.article_id, *(copy.article_id for copy in hit.also))
        if owed and not said_elsewhere(assistant, draft.question, draft.answer, without, collection):
            question = _left_out(sentence, draft, without)
        else:
            question = _answerable(sentence, draft)
        asked.add(question.question)
        counts[question.answerable] += 1
        yield question


def _trimmed(draft: DraftedQuestion | None) -> DraftedQuestion | None:
    """The draft without the full stop or quotes a model likes to put around an answer."""
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
        labels={"kind": _kind(draft.question)},
    )


def _left_out(sentence: SourceSentence, draft: DraftedQuestion, without: tuple[str, ...]) -> EvalQuestion:
    """What the article would have said goes along for the person who corrects."""
    return EvalQuestion(
        id=sentence.id,
        question=draft.question,
        answers=(),
        answerable=False,
        without=without,
        labels={"kind": LEFT_OUT, "left_out_answer": draft.answer, "left_out_sentence": sentence.text},
    )


def _kind(question: str) -> str:
    """The question word, so that the report can tell them apart."""
    words = (word.lower() for word in WORD.findall(question))
    return next((word for word in words if word in _KINDS), "other")
