"""Questions that a sentence answers, as a language model writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.errors import ModelUnavailable
from qa.llm.chat_models import ChatModel
from qa.llm.prompts import load_prompt

PROMPT_VARIABLES = {"title", "passage", "sentence"}
_LINES = re.compile(r"question:\s*(?P<question>[^\n]+)\n\s*answer:\s*(?P<answer>[^\n]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedQuestion:
    """A question and its answer as the model wrote them; not checked."""

    question: str
    answer: str


def draft(model: ChatModel, *, title: str, passage: str, sentence: str) -> DraftedQuestion | None:
    """A question that `sentence`, which stands in `passage`, answers; None where the model has none.

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
        # LangChain's providers share no base of their errors.
        raise ModelUnavailable(
            f"the model '{model.name}' did not answer ({type(error).__name__}: {error}); see `quoth doctor`"
        ) from error
    found = _LINES.search(written)
    return (
        DraftedQuestion(question=found["question"].strip(), answer=found["answer"].strip()) if found else None
    )
