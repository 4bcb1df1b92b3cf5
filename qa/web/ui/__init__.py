"""The chat window: asking questions, checking answers, and the library behind them."""

from qa.web.ui.mount import mount
from qa.web.ui.phrases.window import LANGUAGES

__all__ = ["LANGUAGES", "mount"]
