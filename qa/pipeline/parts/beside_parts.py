"""What stands beside the answers to other parts of a question: who bought a thing, and for how much."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, content_words, is_stop_word, stems
from qa.pipeline.composition.composed import Composition
from qa.pipeline.composition.evidence.sentences import ArticleSentence
from qa.pipeline.composition.nearest import scored_sentences
from qa.schemas import Citation
from qa.verification.answer_type import ExpectedAnswer
from qa.verification.conflicts.target_value import target_value
from qa.verification.entities import extract_names

# How near a sentence of the article that answers the other parts has to be to a part.
NEAR_PART = 0.3
# What a sentence gains that stands after an answer to another part; half of it before one. So many are tried.
BESIDE, MAX_TRIED = 0.3, 6
# The same for a part without words of its own.
ONLY_BESIDE = 1.0
# Of money, if the other parts are about buying and selling.
HOW_MUCH = re.compile(r"(?:for |at |um |für )?(?:how much|wie ?viel)(?: money| geld)?\?", re.IGNORECASE)
# A year or a time of day; 52,000 is none.
_TIME = re.compile(r"(?<![\d,.])(?:1\d|20)\d\d(?![,.]?\d)|\b\d{1,2} ?: ?\d\d\b|\d ?[ap]\.?m\b", re.IGNORECASE)


def near_part(
    composition: Composition, part: str, ids: Sequence[str], cited: Sequence[Citation]
) -> list[ArticleSentence]:
    """The sentences near the part, best first. Those beside the answers to other parts are nearer: an article
    tells who bought a thing and for how much side by side. A part such as "for how much?" has no words of its
    own, so the whole question is its wording.
    """
    wording = composition.understanding.wording if is_bare(part) else part
    ranked = scored_sentences(composition, wording, "", ids)
    answers = [
        (one.sentence.article.id, one.sentence.nth)
        for one in ranked
        if any(_overlap(one.sentence, citation) for citation in cited)
    ]
    beside = ONLY_BESIDE if is_bare(part) else BESIDE
    bonus = {0: beside, 1: beside, -1: beside / 2}
    scores = {
        one.sentence: one.score
        + sum(bonus[off] for off in bonus if (one.sentence.article.id, one.sentence.nth - off) in answers)
        for one in ranked
    }
    own = {one.sentence: one.score for one in ranked}
    # What stands beside an answer is tried first, but has to be near by itself where the part says of what.
    enough = scores if is_bare(part) else own
    near = [one for one in scores if enough[one] >= NEAR_PART]
    return sorted(near, key=lambda one: -scores[one])[:MAX_TRIED]


def is_bare(part: str) -> bool:
    """Whether the part, such as "for how much?", says nothing of what it is about."""
    return sum(not is_stop_word(word) for word in content_words(part)) < 2


def _overlap(sentence: ArticleSentence, citation: Citation) -> bool:
    same = sentence.article.id == citation.article_id
    return same and sentence.start < citation.end and citation.start < sentence.end


def is_repeated(text: str, said: Sequence[str]) -> bool:
    """Whether one of the texts said has the same words."""
    return any(stems(text) == stems(earlier) for earlier in said)


def fits_part(part: str, asked: str, text: str, said: str) -> bool:
    """Whether the text has what the part asks for: of a name, one that the other parts have not. What is
    `asked` in full says that "how much" is a price: "For how much? Who bought it?".
    """
    expected, target = ExpectedAnswer.of(part), target_value(asked)
    if target and expected.number and not any(target.values(text)):
        return False
    if "name" in expected.kinds and not expected.number:
        return bool(extract_names(text) - extract_names(said) - expected.known)
    if "time" in expected.kinds and not (expected.duration or expected.number):
        return has_time(text)
    return not expected.kinds & {"number", "time", "name"} or expected.found_in(text)


def has_time(text: str) -> bool:
    """Whether the text has a year, a time of day, or a word of the calendar."""
    return bool(_TIME.search(text)) or any(map(is_calendar_word, WORD.findall(text)))
