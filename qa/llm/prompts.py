"""Prompt templates: files in `prompts/`, checked when they load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from qa.errors import PromptInvalid

NOT_FOUND = "NOT FOUND"
"""What `prompts/answer.md` has the model write if the excerpts do not answer the question."""
FOLDER = Path(__file__).parents[2] / "prompts"
_HEADING = re.compile(r"^## (system|user|assistant)\n", re.MULTILINE)
Message = tuple[str, str]
"""Role (system, user or assistant) and text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The messages sent to a model. Only the last one has variables, so that the `prefix` before it is
    always the same and comes from the model's prompt cache.
    """

    prefix: tuple[Message, ...]
    last: Template

    def messages(self, values: Mapping[str, str]) -> list[Message]:
        """All messages, with the variables of the last one filled in."""
        return [*self.prefix, ("user", self.last.substitute(values))]

    def empty(self) -> list[Message]:
        """All messages with nothing for the variables, which a model can process in advance."""
        return self.messages(dict.fromkeys(self.last.get_identifiers(), ""))


def load_prompt(name: str, variables: set[str], folder: Path = FOLDER) -> Prompt:
    """The prompt in `folder/name.md`: messages under `## system`, `## user` and `## assistant`.

    Raises PromptInvalid if the file cannot be read, or its `$variables` are not exactly `variables`.
    """
    file = folder / f"{name}.md"
    try:
        _, *parts = _HEADING.split(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptInvalid(f"the prompt {file} cannot be read: {error.strerror}; restore the file") from None
    roles, texts = parts[::2], [text.strip() for text in parts[1::2]]
    if not roles or roles[-1] != "user":
        raise PromptInvalid(f"the prompt {file} must end with a `## user` message")
    last = Template(texts[-1])
    found = set(last.get_identifiers())
    if not last.is_valid() or found != variables:
        raise PromptInvalid(
            f"the prompt {file} has the variables {sorted(found)}; it needs {sorted(variables)}"
        )
    return Prompt(prefix=tuple(zip(roles[:-1], texts[:-1], strict=True)), last=last)
