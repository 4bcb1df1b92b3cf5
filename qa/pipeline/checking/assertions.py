"""Whether a sentence states something that could be proven; a greeting, a question or an opinion does not."""

from __future__ import annotations

import re

from index.text.normalization import WORD
from qa.verification.entities import fragment_entities

# A greeting has at most this many words.
MAX_GREETING_WORDS = 8

#: The end of a sentence, with the quotation marks and brackets after it.
STOP = re.compile(r"[.!?…][\"'”’»)*_\]\s]*\Z")
_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|dear|welcome|thanks?|thank you|good (?:morning|afternoon|evening|day)|(?:best|kind) "
    r"regards|yours|sincerely|cheers|goodbye|hallo|guten (?:morgen|tag|abend)|liebe[rs]?|sehr geehrte[rs]?"
    r"|danke|vielen dank|mit freundlichen)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\W*(?:(?:I|we)(?: really| still| do)? (?:think|believe|feel|hope|guess|wish|love|like)\b"
    r"|I(?:'|’)?(?: a)?m (?:\w+ )?(?:glad|happy|sorry|sad|sure|afraid|convinced|delighted)\b"
    r"|(?:personally|frankly|honestly),|in (?:my|our) (?:view|opinion)\b"
    r"|(?:we|you|one) (?:should|must|ought to)\b|(?:please|let(?:'|’)s|let us|bitte)\b"
    r"|(?:what an?|how) [^.?]*!"
    r"|(?:ich|wir) (?:glauben?|finden?|hoffen?|meinen?)\b|(?:meiner|unserer) (?:Meinung|Ansicht) nach\b"
    r"|(?:wir|man) (?:sollten?|müssen?|muss)\b)",
    re.IGNORECASE,
)
_IT_IS = r"(?:it|that|this|they|these|those|es|das) ?(?:'s|’s|is|was|are|were|ist|war|sind|waren)"
# "That is a great pity", "it was wonderful": a judgement about something that is not even named.
_JUDGEMENT = re.compile(
    rf"\W*{_IT_IS} (?:an? |ein(?:e|en)? )?(?:\w+ )?(?:great|good|bad|nice|wonderful|beautiful|terrible|awful"
    r"|sad|lovely|shame|pity|disgrace|scandal|fantastic|splendid|horrible|schön|gut|schlecht|wunderbar|schade"
    r"|traurig|skandal)\W*\Z",
    re.IGNORECASE,
)
# "It rained.", "Prices fell.": who or what, and what it does.
_TWO_WORDS = re.compile(
    r"\W*(?:it|he|she|they|everyone|everybody|nobody|someone|no-?one|all|many|some|both"
    r"|er|sie|es|alle|niemand|viele|[^\W\d_]{3,}(?<!s)s) [^\W\d_]{3,}[.!]?[\"'”’»)]*\Z",
    re.IGNORECASE,
)


def states_nothing(sentence: str) -> bool:
    """Whether the sentence is a question, a greeting, an opinion, or a word or two without a name and a
    predicate.
    """
    words = WORD.findall(sentence)
    if not words or sentence.rstrip("\"'”’») ").endswith("?"):
        return True
    if _OPINION.match(sentence) or _JUDGEMENT.match(sentence):
        return True
    if _GREETING.match(sentence) and len(words) <= MAX_GREETING_WORDS:
        return True
    if len(words) >= 3 or fragment_entities(sentence.rstrip(".!")):
        return False
    return not (STOP.search(sentence) and _TWO_WORDS.match(sentence))
