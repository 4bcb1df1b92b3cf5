"""Phrases, plurals, days and numbers in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from gettext import NullTranslations
from typing import Protocol

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from index.text.messages.phrase import Phrase


class Dated(Protocol):
    """What has a day, or in its place the period that it is of, as `2022` or `2022-03`."""

    @property
    def date(self) -> date | None: ...

    @property
    def period(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The words of one language. `locale` is that of its days and numbers, such as `en_GB`.

    A phrase is given in English, with names in braces for what is filled in; one that the catalogue lacks
    stays English. Numbers that are filled in are written as the language writes them.
    """

    language: str
    locale: str
    translations: NullTranslations = field(default_factory=NullTranslations, repr=False)

    @property
    def name(self) -> str:
        """The language in itself, such as `Deutsch`."""
        name = Locale.parse(self.language, sep="-").get_display_name() or self.language
        return name[:1].upper() + name[1:]

    @property
    def direction(self) -> str:
        """`rtl` if it is written from right to left, otherwise `ltr`."""
        return Locale.parse(self.locale).text_direction

    def gettext(self, phrase: str, /, **values: object) -> str:
        """The phrase, filled in."""
        return self._filled(self.translations.gettext(phrase), values)

    def pgettext(self, context: str, phrase: str, /, **values: object) -> str:
        """The phrase as it is said in the context: one English word may be several elsewhere."""
        return self._filled(self.translations.pgettext(context, phrase), values)

    def ngettext(self, one: str, several: str, number: int, /, **values: object) -> str:
        """The phrase for one or several, filled in; `{number}` is the number: `1,200 quotes`."""
        return self._filled(self.translations.ngettext(one, several, number), values | {"number": number})

    def told(self, text: str) -> str:
        """A Phrase in this language; any other text as it is, in English."""
        if not isinstance(text, Phrase):
            return text
        values = {name: self.told(one) if isinstance(one, str) else one for name, one in text.values.items()}
        return self.gettext(text.form, **values)

    def either(self, texts: Sequence[str]) -> str:
        """The texts as a choice: `“A” or “B”`."""
        quoted = [self.gettext("“{text}”", text=text) for text in texts]
        return format_list(quoted, style="or", locale=self.locale)

    def _filled(self, phrase: str, values: dict[str, object]) -> str:
        if not values:
            return phrase
        return phrase.format_map(
            {
                name: self.number(value) if isinstance(value, (int, Decimal)) else value
                for name, value in values.items()
            }
        )

    def number(self, number: int | Decimal) -> str:
        """The number with all of its digits, such as `11,200.5`."""
        return str(format_decimal(number, locale=self.locale, decimal_quantization=False))

    def decimal(self, number: float) -> str:
        """The number with one decimal, such as `1.5`."""
        return str(format_decimal(number, "0.0", locale=self.locale))

    def long_day(self, day: date) -> str:
        """The day in full, such as `27 October 2022`."""
        return str(format_date(day, "long", locale=self.locale))

    def long_month(self, day: date) -> str:
        """The month of the day, such as `October 2022`."""
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def long_dated(self, found: Dated) -> str:
        """The date in full as far as it is known, such as `27 October 2022`, `October 2022` or `2022`."""
        if found.date or "-" not in found.period:
            return self.long_day(found.date) if found.date else found.period
        return self.long_month(_first_day(found.period))

    def day(self, day: date | None) -> str:
        """The day, such as `27 Oct 2022`; empty for None."""
        return str(format_skeleton("yMMMd", day, locale=self.locale)) if day else ""

    def dated(self, found: Dated) -> str:
        """The date as far as it is known, such as `27 Oct 2022`, `Oct 2022` or `2022`."""
        if found.date or "-" not in found.period:
            return self.day(found.date) or found.period
        return str(format_skeleton("yMMM", _first_day(found.period), locale=self.locale))

    def age(self, published: date, asked: date) -> str:
        """The time between the two days, such as `3 weeks before the question`."""
        if published == asked:
            return self.gettext("same day as the question")
        span = format_timedelta(abs(asked - published), threshold=1.5, locale=self.locale)
        if published < asked:
            return self.gettext("{time} before the question", time=span)
        return self.gettext("{time} after the question", time=span)


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
