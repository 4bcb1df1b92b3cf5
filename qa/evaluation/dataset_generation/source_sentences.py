"""Which sentences of a collection are asked about, and in which order."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.schemas import Article
from index.text.normalization import WORD
from index.text.sentences import sentence_spans
from qa.evaluation.metrics.key_facts import key_facts

# Shorter ones say little, longer ones are lists or were cut wrongly.
WORDS = range(8, 46)
# Sentences shown around the one that is asked about: what "it" is stands before it more often than after.
BEFORE, AFTER = 2, 1
# No article is asked about more often.
MOST_AN_ARTICLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSentence:
    """A sentence that could answer a question, word for word, with those around it."""

    article_id: str
    title: str
    passage: str
    text: str

    @property
    def id(self) -> str:
        """The same for the same sentence of the same article."""
        basis = f"{self.article_id}\0{self.text}".encode("utf-8", "surrogatepass")
        return f"draft-{hashlib.sha256(basis).hexdigest()[:12]}"


def sentences(ids: Sequence[str], article: Callable[[str], Article], seed: int) -> Iterator[SourceSentence]:
    """One of each article, in random order, then a second one of each, and so on; the same for the same
    seed. Articles are read as they are needed.
    """
    order = sorted(ids)
    random.Random(seed).shuffle(order)
    for nth in range(MOST_AN_ARTICLE):
        for article_id in order:
            found = _of(article(article_id), seed)
            if nth < len(found):
                yield found[nth]


def _of(article: Article, seed: int) -> list[SourceSentence]:
    spans = sentence_spans(article.text)
    found = []
    for at, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not _tells(text):
            continue
        around = spans[max(0, at - BEFORE) : at + 1 + AFTER]
        passage = article.text[around[0][0] : around[-1][1]]
        found.append(SourceSentence(article_id=article.id, title=article.title, passage=passage, text=text))
    random.Random(f"{seed} {article.id}").shuffle(found)
    return found


def _tells(text: str) -> bool:
    """Whether the sentence is whole and has a name or a number in it."""
    whole = text.rstrip("\"”’')").endswith((".", "!", "?")) and "\n" not in text
    return whole and len(WORD.findall(text)) in WORDS and bool(key_facts(text))
