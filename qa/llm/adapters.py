"""Adapters: what training adds to the weights of a known model for one task (LoRA; Hu et al., "LoRA: Low-rank
adaptation of large language models", 2021).
"""

from __future__ import annotations

from pathlib import Path

from qa.llm.prompts import FOLDER
from qa.llm.weights import QWEN_LARGE

# Trained by `make fit-judge` for the prompt `verify_tuned`.
_JUDGING = {QWEN_LARGE.name: FOLDER / "verify-qwen2.5-coder-1.5b.gguf"}


def judging_adapter(model: str) -> Path | None:
    """The adapter with which a model, by its name in the settings, judges proofs; None if it has none."""
    return _JUDGING.get(model)
