"""The façade of Quoth: ask, search, add, remove. CLI and server use only this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import imported_on_use

if TYPE_CHECKING:
    from qa.assistant.catalogue import Catalogue, catalogue_or_connect
    from qa.assistant.facade import Assistant
    from qa.assistant.factory import open_assistant, open_or_connect

__all__ = ["Assistant", "Catalogue", "catalogue_or_connect", "open_assistant", "open_or_connect"]

if not TYPE_CHECKING:  # listing articles needs none of what answering imports
    __getattr__ = imported_on_use(
        __name__,
        {
            "qa.assistant.catalogue": ["Catalogue", "catalogue_or_connect"],
            "qa.assistant.facade": ["Assistant"],
            "qa.assistant.factory": ["open_assistant", "open_or_connect"],
        },
    )
