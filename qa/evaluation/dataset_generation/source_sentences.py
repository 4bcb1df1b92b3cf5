"""Selects the sentences of a collection that questions are generated from."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.schemas import Article
from index.text.normalization import WORD
from index.text.sentences import sentence_spans
from qa.evaluation.metrics.key_facts import key_facts

# Shorter sentences carry little information; longer ones are lists or badly segmented.
SENTENCE_WORDS = range(8, 46)
# Sentences of context: the antecedent of a pronoun more often precedes it.
SENTENCES_BEFORE, SENTENCES_AFTER = 2, 1
MAX_PER_ARTICLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSentence:
    """A verbatim sentence that could answer a question, and the passage around it."""

    article_id: str
    title: str
    passage: str
    text: str

    @property
    def id(self) -> str:
        """A hash of the article id and the sentence."""
        basis = f"{self.article_id}\0{self.text}".encode("utf-8", "surrogatepass")
        return f"draft-{hashlib.sha256(basis).hexdigest()[:12]}"


def select_sentences(
    ids: Sequence[str], article: Callable[[str], Article], seed: int
) -> Iterator[SourceSentence]:
    """Yields one sentence of each article in random order, then a second one of each, up to MAX_PER_ARTICLE.
    The same seed gives the same order. Articles are read lazily.
    """
    order = sorted(ids)
    random.Random(seed).shuffle(order)
    for round_ in range(MAX_PER_ARTICLE):
        for article_id in order:
            candidates = _candidates(article(article_id), seed)
            if round_ < len(candidates):
                yield candidates[round_]


def _candidates(article: Article, seed: int) -> list[SourceSentence]:
    spans = sentence_spans(article.text)
    candidates = []
    for index, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not _is_candidate(text):
            continue
        around = spans[max(0, index - SENTENCES_BEFORE) : index + 1 + SENTENCES_AFTER]
        passage = article.text[around[0][0] : around[-1][1]]
        candidates.append(
            SourceSentence(article_id=article.id, title=article.title, passage=passage, text=text)
        )
    random.Random(f"{seed} {article.id}").shuffle(candidates)
    return candidates


def _is_candidate(text: str) -> bool:
    """Whether the sentence is complete and contains a name or a number."""
    complete = text.rstrip("\"”’')").endswith((".", "!", "?")) and "\n" not in text
    return complete and len(WORD.findall(text)) in SENTENCE_WORDS and bool(key_facts(text))
