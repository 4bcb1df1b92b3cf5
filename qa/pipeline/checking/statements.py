"""Splits a text into its sentences, and says of each what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.schemas import Query
from index.text.calendar_words import is_calendar_word
from index.text.normalization import WORD, content_words, is_stop_word
from index.text.sentences import sentence_spans
from qa.guardrails.sanitizer import sanitize
from qa.pipeline.query_rewriting import is_follow_up, rewrite
from qa.schemas import Turn
from qa.verification.entities import CAPITALIZED, fragment_entities

# A heading has at most this many words, and a greeting.
MAX_HEADING_WORDS, MAX_GREETING_WORDS = 12, 8
# A sentence that refers to earlier ones, or has at most this many content words ("The mayor resigned"), is
# searched with words of this many sentences before it.
MAX_BARE_WORDS, EARLIER = 3, 2

# A line that begins a block of its own: a heading, a list item, a quotation.
_BLOCK = re.compile(r"\n(?=[ \t]*(?:[-*+•]|\d+[.)]|#{1,6}|>)[ \t])|(?<=\n)(?=[ \t]*\n)", re.MULTILINE)
_MARKER = re.compile(r"[ \t]*(?:(?:[-*+•]|\d+[.)]|>)[ \t]+)+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+[^\n]*")
_STOP = re.compile(r"[.!?…][\"'”’»)*_\]\s]*\Z")
_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|dear|welcome|thanks?|thank you|good (?:morning|afternoon|evening|day)|(?:best|kind) "
    r"regards|yours|sincerely|cheers|goodbye|hallo|guten (?:morgen|tag|abend)|liebe[rs]?|sehr geehrte[rs]?"
    r"|danke|vielen dank|mit freundlichen)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\W*(?:(?:I|we)(?: really| still| do)? (?:think|believe|feel|hope|guess|wish|love|like)\b"
    r"|in (?:my|our) (?:view|opinion)\b|(?:ich|wir) (?:glauben?|finden?|hoffen?|meinen?)\b)",
    re.IGNORECASE,
)
_REFERRING = re.compile(
    r"\b(?:he|she|they|it|his|her|hers|their|its|him|them|er|sie|es|seine?[mnrs]?|ihre?[mnrs]?)\b",
    re.IGNORECASE,
)
# "It" stands for the bridge, not for its mayor.
_ARTICLE = re.compile(r"\bthe \Z", re.IGNORECASE)
_NAME = re.compile(rf"{CAPITALIZED}(?:[ -](?:(?:of|the|de|van|von) )?{CAPITALIZED})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence, `text[start:end]` of the whole text. `claim` is what it states, on one line and with the
    name that its "she" stands for; empty if it states nothing. `query` is what to search for.
    """

    text: str
    start: int
    end: int
    claim: str
    query: Query


def split_statements(text: str) -> list[Statement]:
    """The sentences of a plain or Markdown text, in order."""
    statements: list[Statement] = []
    stated: list[str] = []  # the claims so far
    for start, end, is_heading in _sentences(text):
        sentence = sanitize(text[start:end])
        claim = (
            ""
            if is_heading or _states_nothing(sentence)
            else _with_name(sentence, stated[-1] if stated else "")
        )
        needs_context = is_follow_up(sentence) or len(content_words(sentence)) <= MAX_BARE_WORDS
        earlier = stated[-EARLIER:] if needs_context else []
        history = [Turn(role="user", content=claim_before) for claim_before in earlier]
        statements.append(
            Statement(
                text=text[start:end],
                start=start,
                end=end,
                claim=claim,
                query=rewrite(sentence, history) if claim else Query(text=sentence),
            )
        )
        if claim:
            stated.append(claim)
    return statements


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is a heading) of each sentence, without the marks of lists and headings."""
    for start, end in _blocks(text):
        if _HEADING.match(text, start, end):
            heading = _HEADING.match(text, start, end)
            assert heading
            yield start, heading.end(), True
            start = heading.end()
        marker = _MARKER.match(text, start, end)
        first = marker.end() if marker else start
        spans = sentence_spans(text[first:end])
        line = text[first:end].strip()
        alone = not marker and len(spans) == 1 and not _STOP.search(line) and bool(text[end:].strip())
        is_heading = alone and len(WORD.findall(line)) <= MAX_HEADING_WORDS
        for begin, stop in spans:
            yield first + begin, first + stop, is_heading


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in [*_BLOCK.finditer(text), None]:
        end = found.start() if found else len(text)
        begin = at + len(text[at:end]) - len(text[at:end].lstrip("\n\r"))
        if text[begin:end].strip():
            yield begin, end
        at = found.end() if found else end


def _states_nothing(sentence: str) -> bool:
    """Whether the sentence is a question, a greeting, an opinion, or a word or two without a name."""
    words = WORD.findall(sentence)
    if not words or sentence.rstrip("\"'”’») ").endswith("?") or _OPINION.match(sentence):
        return True
    if _GREETING.match(sentence) and len(words) <= MAX_GREETING_WORDS:
        return True
    return len(words) < 3 and not fragment_entities(sentence.rstrip(".!"))


def _with_name(sentence: str, before: str) -> str:
    """The sentence after the name that its pronoun stands for, if the one before it has a name."""
    referring = _REFERRING.search(sentence)
    if not referring or any(True for _ in _names(sentence[: referring.start()])):
        return sentence
    is_thing = referring[0].lower() in ("it", "its")
    names = (
        f"The {name}" if is_thing else name
        for at, name in _names(before)
        if not is_thing or _ARTICLE.search(before[:at])
    )
    name = next(names, "")
    return f"{name}: {sentence}" if name else sentence


def _names(sentence: str) -> Iterator[tuple[int, str]]:
    """The names of the sentence with their offsets, the word that begins it only as part of a longer one."""
    for found in _NAME.finditer(sentence):
        words = found[0].split()
        while words and (is_stop_word(words[0]) or is_calendar_word(words[0])):
            del words[0]
        name = " ".join(words)
        opens = found[0] == name and found.start() == 0 and not sentence.startswith(f"{name}:")
        if words and not is_calendar_word(words[-1]) and not (opens and len(words) == 1):
            yield found.end() - len(name), name
