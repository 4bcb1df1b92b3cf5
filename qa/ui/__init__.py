"""The chat window: asking, checking what is answered, and keeping it."""

from qa.ui.mounting import mount
from qa.ui.phrases import LANGUAGES

__all__ = ["LANGUAGES", "mount"]
