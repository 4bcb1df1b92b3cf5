"""How an amount is shown in a language."""

from __future__ import annotations

from decimal import Decimal

from index.text.messages.messages import Messages


def shown_amount(messages: Messages, value: Decimal, unit: str) -> str:
    """`11.2 million euros`; without a unit, the number."""
    return f"{shown_number(messages, value)} {unit}".strip()


def shown_number(messages: Messages, value: Decimal) -> str:
    """`11.2 million`, `160,000`, `2.8`."""
    if value >= 1_000_000 and (millions := value / 1_000_000) == round(millions, 3):
        return messages.gettext("{number} million", number=millions.normalize())
    return messages.number(value.normalize())
