"""The kinds of question."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "fact",
    "why",
    "yes-no",
    "parts",
    "list",
    "compare",
    "timeline",
    "summary",
    "overview",
    "catalogue",
    "quotation",
    "calculation",
    "profile",
    "chat",
    "previous",
]
Limit = Literal["outlet", "dates", "article", "spelling"]
"""What is read into a question's own words and can be switched off: that only articles of an outlet, of some
days, or one article are meant, and that a misspelt word means another.
"""
LIMITS: tuple[Limit, ...] = get_args(Limit)
KINDS: tuple[Kind, ...] = get_args(Kind)
# What a question can be asked as: an answer before, and talk, show by themselves.
CHOSEN_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind not in ("chat", "previous"))
