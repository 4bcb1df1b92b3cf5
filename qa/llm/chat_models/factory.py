"""The chat model that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qa.errors import ModelUnavailable
from qa.llm.adapters import judging_adapter
from qa.llm.chat_models.base import NO_MODEL, ChatModel
from qa.llm.chat_models.local import LocalChatModel
from qa.llm.chat_models.remote import RemoteChatModel
from qa.settings import Settings


def choose_model(settings: Settings, weights: Callable[[str], Path]) -> ChatModel | None:
    """The model that `settings.model` names, not loaded yet; None for `none`.

    `weights` returns the file of a local model by its name. Raises ModelUnavailable for a name that is none.
    """
    name, cache = settings.model, settings.home / "states"
    if name == NO_MODEL:
        return None
    if name.startswith("local:"):
        adapter = judging_adapter(name)
        return LocalChatModel(name, lambda: weights(name), settings.threads, cache, adapter)
    if name.endswith(".gguf"):
        file = Path(name).expanduser()
        if not file.is_file():
            raise ModelUnavailable(f"QUOTH_MODEL names {file}, where there is no file; correct the path")
        return LocalChatModel(file.name, lambda: file, settings.threads, cache)
    if ":" not in name:
        raise ModelUnavailable(
            f"QUOTH_MODEL is '{name}'; it must be local:1.5b, local:0.5b, "
            "a .gguf file, provider:model or none"
        )
    key = settings.model_key.get_secret_value() if settings.model_key else None
    return RemoteChatModel(name, settings.model_url, key)
