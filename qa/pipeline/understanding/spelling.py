"""Misspelt words of a question, replaced by the word of the collection that is spelt almost alike."""

from __future__ import annotations

from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.collection import Collection
from index.text.normalization import WORD, is_stop_word, plain, stem
from qa.pipeline.understanding.kinds import training_questions
from qa.schemas import Correction

# Shorter words have too many neighbours.
MIN_LETTERS = 5
# How alike two words must be, 0 to 1: a word of nine letters may differ in two.
MIN_SIMILARITY = 0.75
# Its stem is shorter, so that one letter counts more; the words of the nearest few stems are compared.
MIN_STEM_SIMILARITY, NEAR_STEMS = 0.6, 5


def correct(question: str, collection: Collection) -> tuple[str, tuple[Correction, ...]]:
    """The question with its misspelt words corrected, and the corrections.

    A word is misspelt if no article has it, the embedder's vocabulary has it neither, and an article has one
    that is almost alike.
    """
    corrections = tuple(
        Correction(typed=word, read_as=better)
        for word in dict.fromkeys(WORD.findall(question))
        if _is_unknown(word, collection) and (better := _similar_word(word, collection))
    )
    read_as = {one.typed: one.read_as for one in corrections}
    return WORD.sub(lambda word: read_as.get(word[0], word[0]), question), corrections


def _is_unknown(word: str, collection: Collection) -> bool:
    if len(word) < MIN_LETTERS or is_stop_word(word) or not word.isalpha() or stem(word) in _form_words():
        return False
    # The vocabulary of an embedder's tokenizer has the common words of its languages in one piece.
    return len(collection.tokens.offsets(word)) > 1 and not collection.keywords.has_word(word)


@cache
def _form_words() -> frozenset[str]:
    return frozenset(stem(word) for text, *_ in training_questions() for word in WORD.findall(text))


def _similar_word(word: str, collection: Collection) -> str | None:
    """The collection's word that is most like it, as it is written there; None if none is alike enough."""
    own = stem(word)
    near = process.extract(
        own,
        [each for each in collection.keywords.stems() if each[:1] == own[:1]],
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=MIN_STEM_SIMILARITY,
        limit=NEAR_STEMS,
    )
    forms = sorted({form for term, *_ in near for form in collection.keywords.forms(term)})
    found = process.extractOne(
        plain(word),
        forms,
        processor=plain,
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=MIN_SIMILARITY,
    )
    return found[0] if found else None
