"""An article into passages that the embedder can read whole."""

from bisect import bisect_left
from collections.abc import Sequence

from index.embedding.embedder import TextTokenizer
from index.schemas import Article, Passage
from index.text.sentences import sentence_spans

# Long titles would crowd out the text they introduce.
TITLE_TOKENS = 32

Span = tuple[int, int]


def heading(article_title: str, tokens: TextTokenizer) -> str:
    """The part of a title that is embedded in front of each passage, at most 32 tokens."""
    offsets = tokens.offsets(article_title)
    return article_title[: offsets[TITLE_TOKENS - 1][1]] if len(offsets) > TITLE_TOKENS else article_title


def split(article: Article, tokens: TextTokenizer) -> list[Passage]:
    """The article's passages in order, each at most `tokens.limit` tokens with its heading.

    A passage begins and ends where a sentence does; only a sentence that is too long by itself
    is cut, between two words.
    """
    text = article.text
    limit = tokens.limit - len(tokens.offsets(heading(article.title, tokens)))
    offsets = tokens.offsets(text)
    spans: list[tuple[int, int]] = []
    used = position = 0
    for start, end in sentence_spans(text):
        last = bisect_left(offsets, (end,), position)
        cost = last - position
        if spans and used + cost <= limit:
            spans[-1] = (spans[-1][0], end)
            used += cost
        elif cost <= limit:
            spans.append((start, end))
            used = cost
        else:
            pieces, used = _cut(text, (start, end), offsets[position:last], tokens, limit)
            spans.extend(pieces)
        position = last
    version = article.digest[:8]
    return [
        Passage(
            id=f"{article.id}-{version}-{number}",
            article_id=article.id,
            start=start,
            end=end,
            text=text[start:end],
        )
        for number, (start, end) in enumerate(spans)
    ]


def _cut(
    text: str, sentence: Span, offsets: Sequence[Span], tokens: TextTokenizer, limit: int
) -> tuple[list[Span], int]:
    """The pieces of a sentence that is longer than `limit` tokens, and the tokens of the last one."""
    pieces: list[Span] = []
    start, end = sentence
    position = 0
    while start < end:
        room = limit
        while True:
            last = _seam(text, offsets, position, position + room)
            stop = offsets[last][0] if last < len(offsets) else end
            piece = text[start:stop].rstrip()
            # What follows a cut inside a word can be more tokens than it was within the word.
            used = len(tokens.offsets(piece))
            if used <= limit or room == 1:
                break
            room = max(1, min(room, last - position) - (used - limit))
        pieces.append((start, start + len(piece)))
        start, position = stop, last
    return pieces, used


def _seam(text: str, offsets: Sequence[Span], position: int, last: int) -> int:
    """The number of the token after `position` and at most `last` before which a cut hurts least:
    between words, else beside a mark, else between two letters.
    """
    if last >= len(offsets):
        return len(offsets)
    best = {0: 0, 1: 0, 2: 0}
    for number in range(position + 1, last + 1):
        at = offsets[number][0]
        # A letter that is decomposed, as in Korean, is several tokens in one place.
        if at >= offsets[number - 1][1]:
            before, after = text[at - 1], text[at]
            hurt = 0 if before.isspace() else 2 if before.isalnum() and after.isalnum() else 1
            best[hurt] = number
    if found := best[0] or best[1] or best[2]:
        return found
    return next(
        (n for n in range(last + 1, len(offsets)) if offsets[n][0] >= offsets[n - 1][1]), len(offsets)
    )
