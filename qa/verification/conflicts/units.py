"""What a number counts or measures."""

from __future__ import annotations

from dataclasses import dataclass

from index.text.normalization import WORD, is_stop_word, stem

#: Currency signs, abbreviations and stems, by the unit that they are compared as.
CANONICAL = {
    "$": "dollar", "us$": "dollar", "a$": "australian dollar", "c$": "canadian dollar", "£": "pound",
    "€": "euro", "km": "kilomet", "kilometr": "kilomet", "meter": "metr", "centimet": "centimetr",
    "ton": "tonn", "percentag": "%", "person": "peopl",
}  # fmt: skip
MONEY = frozenset(
    "dollar euro pound crown krona krone rupe yen yuan rubl franc peso real lira rand".split()
) | {"australian dollar", "canadian dollar"}
PEOPLE = frozenset(
    stem(word)
    for word in """people persons passengers men women residents civilians workers soldiers victims crew
    others villagers miners pilgrims tourists employees""".split()
)
LENGTHS = frozenset("second minut hour day night week month year metr kilomet mile feet centimetr".split())
# Plurals without an s.
_PLURALS = frozenset("people men women children police staff crew kg km feet".split())
# Words that end the phrase of what is counted, as does any stop word.
_BOUNDARIES = frozenset(
    """after against during near over between into since across while within per before around among now
    still already yet late early""".split()
)
_MAX_MODIFIERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The stem of what a number counts, those of its modifiers, and the length of the phrase in characters;
    an empty stem if there is none.
    """

    stem: str = ""
    modifiers: frozenset[str] = frozenset()
    length: int = 0


def leading_unit(text: str) -> Unit:
    """The unit that the text begins with: "31 league matches" without its number has matches."""
    modifiers: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        word = match.group().lower()
        is_acronym = match.group().isupper()  # US is neither "us" nor a plural
        is_boundary = (is_stop_word(word) and not is_acronym) or word in _BOUNDARIES
        if text[end : match.start()].strip() or is_boundary or len(modifiers) == _MAX_MODIFIERS:
            break
        end = match.end()
        is_plural = word in _PLURALS or (word.endswith("s") and not word.endswith("ss") and not is_acronym)
        if is_plural or (not modifiers and stem(word) in CANONICAL):
            root = CANONICAL.get(stem(word), stem(word))
            return Unit(stem=root, modifiers=frozenset(map(stem, modifiers)), length=end)
        modifiers.append(word)
    return Unit()
