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
KINDS: tuple[Kind, ...] = get_args(Kind)
# What a question can be asked as: an answer before, and talk, show by themselves.
CHOSEN_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind not in ("chat", "previous"))
