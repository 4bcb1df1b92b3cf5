"""A sentence of a draft, and what a question gives it for free."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from index.text.languages import ENGLISH
from index.text.normalization import content_words, stem, stems
from index.text.terms.words import words as written_words
from qa.verification.entities import extract_entities, fragment_entities, missing_entities, negated_words

# What ends a sentence, in any script.
STOPS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔")
# What has fewer words is rarely a sentence, ...
MIN_SENTENCE_WORDS = 4
# ... nor is what begins in lower case, with a participle ("Selected by the jury"), or with a subordinate
# clause that no main one follows.
_PARTICIPLE = r"(?:\w+ed|\w+ing|born|built|chosen|given|held|made|taken|written)"
_AFTER_PARTICIPLE = r"(?:after|as|at|by|during|for|from|in|of|off|on|out|since|to|with)"
_SUBORDINATE = r"(?:because|by \w+ing|due to|in order to|so that|thanks to|to|aufgrund|weil|wegen)"
_NO_MAIN_CLAUSE = re.compile(rf"[a-zß-ÿ]|(?i:{_PARTICIPLE} {_AFTER_PARTICIPLE}\b|{_SUBORDINATE}\b)[^,]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTerms:
    """What a sentence may repeat of the question without support."""

    entities: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, question: str, language: str = ENGLISH) -> Self:
        words = frozenset(stems(question, language))
        # Names in a question can be in lower case.
        entities = {*stems(question), *extract_entities(question, language)}
        return cls(entities=frozenset(entities), stems=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSentence:
    """A sentence of a draft without its citation marks. `marks` are the numbers of the excerpts that the
    model cited; `entities` must be in the quotes, and `words` are the stems of its content words by the rules
    of its `language`, which is that of the excerpts too.
    """

    text: str
    marks: frozenset[int]
    entities: frozenset[str]
    words: frozenset[str]
    language: str = ENGLISH

    @classmethod
    def of(cls, text: str, marks: frozenset[int] = frozenset(), language: str = ENGLISH) -> Self:
        found = (extract_entities if text.endswith(STOPS) else fragment_entities)(text, language)
        words = frozenset(stem(word, language) for word in content_words(text, language))
        return cls(text=text, marks=marks, entities=frozenset(found), words=words, language=language)

    @property
    def is_list_of_names(self) -> bool:
        """Whether the sentence consists of entities only."""
        return self.words <= self.entities

    @property
    def is_fragment(self) -> bool:
        """Whether the text cannot stand by itself. Not every fragment is recognised."""
        few = len(written_words(self.text)) < MIN_SENTENCE_WORDS
        return few or self.is_list_of_names or bool(_NO_MAIN_CLAUSE.match(self.text))

    def contradicts_negation(self, quote: str) -> bool:
        """Whether one of the sentence and the quote negates what the other one states."""
        own, quoted = negated_words(self.text), negated_words(quote)
        return bool((quoted - own) & set(stems(self.text)) or (own - quoted) & set(stems(quote)))

    def missing_in(self, text: str) -> frozenset[str]:
        """The sentence's entities that a text in its language does not have."""
        return frozenset(missing_entities(self.entities, text, self.language))
