"""Fills in `prompts/answer.md`: excerpts, the question, and what a follow-up refers to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from index.text.languages import ENGLISH, english_name
from qa.guardrails.sanitizer import sanitize
from qa.llm.chat_models import Task
from qa.llm.prompts import NOT_FOUND, load_prompt
from qa.pipeline.query_rewriting import is_follow_up, rewrite
from qa.schemas import Question
from qa.verification.cited_text import without_marks
from qa.verification.excerpts import Excerpt

PROMPT_VARIABLES = {"excerpts", "earlier", "day", "question"}
# The limit of a question with its context.
MAX_LINE_CHARACTERS = 600
# The beginning of an earlier answer shows what "it" refers to; every word of a prompt costs time.
MAX_EARLIER_CHARACTERS = 300
# A refusal; or a sentence; or a short answer and a line below it. Left to itself the model often stops after
# the short answer, which does not stand by itself.
GRAMMAR = rf'root ::= "{NOT_FOUND}" | [^\n\[]{{60}} [^\n]* | [^\n\[]+ "\n" [^\n]+'
# Answers begin in many ways and a refusal in one, so the refusal's first token is the likeliest one long
# before refusing is likelier than answering. The bias lowers its logit. Whether to decline depends on its
# probability before the bias, which servers still return.
REFUSAL_BIAS = -3.0


def answering_task() -> Task:
    """What a model that writes answers does. Raises PromptInvalid."""
    return Task(
        name="answer",
        prompt=load_prompt("answer", PROMPT_VARIABLES),
        grammar=GRAMMAR,
        bias={NOT_FOUND.split()[0]: REFUSAL_BIAS},
    )


def prompt_values(question: Question, excerpts: Sequence[Excerpt], language: str = ENGLISH) -> dict[str, str]:
    """The variables of `prompts/answer.md`. In another language than the prompt's, the question says in which
    one to answer.
    """
    name = "" if language == ENGLISH else english_name(language)
    return {
        "excerpts": "\n".join(excerpt.shown for excerpt in excerpts),
        "earlier": "" if question.search_as else _earlier(question),
        # "This week" is in the past of some excerpts and in the future of others.
        "day": (question.as_of or date.today()).isoformat(),
        "question": _line(_with_search_query(question)) + (f" (Answer in {name}.)" if name else ""),
    }


def _with_search_query(question: Question) -> str:
    """The question, followed by the user's own search query if there is one."""
    query = question.search_as
    if not query:
        return question.question
    return query if query.startswith(question.question) else f"{question.question} ({query})"


def _earlier(question: Question) -> str:
    """For a follow-up, the last question with its own context, and its answer."""
    history = question.history
    last = max((at for at, turn in enumerate(history) if turn.role == "user"), default=None)
    if last is None or not is_follow_up(question.question):
        return ""
    lines = [f"Earlier question: {_line(str(rewrite(history[last].content, history[:last])))}"]
    for turn in history[last + 1 :][:1]:
        lines.append(f"Earlier answer: {_line(without_marks(turn.content))[:MAX_EARLIER_CHARACTERS]}")
    return "".join(f"{line}\n" for line in lines)


def _line(text: str) -> str:
    return sanitize(text[: 2 * MAX_LINE_CHARACTERS])[:MAX_LINE_CHARACTERS]
