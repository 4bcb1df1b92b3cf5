"""Where a sentence ends, in languages and scripts that the segmenter does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from index.text.languages import BEGINNING, language_of, language_of_query

# Full stops of Hindi, Armenian, Ethiopic, Burmese and Khmer.
_STOP = re.compile("[।॥։።။។]+[\"'”’»)\\]]*|(?<=[\u0370-\u03ff\u1f00-\u1fff])[;\u037e](?=\\s)")
# Thai and Lao have no full stops, and spaces between clauses and sentences.
_CLAUSE_SPACE = re.compile("(?<=[\u0e00-\u0eff])[ \xa0]+(?=[\u0e00-\u0eff])")
# Shorter clauses stay with the one before them: about fifteen words.
SHORTEST_CLAUSES = 60
# What ends a sentence that the segmenter has ended before it: repeated stops, closing quotes and brackets.
_REST = re.compile("[！？。]+|[」』）】〉》]+[！？。]*|[”’»](?=[\\s!?.,]|$)|(?<=[。！？])[”’]")
# After a closing bracket: "…", he said.
_GOES_ON = re.compile(r"[と,，、]|って|\s*[—–-]\s[^\W\d_A-ZА-Я]")
# The language of a short text is often uncertain; it decides only about a full stop.
MIN_PROBABILITY = 0.6
# Abbreviations and articles stand in the last characters of a sentence.
LONGEST = 60
# Abbreviations that a capital letter or a number can follow, in small letters and without the last point.
_ABBREVIATIONS = {
    "de": """abb abs abt art aug bd bsp bzw c ca chr d.h dez dipl dr evtl exkl fa feb fr frl geb gest ggf hr
        hrn ing inkl jan jh kap lat max min mio mrd mwst n.chr nov nr okt pfr prof rd s sept sog
        st std str tel u.a v.chr vgl z.b z.t ziff""",
    "fr": """art av bd boul c.-à-d cf chap cie déc dr env ex exc fig févr j.-c janv juil m me mgr mlle mm mme
        mmes no nos nov oct p par pp pr s sept st ste vol éd""",
    "es": """art av avda cap cía d da dña dr dra ee gral ing lic mill núm p.ej pdte pág págs prof profa s sr
        sra sras sres srta tel ud uds vda vol""",
    "it": "art avv cap dott dott.ssa fig ing n on pag prof prof.ssa sig sig.ra sigg vol",
    "pt": "art av cap dr dra eng exmo fig n pág prof profa r sr sra sras srs vol",
    "nl": "bijv blz dhr dr drs fig ing mevr mr nr prof zgn",
    "ru": """акад вып г гл гр д доц им кв корп коп млн млрд напр обл ок пер пл пос пр просп проф рис руб св см
        стр табл тел тов тыс ул т.е т.к""",
    "uk": "акад буд вул доц ім кв м млн млрд напр обл пл проф рис св див тис",
    "el": "αρ δρ κ κα κος σελ π.χ",
    "ar": "أ د م ص",
}
# "Brown v. Board" keeps its name in every language.
_VERSUS = frozenset(("v", "vs"))
_SETS = {language: _VERSUS.union(listed.split()) for language, listed in _ABBREVIATIONS.items()}
_LAST = re.compile(r"(?<![^\s(\[„«“»\"'])([^\s(\[„«“»\"']+)\.$")
# "am 3." Oktober, "des 17." Juni: a number after an article is an ordinal.
_ORDINAL = re.compile(
    r"\b(am|ab|beim|das|dem|den|der|des|die|im|vom|zum|zur|til|den|dne|w|od|do)\s\d{1,2}\.$", re.IGNORECASE
)
_ORDINALS = frozenset({"cs", "da", "de", "nb", "nn", "no", "pl", "sk"})
# Years and centuries end a sentence: "в 1837 г." before a name is the end, "г. Москва" is not.
_DATED = re.compile(r"[\dIVXLC]\s*(гг?|вв?|s|jh)\.$")


def further_breaks(sentence: str) -> Iterator[int]:
    """The offsets within what the segmenter took for one sentence at which another one begins."""
    if sentence.isascii():
        return
    yield from (stop.end() for stop in _STOP.finditer(sentence) if stop.end() < len(sentence))
    begun = 0
    for space in _CLAUSE_SPACE.finditer(sentence):
        if space.start() - begun >= SHORTEST_CLAUSES and len(sentence) - space.end() >= SHORTEST_CLAUSES / 2:
            begun = space.end()
            yield begun


def rest_length(text: str, at: int) -> int:
    """The number of characters at offset `at` of the text that still belong to the sentence before it."""
    rest = None if text[at : at + 1].isalnum() else _REST.match(text, at)
    return len(rest[0]) if rest else 0


def is_continued(text: str, start: int, end: int, following: int) -> bool:
    """Whether the sentence from `start` to `end` goes on at the offset `following`, where the segmenter began
    another one.
    """
    before, after = text[max(start, end - LONGEST) : end], text[following : following + 10]
    if before[-1] in "」』”»’" and _GOES_ON.match(after):
        return True
    if before[-1] != "." or before.endswith(".."):
        return False
    last = _LAST.search(before)
    word = last[1].lower() if last else ""
    goes_on = after[:1].islower()
    ordinal = bool(_ORDINAL.search(before))
    if not goes_on and not ordinal and not any(word in listed for listed in _SETS.values()):
        return False
    language = _language(text[:BEGINNING])
    if language in ("", "en"):
        return False
    if goes_on or (ordinal and language in _ORDINALS):
        return True
    return word in _SETS.get(language, ()) and not _DATED.search(before)


@lru_cache(maxsize=500)
def _language(beginning: str) -> str:
    if found := language_of(beginning, min_probability=MIN_PROBABILITY):
        return found
    return language_of_query(beginning, _SETS)
