"""What a question means after the ones before it: "Shorter, please.", "And the other paper?", "Quote her"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.collection import Collection
from index.text.messages.catalogue import languages
from index.text.normalization import WORD
from qa.pipeline.query_rewriting import is_follow_up, rewrite
from qa.pipeline.understanding.chosen_articles import asked_of_chosen
from qa.pipeline.understanding.understanding import Understanding, classify, topic_words, understand
from qa.schemas import DECLINED, KINDS, NEAREST, Question, Turn
from qa.verification.cited_text import without_marks

# An answer is looked up by its beginning.
MAX_ANSWER_CHARACTERS = 600
# Longer turns ask for something new; so many of the latest short ones are looked at.
MAX_WORDS, MAX_SHORT = 8, 3


def understand_in_conversation(question: Question, collection: Collection) -> Understanding:
    """The understanding of the question, with what it takes up from the conversation."""
    understood = understand(question, collection)
    if chosen := asked_of_chosen(understood):
        return chosen
    if understood.kind == "previous":
        before = _before(question)
        return _on_answer(understood, before, collection) if before else replace(understood, kind="fact")
    if understood.kind == "chat" or not question.history:
        return understood
    if understood.singular and not (understood.topic or understood.article or understood.filters.article_ids):
        before = _before(question)
        return replace(understood, article=before and _article_of(before[1], collection))
    question = question.model_copy(update={"history": _of_topics(question.history, collection)})
    understood = replace(understood, question=question)
    if not is_follow_up(understood.wording):
        return understood
    context = rewrite(understood.wording, question.history).context
    if understood.kind == "quotation" and is_pronoun_only(understood.topic):
        context = _speaker_before(question, collection) or context
    own = "" if is_pronoun_only(understood.topic) else understood.topic
    topic = " ".join(filter(None, (own, context)))
    return replace(understood, topic=topic, subject=topic)


def _speaker_before(question: Question, collection: Collection) -> str:
    """Whom the question before was about, if it was about a person: "Who is she?", "What did he say?"."""
    before = _before(question)
    again = understand_in_conversation(before[0], collection) if before else None
    return again.topic if again and again.kind in ("quotation", "profile") else ""


def is_pronoun_only(topic: str) -> bool:
    """Whether the topic has no word of its own."""
    return not topic_words(topic, KINDS[0])


def _of_topics(history: Sequence[Turn], collection: Collection) -> tuple[Turn, ...]:
    """The conversation without what only asked to change an answer: nothing is about "Shorter, please."."""
    short = [turn for turn in history if turn.role == "user" and len(turn.content.split()) <= MAX_WORDS]
    about_answers = [
        turn for turn in short[-MAX_SHORT:] if classify(turn.content, collection).kind in ("previous", "chat")
    ]
    return tuple(turn for turn in history if turn not in about_answers)


def _before(question: Question) -> tuple[Question, str] | None:
    """The question before this one, with its own history, and its answer."""
    history = question.history
    last = max((at for at, turn in enumerate(history) if turn.role == "user"), default=None)
    if last is None:
        return None
    answer = next((turn.content for turn in history[last + 1 :] if turn.role == "assistant"), "")
    earlier = question.model_copy(update={"question": history[last].content, "history": history[:last]})
    return earlier, without_marks(answer)[:MAX_ANSWER_CHARACTERS]


def _on_answer(
    understood: Understanding, before: tuple[Question, str], collection: Collection
) -> Understanding:
    """The question before, changed as this one asks."""
    earlier, answer = before
    again = understand_in_conversation(earlier, collection)
    if again.answer and (still_earlier := _before(earlier)):
        return _on_answer(understood, still_earlier, collection)  # that one only asked where it is said
    article = _article_of(answer, collection) if answer else None
    match understood.detail:
        case "shorter":
            return replace(again, sentences=1)
        case "longer":
            return replace(again, kind="summary", detail="longer", sentences=None)
        case "where" if article:
            return replace(again, kind="catalogue", detail="published", article=article, answer=answer)
        case "other" if article:
            return _elsewhere(again, article, collection)
    return replace(understood, kind="fact")


def _article_of(answer: str, collection: Collection) -> str | None:
    """The article whose passage has most of the answer's words; of a declined one, those of the nearest."""
    for messages in languages().values():
        for said in (DECLINED, NEAREST):
            answer = answer.removeprefix(messages.gettext(said)).strip()
    if not WORD.search(answer):
        return None
    hits = collection.search(answer, k=3)
    return max(hits, key=lambda hit: hit.coverage).passage.article_id if hits else None


def _elsewhere(again: Understanding, article: str, collection: Collection) -> Understanding:
    """The question asked of the articles of other outlets."""
    documents = collection.documents
    told = next(iter(documents.present([article])), None)
    if told is None:  # removed meanwhile
        same: list[str] = []
    elif told.source:
        own = documents.list_articles(filters=replace(again.filters, source=told.source)).articles
        same = [one.id for one in own]
    else:
        same = documents.ids_of_site(told.outlet) if told.outlet else []
    without = (article, *same)
    given = again.question.filters.source
    filters = replace(again.filters, source=given, without_ids=(*again.filters.without_ids, *without))
    question = again.question.model_copy(update={"filters": filters})
    return replace(again, question=question, filters=filters, article=None)
