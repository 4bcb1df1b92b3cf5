"""Test questions drafted by a language model, each answered by one sentence; for `quoth questions`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.errors import ModelUnavailable
from qa.llm.chat_models import ChatModel, reason_for
from qa.llm.prompts import load_prompt

PROMPT_VARIABLES = {"title", "passage", "sentence"}
_LINES = re.compile(r"question:\s*(?P<question>[^\n]+)\n\s*answer:\s*(?P<answer>[^\n]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedQuestion:
    """A question and its answer as the model wrote them, unchecked."""

    question: str
    answer: str


def draft(model: ChatModel, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None:
    """A question that `sentence`, a part of `passage`, answers; None if the model writes none.

    Raises ModelUnavailable.
    """
    values = {"title": title, "passage": passage, "sentence": sentence}
    messages = load_prompt("question", PROMPT_VARIABLES).messages(
        # Line ends could forge a line of the prompt.
        {name: " ".join(text.split()) for name, text in values.items()}
    )
    chat = model.chat
    try:
        written = chat.invoke(list(messages)).text
    except Exception as error:
        # LangChain's providers share no base class of errors.
        raise ModelUnavailable(
            f"the model '{model.name}' did not answer ({reason_for(error, model)}); see `quoth doctor`"
        ) from error
    match = _LINES.search(written)
    return match and DraftedQuestion(question=match["question"].strip(), answer=match["answer"].strip())
