"""How much a model reads and writes at once, by the size of its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.llm.chat_models.base import MAX_ANSWER_TOKENS, ChatModel
from qa.llm.chat_models.remote import RemoteChatModel

# What the local model reads: more costs seconds and gives it names to mistake for the answer.
LOCAL_EVIDENCE = 240
# The context of a remote model whose server tells none.
UNKNOWN_CONTEXT = 8_192
# From this context on a model is given more, and writes over what was composed.
LARGE_CONTEXT = 16_000
# The shares of a large context for evidence and for the answer, in tokens, and the most of each.
EVIDENCE_SHARE, MOST_EVIDENCE = 1 / 8, 8_000
ANSWER_SHARE, MOST_ANSWER = 1 / 64, 1_024
# Passages are about so long; with little evidence, its best sentences are chosen from this many.
PASSAGE_TOKENS, FEWEST_PASSAGES, MOST_PASSAGES = 80, 6, 50
FEWEST_SENTENCES, MOST_SENTENCES = 3, 10

EvidenceTokens = int | Literal["auto"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextBudget:
    """Tokens of `evidence` in a prompt and of an `answer`, the number of `passages` that are searched for it,
    and of `sentences` of an answer that are verified. `is_large` is whether the model's context is.
    """

    evidence: int
    answer: int = MAX_ANSWER_TOKENS
    is_large: bool = False

    @property
    def passages(self) -> int:
        return max(FEWEST_PASSAGES, min(MOST_PASSAGES, self.evidence // PASSAGE_TOKENS))

    @property
    def sentences(self) -> int:
        return MOST_SENTENCES if self.is_large else FEWEST_SENTENCES


def context_budget(model: ChatModel | None, evidence_tokens: EvidenceTokens) -> ContextBudget:
    """The budget of the model; a remote model's server is asked for its context once. A number of
    `evidence_tokens` stands for itself.
    """
    if not isinstance(model, RemoteChatModel):
        return ContextBudget(evidence=LOCAL_EVIDENCE if evidence_tokens == "auto" else evidence_tokens)
    if evidence_tokens != "auto":
        return ContextBudget(evidence=evidence_tokens)
    context = model.context_tokens or UNKNOWN_CONTEXT
    if context < LARGE_CONTEXT:
        return ContextBudget(evidence=max(LOCAL_EVIDENCE, min(MOST_EVIDENCE, round(context / 16))))
    return ContextBudget(
        evidence=min(MOST_EVIDENCE, round(context * EVIDENCE_SHARE)),
        answer=min(MOST_ANSWER, round(context * ANSWER_SHARE)),
        is_large=True,
    )
