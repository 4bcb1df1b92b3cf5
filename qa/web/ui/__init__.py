"""The chat window: asking questions, checking answers, and the library behind them."""

from qa.web.ui.mount import mount

__all__ = ["mount"]
