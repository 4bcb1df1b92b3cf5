"""Tasks that chat programs send to the model beside questions: a title, tags, follow-up questions.

They are no questions to the articles: a search for them would answer that the articles do not say. They are
done from the conversation and the collection, without the language model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any, Literal, Protocol

from index.text.normalization import is_stop_word

TaskKind = Literal["title", "tags", "follow_ups", "queries", "text", "prompt", "emoji", "tool_calls"]

TITLE_CHARACTERS = 60
MAX_TAGS, MAX_FOLLOW_UPS = 3, 3

# Open WebUI names the task in `metadata.task`, where a filter or a pipeline passes it on; most requests have
# only the prompt. That asks for JSON with one of these members, and ends with the conversation.
_BY_NAME: Mapping[str, TaskKind] = {
    "title_generation": "title",
    "tags_generation": "tags",
    "follow_up_generation": "follow_ups",
    "query_generation": "queries",
    "autocomplete_generation": "text",
    "image_prompt_generation": "prompt",
    "emoji_generation": "emoji",
    "function_calling": "tool_calls",
}
_MEMBER = re.compile(r'\{\s*"(title|tags|follow_ups|queries|text|prompt)"\s*:')
# Where a model calls no tools itself, the system message asks for the calls, and the question follows a word.
_TOOL_CALLS = re.compile(r'\{\s*"tool_calls"\s*:')
_QUERY = re.compile(r"\A(?:History:\n|Query: )")
_EMOJI = re.compile(r"\A[^\n]*\bemoji\b[^\n]*\n\s{1,9}Message: ```")
_HISTORY = re.compile(r"<chat_history>((?:(?!</?chat_history>).)*+)</chat_history>", re.DOTALL)
_SPEAKER = re.compile(r"^(USER|ASSISTANT|SYSTEM|TOOL): ?", re.MULTILINE)
# LibreChat asks for a title in words, and wants only the title.
_LIBRECHAT = re.compile(
    r"\A(?=[^\n]*\btitle\b)[^\n]*+\n\s{0,9}Conversation:\s{0,9}User: (.*?)(?:\n[ \t]{0,9}AI:|\Z)", re.DOTALL
)
_WORD = re.compile(r"[^\W_][\w’'-]*")


class _Message(Protocol):
    @property
    def role(self) -> str: ...

    @property
    def text(self) -> str: ...


class _Suggesting(Protocol):
    def suggestions(self, *, limit: int, collection: str) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTask:
    """A task about a conversation, of which `asked` are the user's messages, oldest first."""

    kind: TaskKind
    asked: tuple[str, ...]
    as_json: bool = True

    def result(self, assistant: _Suggesting, collection: str) -> str:
        """What the client expects as the message's content. Raises NotAllowed."""
        value = self._value(assistant, collection)
        return json.dumps({self.kind: value}, ensure_ascii=False) if self.as_json else str(value)

    def _value(self, assistant: _Suggesting, collection: str) -> str | list[str]:
        first, last = (self.asked[0], self.asked[-1]) if self.asked else ("", "")
        match self.kind:
            case "title":
                return _title(first)
            case "tags":
                return _tags(first)
            case "follow_ups":
                suggested = assistant.suggestions(
                    limit=MAX_FOLLOW_UPS + len(self.asked), collection=collection
                )
                return [question for question in suggested if question not in self.asked][:MAX_FOLLOW_UPS]
            case "queries":
                return [last] if last else []
            case "prompt":
                return last
            case "tool_calls":
                return []
            case "emoji":
                return "💬"
            case "text":  # a continuation of what is being typed would be a guess
                return ""


def find_task(messages: Sequence[_Message], metadata: Mapping[str, Any] | None) -> ChatTask | None:
    """The task that a request states, by `metadata.task` or by the form of its last message; None for a
    question.
    """
    if not messages:
        return None
    prompt = messages[-1].text
    named = str((metadata or {}).get("task", "")).rpartition(".")[2].lower()
    if title := _LIBRECHAT.match(prompt):
        return ChatTask(kind="title", asked=(title[1].strip(),), as_json=False)
    history = _HISTORY.search(prompt)
    kind = _BY_NAME.get(named) or _kind_of(messages[0], prompt, history)
    if kind is None:
        return None
    if history:
        asked = _questions(history[1].strip())
    else:
        earlier = [message.text for message in messages[:-1] if message.role == "user"]
        asked = tuple(earlier) or (prompt,)
    return ChatTask(kind=kind, asked=asked, as_json=kind != "emoji")


def _kind_of(first: _Message, prompt: str, history: re.Match[str] | None) -> TaskKind | None:
    """The kind of task that the form of a prompt states."""
    if history:
        found = _MEMBER.search(prompt[: history.start()])
        return next((kind for kind in _BY_NAME.values() if found and kind == found[1]), None)
    if _EMOJI.match(prompt):
        return "emoji"
    if first.role == "system" and _QUERY.match(prompt) and _TOOL_CALLS.search(first.text):
        return "tool_calls"
    return None


def _questions(history: str) -> tuple[str, ...]:
    """The user's messages of a conversation written with `USER: ` and `ASSISTANT: ` before each."""
    _, *parts = _SPEAKER.split(history)
    said = zip(parts[::2], parts[1::2], strict=True)
    return tuple(text.strip() for speaker, text in said if speaker == "USER" and text.strip())


def _title(question: str) -> str:
    """The question as a title."""
    return shorten(question, TITLE_CHARACTERS, placeholder="…").rstrip(" ?!.:;,") or "Quoth"


def _tags(question: str) -> list[str]:
    """The question's names, or else its first words that mean something."""
    words = [word for word in _WORD.findall(question) if not is_stop_word(word.lower())]
    names = [word for word in words if word[0].isupper() or word[0].isdigit()]
    return list(dict.fromkeys(names or words))[:MAX_TAGS]
