"""Chunking: articles are divided into passages that fit the embedder's window."""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence

from index.embedding.embedder import TextTokenizer
from index.schemas import Article, Passage
from index.text.sentences import sentence_spans

# Hosted vector stores take ids of 128 bytes; beside that of the article there are a version and a number.
MAX_ID_BYTES = 100
# Longer titles would take up the window of the passage.
TITLE_TOKENS = 32

Span = tuple[int, int]


def title_prefix(article_title: str, tokens: TextTokenizer) -> str:
    """The part of a title that is embedded in front of each passage, at most TITLE_TOKENS tokens."""
    offsets = tokens.offsets(article_title)
    return article_title[: offsets[TITLE_TOKENS - 1][1]] if len(offsets) > TITLE_TOKENS else article_title


def embedded_text(article: Article, passage: Passage, tokens: TextTokenizer) -> str:
    """What is embedded of a passage of the article: its title too, which says what the passage is about."""
    return f"{title_prefix(article.title, tokens)}\n{passage.text}"


def chunk_article(article: Article, tokens: TextTokenizer) -> list[Passage]:
    """The article's passages in order, each at most `tokens.limit` tokens including its title prefix.

    A passage begins and ends at a sentence boundary. Only a sentence that exceeds the limit by itself is
    divided, between two words.
    """
    text = article.text
    limit = tokens.limit - len(tokens.offsets(title_prefix(article.title, tokens)))
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
            parts, used = _divide(text, (start, end), offsets[position:last], tokens, limit)
            spans.extend(parts)
        position = last
    return passages_at(article, spans)


def passages_at(article: Article, spans: Sequence[Span]) -> list[Passage]:
    """The passages of an article that lie there in its text, in order."""
    text = article.text
    version, own_id = article.digest[:8], article.id.encode("utf-8", "surrogatepass")
    name = article.id if len(own_id) <= MAX_ID_BYTES else hashlib.sha256(own_id).hexdigest()
    return [
        Passage(
            id=f"{name}-{version}-{number}",
            article_id=article.id,
            start=start,
            end=end,
            text=text[start:end],
        )
        for number, (start, end) in enumerate(spans)
    ]


def _divide(
    text: str, sentence: Span, offsets: Sequence[Span], tokens: TextTokenizer, limit: int
) -> tuple[list[Span], int]:
    """The parts of a sentence longer than `limit` tokens, and the number of tokens of the last one."""
    parts: list[Span] = []
    start, end = sentence
    position = 0
    while start < end:
        room = limit
        while True:
            last = _best_cut(text, offsets, position, position + room)
            stop = offsets[last][0] if last < len(offsets) else end
            part = text[start:stop].rstrip()
            # After a cut inside a word, its rest can have more tokens than within the word.
            used = len(tokens.offsets(part))
            if used <= limit or room == 1:
                break
            room = max(1, min(room, last - position) - (used - limit))
        parts.append((start, start + len(part)))
        start, position = stop, last
    return parts, used


def _best_cut(text: str, offsets: Sequence[Span], position: int, last: int) -> int:
    """The index of the token, after `position` and at most `last`, before which to cut: preferably between
    words, else next to punctuation, else between two letters.
    """
    if last >= len(offsets):
        return len(offsets)
    best = {0: 0, 1: 0, 2: 0}
    for number in range(position + 1, last + 1):
        at = offsets[number][0]
        # A decomposed letter, as in Korean, can be several tokens at one offset.
        if at >= offsets[number - 1][1]:
            before, after = text[at - 1], text[at]
            cost = 0 if before.isspace() else 2 if before.isalnum() and after.isalnum() else 1
            best[cost] = number
    if found := best[0] or best[1] or best[2]:
        return found
    return next(
        (n for n in range(last + 1, len(offsets)) if offsets[n][0] >= offsets[n - 1][1]), len(offsets)
    )
