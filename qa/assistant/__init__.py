"""The façade of Quoth: ask, search, add, remove. CLI and server use only this."""

from qa.assistant.facade import Assistant
from qa.assistant.factory import open_assistant, open_or_connect

__all__ = ["Assistant", "open_assistant", "open_or_connect"]
