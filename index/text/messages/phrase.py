"""English texts that can be told in other languages."""

from __future__ import annotations

from typing import Any


class Phrase(str):
    """A text for a reader in English, which keeps its form and what is filled in: `Phrase("{size} pages,
    over the limit of {limit}", size=2_000, limit=1_000)` is "2,000 pages, over the limit of 1,000".
    """

    form: str
    values: dict[str, object]

    def __new__(cls, form: str, /, **values: object) -> Phrase:
        values = {name: one if isinstance(one, (int, str)) else str(one) for name, one in values.items()}
        written = {name: f"{one:,}" if isinstance(one, int) else one for name, one in values.items()}
        made = super().__new__(cls, form.format(**written) if values else form)
        made.form, made.values = form, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """What makes it again in another process."""
        return (self.form,), self.values
