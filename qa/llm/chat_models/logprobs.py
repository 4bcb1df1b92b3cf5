"""The probabilities of tokens, as the different servers return them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


def first_token(message: BaseMessage) -> Mapping[str, Any] | None:
    """The first token of a reply, or of a part of one, with its `top_logprobs` as in OpenAI's chat
    interface; None if the server returned no probabilities.

    Some servers return them in the older form of OpenAI's `/v1/completions`: `{"tokens", "top_logprobs"}`,
    where each token has an object of its alternatives.
    """
    logprobs = message.response_metadata.get("logprobs") or {}
    if content := logprobs.get("content"):
        token: Mapping[str, Any] = content[0]
        return token if token.get("top_logprobs") else None
    tokens, alternatives = logprobs.get("tokens") or [], logprobs.get("top_logprobs") or []
    if not tokens or not alternatives or not isinstance(alternatives[0], Mapping):
        return None
    listed = [{"token": word, "logprob": logprob} for word, logprob in alternatives[0].items()]
    return {"token": tokens[0], "top_logprobs": listed}
