"""Questions asked of a few chosen articles, which then need not be named: "Summarise this article"."""

from __future__ import annotations

import re
from dataclasses import replace

from index.text.normalization import WORD, is_stop_word
from qa.pipeline.understanding.kinds import DRAFTED
from qa.pipeline.understanding.understanding import Understanding

# Words that ask for what an article says, whatever that is.
_CONTENT = frozenset(
    """article articles story stories report reports text texts piece pieces summary summarise summarize sum
    main key important point points fact facts gist content contents say says tell tells happened happens
    short shortly brief briefly sentence sentences two three four five tl dr tldr sentence
    artikel bericht berichte fasse fass fassen zusammen zusammenfassung kurz inhalt steht handelt geht worum
    wichtig wichtigsten wichtigste punkt punkte satz sätzen zwei drei vier fünf passiert geschehen
    diese diesem diesen dieser dieses""".split()
)
# These ask for one fact, even where they have no word of their own: "Who said it?"
_FACT = re.compile(
    r"\W*(?:who|whom|whose|when|where|why|how|which|wer|wem|wen|wann|wo|warum|wie)\b", re.IGNORECASE
)
_SUMMARY = re.compile(r"\b(?:summar|sum up|zusammen|tl;? ?dr)", re.IGNORECASE)
_THESE = re.compile(
    r"\b(?:this|the|these|both|diese[mnrs]?|der|die|den|dem|beide) (?:\w+ ){0,2}?"
    r"(?:articles?|stor(?:y|ies)|reports?|pieces?|texts?|artikeln?|berichte?|texte?)\b",
    re.IGNORECASE,
)
_THEM = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)


def asked_of_chosen(understood: Understanding) -> Understanding | None:
    """The question as one about the articles that its filters choose; None if they choose none, or if it has
    a topic of its own.
    """
    chosen = understood.question.filters.article_ids
    if not chosen or understood.kind in ("chat", "previous"):
        return None
    words = [word.lower() for word in WORD.findall(understood.wording)]
    own = [word for word in words if not (word in _CONTENT or is_stop_word(word))]
    only = chosen[0] if len(chosen) == 1 else None
    kind, wording = understood.kind, understood.wording
    these = _THESE.search(wording) or (kind not in ("summary", "profile") and _THEM.search(wording))
    asks_fact = kind in DRAFTED and _FACT.match(wording)
    if not own and not asks_fact and (kind in DRAFTED or kind in ("list", "summary", "profile")):
        understood = replace(understood, kind="summary", detail="article")
    elif kind == "overview" and ((only and not own) or _SUMMARY.search(wording)):
        understood = replace(understood, kind="summary", detail="article" if only else "topic")
    elif kind in DRAFTED or (understood.topic and not these):
        return None
    return replace(understood, topic="", subject="", article=understood.article or only)
