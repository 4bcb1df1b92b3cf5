"""Sentence segmentation, by offsets into the text."""

import re
from collections.abc import Iterator
from itertools import pairwise

import blingfire

from index.text.sentence_breaks import further_breaks, is_continued, rest_length

_CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()}
# A blank line ends a sentence without a full stop: headings, list items, verses.
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, in code points and in order, without surrounding whitespace."""
    spans: list[tuple[int, int]] = []
    for at, paragraph in _paragraphs(text):
        for start, end in _joined(paragraph):
            trimmed = _trim(text, at + start, at + end)
            if trimmed[0] < trimmed[1]:
                spans.append(trimmed)
    return spans


def _joined(paragraph: str) -> list[tuple[int, int]]:
    """The segments, without those that continue the sentence before them."""
    found: list[tuple[int, int]] = []
    for start, end in _segments(paragraph):
        if found:
            before = found[-1][0]
            if rest := rest_length(paragraph, start):
                found[-1] = before, start + rest
                start, end = _trim(paragraph, start + rest, max(end, start + rest))
                if start >= end:
                    continue
            if is_continued(paragraph, *found[-1], start):
                found[-1] = before, end
                continue
        found.append((start, end))
    return found


def _segments(paragraph: str) -> Iterator[tuple[int, int]]:
    # The segmenter stops at NUL, which a stored text can contain; a space has the same length.
    _, offsets = blingfire.text_to_sentences_and_offsets(paragraph.replace("\0", " "))
    before = 0
    for start, end in offsets or [(0, len(paragraph))]:
        # The segmenter drops the first character of a control sequence; the rest would look like words.
        while start > before and paragraph[start - 1] in _CONTROLS:
            start -= 1
        before = end
        breaks = [start + at for at in further_breaks(paragraph[start:end])]
        yield from pairwise((start, *breaks, end))


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """(start, text) of each paragraph, separated by blank lines, that is not only whitespace."""
    at = 0
    for start, end in [*(blank.span() for blank in _BLANK_LINE.finditer(text)), (len(text), len(text))]:
        if not text[at:start].isspace() and at < start:
            yield at, text[at:start]
        at = end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
