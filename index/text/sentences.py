"""Sentences of a text, by offsets into it."""

import re
from collections.abc import Iterator

import blingfire

_CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()}
# A blank line ends a sentence even without a full stop: headings, list items, verses.
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, in code points and in order, without outer white space."""
    spans: list[tuple[int, int]] = []
    for at, paragraph in _paragraphs(text):
        # The segmenter stops at NUL, which a stored text may hold; a blank has the same length.
        _, offsets = blingfire.text_to_sentences_and_offsets(paragraph.replace("\0", " "))
        before = 0
        for start, end in offsets or [(0, len(paragraph))]:
            # The segmenter drops what begins a control sequence; its rest would pass for words.
            while start > before and paragraph[start - 1] in _CONTROLS:
                start -= 1
            before = end
            trimmed = _trim(text, at + start, at + end)
            if trimmed[0] < trimmed[1]:
                spans.append(trimmed)
    return spans


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """(start, text) of what lies between blank lines and is more than white space."""
    at = 0
    for start, end in [*(blank.span() for blank in _BLANK_LINE.finditer(text)), (len(text), len(text))]:
        if not text[at:start].isspace() and at < start:
            yield at, text[at:start]
        at = end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
