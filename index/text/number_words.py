"""Numbers, months and percentages of other languages in English forms, by ICU and the Unicode CLDR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import format_unit
from icu4py.messageformat import MessageFormat

from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.letters import normalize_letters
from index.text.terms.stemming import ENGLISH

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,'’\u202f\xa0 ]\d{3})*(?:[.,]\d+)?(?![\w]|[.,]\d)")
# "1. März" ends no sentence.
_ORDINAL_DAY = re.compile(rf"(?<=\d)\.(?= (?:{'|'.join(MONTHS)})\b)")
_ENGLISH_SCALES = {10**3: "thousand", 10**6: "million", 10**9: "billion", 10**12: "trillion"}
# One is an article in many languages.
_SPELT = range(2, 100)
_ROUND = (100, 1000)
_SCALES = {10**power: "0" * power for power in (3, 6, 9, 12)}
_UNSPACED = frozenset({"ja", "km", "lo", "my", "th", "zh"})


def in_english_form(text: str, language: str) -> str:
    """The text with its numbers, months, weekdays and percentages as English writes them: "am 1. März
    3.000,50 Euro von vierzehn Millionen" becomes "am 1. March 3000.50 Euro von 14 million".
    """
    if language in ("", ENGLISH):
        return text
    spelt, values = spelt_numbers(language)
    if spelt:
        text = _scaled(language).sub(lambda found: _names(language).get(_key(found[0]), found[0]), text)
        text = spelt.sub(lambda found: values.get(_key(found[0]), found[0]), text)
    text = _NUMBER.sub(lambda found: _in_english(found[0], language), text)
    text = _pattern(language).sub(lambda found: _names(language).get(_key(found[0]), found[0]), text)
    return _ORDINAL_DAY.sub("", text)


def _in_english(number: str, language: str) -> str:
    """The number with a point before its decimals; as it is if its language would not write it so."""
    decimal, group = separators(language)
    plain = re.sub(r"['’\u202f\xa0 ]", "", number)
    if group in ".,":
        plain = re.sub(rf"{re.escape(group)}(?=\d{{3}}(?!\d))", "", plain)
    return plain.replace(decimal, ".")


def _key(word: str) -> str:
    """The word in lower case; without the dot that a capital letter of Turkish would leave."""
    return word.replace("İ", "i").lower()


@cache
def _scaled(language: str) -> re.Pattern[str]:
    """What multiplies a number in digits, also where it is a number itself: the "mil" of "30 mil"."""
    both = sorted(map(re.escape, scale_words(language).keys() & spelt_numbers(language)[1].keys()))
    return re.compile(rf"(?<=\d )(?:{'|'.join(both)})(?!\w)" if both else r"(?!)", re.IGNORECASE)


@cache
def _names(language: str) -> Mapping[str, str]:
    """The English for words of the language in lower case."""
    english = {name[:3].lower(): name for name in (*MONTHS, *WEEKDAYS)}
    scales = {word: _ENGLISH_SCALES[scale] for word, scale in scale_words(language).items()}
    months = {word: english[short] for word, short in calendar_names(language).items()}
    percent = {percent_words(language).lower(): "%"} if percent_words(language) else {}
    return scales | months | percent


@cache
def _pattern(language: str) -> re.Pattern[str]:
    longest = sorted(map(re.escape, _names(language)), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)" if longest else r"(?!)", re.IGNORECASE)


@cache
def spelt_numbers(language: str) -> tuple[re.Pattern[str] | None, Mapping[str, str]]:
    """The pattern of the numbers in words up to ninety-nine, a hundred and a thousand, and their values in
    digits by the words in lower case: `vierzehn` is 14, `cuarenta y siete` 47.
    """
    locale = _locale(language)
    # What separates no words is ambiguous: 三 is part of many.
    if locale is None or language in _UNSPACED:
        return None, {}
    form = MessageFormat("{n, spellout}", language)
    values = {
        normalize_letters(form.format({"n": number})).lower(): str(number) for number in (*_SPELT, *_ROUND)
    }
    values = {words: value for words, value in values.items() if not words[:1].isdigit()}
    longest = sorted(map(re.escape, values), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE), values


@cache
def scale_words(language: str) -> Mapping[str, int]:
    """The words that multiply a number before them, in lower case: `millionen` is 10**6."""
    locale = _locale(language)
    formats = locale.compact_decimal_formats if locale else {}
    # It is no ordinary mapping: `get` fails where the key is missing.
    listed = formats["long"] if "long" in formats else {}  # noqa: SIM401
    found: dict[str, int] = {}
    for forms in listed.values():
        for scale, zeros in _SCALES.items():
            pattern = forms.get(f"1{zeros}")
            word = re.sub(r"[0\s\xa0'.]", " ", str(pattern.pattern if pattern else "")).strip().lower()
            if word and " " not in word:
                found.setdefault(word, scale)
    return found


@cache
def separators(language: str) -> tuple[str, str]:
    """The characters between the digits of a number: of its decimals, and of its groups."""
    locale = _locale(language)
    if locale is None:
        return ".", ","
    symbols = locale.number_symbols["latn"]
    return str(symbols["decimal"]), str(symbols["group"])


@cache
def calendar_names(language: str) -> Mapping[str, str]:
    """The names of months and weekdays in lower case, in full, with the first three letters in English."""
    locale = _locale(language)
    if locale is None:
        return {}
    names: dict[str, str] = {}
    for use in ("format", "stand-alone"):
        names |= {
            str(name).lower(): MONTHS[at - 1][:3].lower() for at, name in locale.months[use]["wide"].items()
        }
        names |= {
            str(name).lower(): WEEKDAYS[at][:3].lower() for at, name in locale.days[use]["wide"].items()
        }
    return {name: short for name, short in names.items() if " " not in name}


@cache
def percent_words(language: str) -> str:
    """What follows a number that is a percentage, as in "5 por ciento"; empty if it is only the sign."""
    locale = _locale(language)
    if locale is None:
        return ""
    words = re.sub(r"[\d\s\xa0]", " ", format_unit(2, "concentr-percent", locale=locale)).strip()
    return "" if words == "concentr-percent" else words


@cache
def country_names(language: str) -> Mapping[str, str]:
    """The codes of countries by their names in lower case."""
    locale = _locale(language)
    return {name.lower(): code for code, name in (locale.territories if locale else {}).items()}


@cache
def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError, TypeError):
        return None
