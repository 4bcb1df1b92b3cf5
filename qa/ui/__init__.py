"""The chat window: asking, checking what is answered, and keeping it."""

from qa.ui.mounting import mount

__all__ = ["mount"]
