"""The response bodies of chat completions and models."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import ConfigDict, Field

from qa.schemas import Answer, Schema
from qa.web.api.openai.request import MODEL
from qa.web.api.openapi_examples import ANSWER

_MARK = re.compile(r"\[(\d+)\]")


class UrlCitation(Schema):
    """The target of a mark such as [1], which is `content[start_index:end_index]` in code points."""

    start_index: int
    end_index: int
    url: str = Field(description="the article's own URL, or its URL on this server")
    title: str


class Annotation(Schema):
    """A mark in the content."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Message(Schema):
    """The message with the answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: tuple[Annotation, ...]


class Choice(Schema):
    """The only choice."""

    index: Literal[0] = 0
    message: Message
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class TokensUsed(Schema):
    """Tokens as the language model counts them; 0 if it was not called."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, answer: Answer | None) -> TokensUsed:
        usage = answer.usage if answer else None
        prompt, completion = (usage.prompt_tokens, usage.answer_tokens) if usage else (0, 0)
        return cls(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


class Completion(Schema):
    """An answer in OpenAI's format. `quoth` is the answer as /api/ask returns it; null for a task."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "chatcmpl-8a6c",
                    "object": "chat.completion",
                    "created": 1711966000,
                    "model": MODEL,
                    "choices": [
                        {
                            "index": 0,
                            "message": {
                                "role": "assistant",
                                "content": ANSWER["text"],
                                "refusal": None,
                                "annotations": [
                                    {
                                        "type": "url_citation",
                                        "url_citation": {
                                            "start_index": 28,
                                            "end_index": 31,
                                            "url": "https://example.org/ferry-fire",
                                            "title": "Fire on the evening ferry",
                                        },
                                    }
                                ],
                            },
                            "logprobs": None,
                            "finish_reason": "stop",
                        }
                    ],
                    "usage": {"prompt_tokens": 781, "completion_tokens": 14, "total_tokens": 795},
                    "quoth": ANSWER,
                }
            ]
        }
    )

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="seconds since 1970")
    model: str
    choices: tuple[Choice]
    usage: TokensUsed
    quoth: Answer | None


class ServedModel(Schema):
    """A collection, as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="when the server started, in seconds since 1970")
    owned_by: Literal["quoth"] = "quoth"


class ServedModels(Schema):
    """All models."""

    object: Literal["list"] = "list"
    data: tuple[ServedModel, ...]


def url_citations(answer: Answer, articles_url: str, collection: str) -> tuple[Annotation, ...]:
    """One for each mark in the answer's text. `articles_url` is the URL of /api/articles on this server."""
    cited = {citation.number: citation for citation in answer.citations}
    query = "" if collection == "default" else "?" + urlencode({"collection": collection})
    return tuple(
        Annotation(
            url_citation=UrlCitation(
                start_index=mark.start(),
                end_index=mark.end(),
                url=citation.url or f"{articles_url}/{quote(citation.article_id, safe='')}{query}",
                title=citation.title or citation.article_id,
            )
        )
        for mark in _MARK.finditer(answer.text)
        if (citation := cited.get(int(mark[1])))
    )
