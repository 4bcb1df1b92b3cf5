"""The chat window: asking, checking what is answered, and keeping it."""

from qa.web.ui.mount import mount
from qa.web.ui.phrases.window import LANGUAGES

__all__ = ["LANGUAGES", "mount"]
