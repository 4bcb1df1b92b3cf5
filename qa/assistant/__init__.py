"""The façade of Quoth: ask, search, add, remove. CLI and server use only this."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.assistant.catalogue import Catalogue, catalogue_or_connect
    from qa.assistant.facade import Assistant
    from qa.assistant.factory import open_assistant, open_or_connect

__all__ = ["Assistant", "Catalogue", "catalogue_or_connect", "open_assistant", "open_or_connect"]

_MODULES = {
    "Assistant": "facade",
    "Catalogue": "catalogue",
    "catalogue_or_connect": "catalogue",
    "open_assistant": "factory",
    "open_or_connect": "factory",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is first used: listing articles needs none of what answering imports."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
