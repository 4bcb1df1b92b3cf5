"""Splits a text into its sentences, and says of each what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.schemas import Query
from index.text.normalization import WORD, content_words
from index.text.sentences import sentence_spans
from qa.guardrails.sanitizer import sanitize
from qa.pipeline.checking.assertions import STOP, states_nothing
from qa.pipeline.checking.referents import find_referent
from qa.pipeline.query_rewriting import is_follow_up, rewrite
from qa.schemas import Turn
from qa.verification.cited_text import without_marks

# A heading has at most this many words.
MAX_HEADING_WORDS = 12
# A sentence that refers to earlier ones, or has at most this many content words ("The mayor resigned"), is
# searched with words of this many sentences before it.
MAX_BARE_WORDS, EARLIER = 3, 2

# A line that begins a block of its own: a heading, a list item, a quotation.
_BLOCK = re.compile(r"\n(?=[ \t]*(?:[-*+•]|\d+[.)]|#{1,6}|>)[ \t])|(?<=\n)(?=[ \t]*\n)", re.MULTILINE)
_MARKER = re.compile(r"[ \t]*(?:(?:[-*+•]|\d+[.)]|>)[ \t]+)+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+[^\n]*")
# "The museum" over a line of "=====" or "-----".
_UNDERLINED = re.compile(r"(?P<title>[^\n]+)\n[ \t]*(?:={2,}|-{2,})[ \t]*(?=\n|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence, `text[start:end]` of the whole text. `claim` is what it states, on one line and with the
    name that its "she" or "the mayor" stands for; empty if it states nothing. `query` is what to search for.
    """

    text: str
    start: int
    end: int
    claim: str
    query: Query


def heading_title(sentence: str) -> str:
    """The title of a sentence that is a Markdown heading, without its marks; empty if it is none."""
    line = sentence.strip()
    if underlined := _UNDERLINED.fullmatch(line):
        return underlined["title"].strip()
    title = line.lstrip("#")
    if not title[:1].isspace() or not 1 <= len(line) - len(title) <= 6:
        return ""
    closed = title.rstrip("#")
    return closed.strip() if closed[-1:].isspace() else title.strip()


def split_statements(text: str) -> list[Statement]:
    """The sentences of a plain or Markdown text, in order."""
    statements: list[Statement] = []
    stated: list[str] = []  # the claims so far
    for start, end, is_heading in _sentences(text):
        # The number of a citation is none that the sentence states.
        sentence = sanitize(without_marks(text[start:end])).strip()
        claim, referent = "", None
        if not (is_heading or states_nothing(sentence)):
            referent = find_referent(sentence, stated)
            claim = referent.before(sentence) if referent else sentence
        needs_context = is_follow_up(sentence) or len(content_words(sentence)) <= MAX_BARE_WORDS
        earlier = stated[-EARLIER:] if needs_context else []
        history = [Turn(role="user", content=claim_before) for claim_before in earlier]
        query = rewrite(sentence, history) if claim else Query(text=sentence)
        if referent and referent.name not in query.context:
            query = replace(query, context=f"{referent.name} {query.context}".rstrip())
        statements.append(
            Statement(
                text=text[start:end],
                start=start,
                end=end,
                claim=claim,
                query=query,
            )
        )
        if claim:
            stated.append(claim)
    return statements


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is a heading) of each sentence, without the marks of lists and headings."""
    for start, end in _blocks(text):
        marker = _MARKER.match(text, start, end)
        first = marker.end() if marker else start
        if title_end := _end_of_heading(text, first, end):
            yield first, title_end, True
            first = title_end
        spans = sentence_spans(text[first:end])
        line = text[first:end].strip()
        alone = not marker and len(spans) == 1 and bool(text[end:].strip())
        is_heading = alone and _can_be_title(line)
        for begin, stop in spans:
            yield first + begin, first + stop, is_heading


def _end_of_heading(text: str, start: int, end: int) -> int:
    """Where the Markdown heading that `text[start:end]` begins with ends; 0 if it begins with none."""
    underlined = _UNDERLINED.match(text, start, end)
    if underlined and not _can_be_title(underlined["title"]):
        underlined = None
    heading = _HEADING.match(text, start, end) or underlined
    return heading.end() if heading else 0


def _can_be_title(line: str) -> bool:
    return not STOP.search(line.strip()) and len(WORD.findall(line)) <= MAX_HEADING_WORDS


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in [*_BLOCK.finditer(text), None]:
        end = found.start() if found else len(text)
        begin = at + len(text[at:end]) - len(text[at:end].lstrip("\n\r"))
        if text[begin:end].strip():
            yield begin, end
        at = found.end() if found else end
