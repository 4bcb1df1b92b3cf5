"""What a model wrote, taken apart: a short answer, and the sentences that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.text.languages import ENGLISH
from index.text.normalization import stems
from index.text.sentences import sentence_spans
from qa.llm.prompts import NOT_FOUND
from qa.verification.cited_text import MARK, without_marks
from qa.verification.draft_sentence import STOPS, DraftSentence

# A draft can begin with a bare answer on a line of its own; none of its parts is longer than this.
MAX_SHORT_ANSWER_CHARACTERS = 60
# "It opens at 9 a.m. [1]." without its mark.
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.$")
_MARK_AFTER_STOP = re.compile(r"(?<![.!?])([.!?]++[\"'”’]?+)((?:\s*+\[[\d,\s]+\])+)")


def is_refusal(draft: str) -> bool:
    """Whether the draft, or its beginning while it is being written, is a refusal."""
    return NOT_FOUND.startswith(draft.strip().upper()[: len(NOT_FOUND)])


def split_short_answer(draft: str, language: str = ENGLISH) -> tuple[str, str]:
    """The short answer on the first line, without marks, and the sentences below; the short answer is empty
    if the draft begins with a sentence.
    """
    first, _, rest = draft.strip().partition("\n")
    bare = without_marks(first).strip()
    marked = bare != first.strip()
    ended = marked or bare.endswith(STOPS)
    # "Sunday at 2 a.m." above a sentence that says the same is none itself.
    is_sentence = ended and bool(stems(bare)) and not DraftSentence.of(bare, language=language).is_fragment
    if is_sentence and not marked and rest.strip():
        is_sentence = not set(stems(bare)) <= set(stems(rest))
    if is_sentence or max(map(len, bare.split("; "))) > MAX_SHORT_ANSWER_CHARACTERS:
        return "", draft.strip()
    return bare.removesuffix(".") if ended else bare, rest.strip()


def draft_sentences(
    draft: str, marks: frozenset[int] = frozenset(), language: str = ENGLISH
) -> Iterator[DraftSentence]:
    """The draft's sentences, except refusals. `marks` are added to each one's own."""
    draft = _MARK_AFTER_STOP.sub(lambda found: found.group(2) + found.group(1), draft.strip())
    for line in draft.splitlines():
        for start, end in sentence_spans(line):
            marked = line[start:end]
            own = {int(number) for found in MARK.findall(marked) for number in found.split(",")}
            text = _DOUBLE_STOP.sub(".", without_marks(marked).strip())
            if stems(text) and NOT_FOUND not in text.upper():
                yield DraftSentence.of(text, marks | own, language)
