"""Words that carry no content: articles, auxiliaries, question words."""

from __future__ import annotations

from functools import cache

import stop_words

# In a small collection stop words can be rare, so that their document frequency does not identify them.
_ENGLISH_AND_GERMAN = frozenset(
    """a about all also am an and any are as at be been being but by can could did do does doing done
    for from get had has have having he her here hers him his how i if in into is it its just may me
    might more most much must my no nor not of on once only or other our ours out own s say says said
    shall she should so some such t tell than that the their theirs them then there these they this
    those through to too under up upon us very was we were what when where which while who whom whose
    why will with would you your yours according happened many
    aber als am an auch auf aus bei bin bis das dass dem den der des die dies diese dieser du ein eine
    einem einen einer eines er es für hat haben hatte ich ihr im in ist ja kann kein keine mit nach
    nicht noch nur ob oder oft sein seine sich sie sind so tun tut über um und uns viel viele vielen von
    vor wann war waren warum was welche welchem welchen welcher welches wem wen wenn wer werden weshalb
    wessen weswegen wie wieso wir wird wo wodurch wofür woher wohin womit woran worauf worin worüber
    worum wovon wozu wurde wurden zu zum zur""".split()
)
# What the lists of the library lack.
_MORE = {
    "ar": "ما ماذا متى أين اين كم كيف لماذا هل أي اي من هو هي هم تم كان كانت في على عن مع إلى الى",
    "es": "qué cuál cuáles cuándo dónde cuánto cuánta cuántos cuántas quién quiénes cómo",
    "fr": "quel quelle quels quelles quand où combien qui quoi comment pourquoi est-ce qu'est-ce",
    "he": "מה מי מתי איפה היכן כמה איך למה האם איזה איזו של",
    "ja": """いつ だれ どんな どれ いくつ いくら どうして なぜ 何 誰 した して する いる ある
        なった です ました れる られ""",
    "ru": "какой какая какое какие каком какую каких сколько когда где кто кого кому почему зачем чей чья",
    "zh": """什么 怎么 怎样 如何 哪个 哪些 哪里 哪儿 哪一 多少 为什么 为何 何时 何处 是否
        他们 她们 它们 这个 那个 这些 那些 因为 所以 没有 可以""",
}


def is_stop_word(word: str, language: str = "") -> bool:
    """Whether the word ("which", "the") carries no content in English, German, or the given language."""
    lower = word.lower()
    return lower in _ENGLISH_AND_GERMAN or (bool(language) and lower in _of_language(language))


def _of_language(language: str) -> frozenset[str]:
    # For these the library's lists have words of content too.
    return frozenset() if language in ("en", "de") else function_words(language)


@cache
def function_words(language: str) -> frozenset[str]:
    """The words that texts in the language have most often, in lower case; empty if they are not known."""
    try:
        listed = stop_words.get_stop_words(language)
    except stop_words.StopWordError:
        listed = []
    return frozenset(word.strip("\"',").lower() for word in listed) | set(_MORE.get(language, "").split())
