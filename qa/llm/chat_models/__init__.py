"""Chat models: a local one run by llama.cpp, any that LangChain supports, or none."""

from qa.llm.chat_models.base import NO_MODEL, ChatModel, Task
from qa.llm.chat_models.context import ContextBudget, EvidenceTokens, context_budget
from qa.llm.chat_models.factory import choose_model
from qa.llm.chat_models.local import LocalChatModel
from qa.llm.chat_models.logprobs import first_token
from qa.llm.chat_models.remote import RemoteChatModel, reason_for

__all__ = [
    "NO_MODEL",
    "ChatModel",
    "ContextBudget",
    "EvidenceTokens",
    "LocalChatModel",
    "RemoteChatModel",
    "Task",
    "choose_model",
    "context_budget",
    "first_token",
    "reason_for",
]
