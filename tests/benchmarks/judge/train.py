"""Trains the adapter with which the default model judges proofs: `make fit-judge DATA=DIR`.

LoRA (Hu et al., 2021) of rank 8 on the attention's four matrices, two passes over the examples in batches of
16, AdamW at 2e-4 with a cosine, dropout 0.1, labels smoothed by 0.08. It takes two minutes with a GPU, and a
day with two cores. First the examples are judged by two adapters, each trained without the half of the
questions that it judges: their log-odds are what `fit-verifier` calibrates by. Then the adapter is trained
with all of them. The adapter in `prompts/` was trained so with 96 more: 50 drafts about the sample articles,
34 changed numbers and 12 passages whose places were not kept.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import gguf
import httpx
import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from qa.llm.adapters import judging_adapter
from qa.llm.chat_models.local import LocalChatModel
from qa.llm.installed_weights import require_model
from qa.llm.weights import QWEN_LARGE
from qa.settings import read_settings
from qa.verification.verifiers.tuned import WORDS, judged_values, tuned_judging_task
from tests.benchmarks.fitting.fit_confidence import auc
from tests.benchmarks.judge.examples import Example, read_examples
from tests.benchmarks.judge.weights import AdaptedModel, FrozenModel

RANK, SCALE, DROPOUT, SMOOTHING = 8, 2.0, 0.1, 0.08
PASSES, BATCH, RATE, WARM_UP = 2, 16, 2e-4, 20
YES, FALSE, NO = range(len(WORDS))


class Tokens:
    """The examples as the model reads them."""

    def __init__(self, model: LocalChatModel, examples: Sequence[Example]) -> None:
        model.count_tokens("")  # loads it
        transport = httpx.HTTPTransport(uds=str(model.socket))
        self._server = httpx.Client(transport=transport, base_url="http://model", timeout=60)
        self.words = [self._read(word)[0] for word in WORDS]
        self.ids = [self._read(self._conversation(one)) for one in examples]

    def _conversation(self, example: Example) -> str:
        messages = tuned_judging_task().prompt.messages(judged_values(example.hypothesis))
        given = [{"role": role, "content": text} for role, text in messages]
        return str(self._server.post("/apply-template", json={"messages": given}).json()["prompt"])

    def _read(self, text: str) -> list[int]:
        return list(
            self._server.post("/tokenize", json={"content": text, "parse_special": True}).json()["tokens"]
        )


def loss(logits: Tensor, labels: Sequence[str]) -> Tensor:
    """The mean cross-entropy with smoothed labels; "not" is either of two words."""
    log = torch.log_softmax(logits, -1)
    unproven = torch.logsumexp(log[:, [NO, FALSE]], 1)
    of = {"yes": log[:, YES], "no": log[:, NO], "false": log[:, FALSE], "not": unproven}
    hard = torch.stack([of[label][row] for row, label in enumerate(labels)])
    return -((1 - SMOOTHING) * hard + SMOOTHING / 2 * (log[:, YES] + unproven)).mean()


def train(
    frozen: FrozenModel, tokens: Tokens, examples: Sequence[Example], chosen: list[int]
) -> AdaptedModel:
    """An adapter trained on the chosen examples."""
    torch.manual_seed(0)
    order = random.Random(0)
    model = AdaptedModel(frozen, RANK, SCALE, DROPOUT).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
    steps = PASSES * math.ceil(len(chosen) / BATCH)
    step = 0
    for _ in range(PASSES):
        for batch in _batches(order, tokens, chosen):
            cosine = 0.525 + 0.475 * math.cos(math.pi * min(1, step / steps))
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * cosine
            loss(_logits(model, tokens, batch), [examples[each].label for each in batch]).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
    return model.eval()


def _batches(order: random.Random, tokens: Tokens, chosen: list[int]) -> list[list[int]]:
    """Batches of examples that are about equally long, in random order."""
    shuffled = order.sample(chosen, len(chosen))
    chunks = [shuffled[start : start + BATCH * 16] for start in range(0, len(shuffled), BATCH * 16)]
    batches = []
    for chunk in chunks:
        by_length = sorted(chunk, key=lambda each: len(tokens.ids[each]))
        batches += [by_length[start : start + BATCH] for start in range(0, len(by_length), BATCH)]
    order.shuffle(batches)
    return batches


def _logits(model: AdaptedModel, tokens: Tokens, batch: Sequence[int]) -> Tensor:
    device = model.frozen.device
    rows = [torch.tensor(tokens.ids[each]) for each in batch]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True).to(device)
    last = torch.tensor([len(row) - 1 for row in rows], device=device)
    logits: Tensor = model(ids, last, torch.tensor(tokens.words, device=device))
    return logits


@torch.no_grad()
def log_odds(model: AdaptedModel, tokens: Tokens, chosen: list[int]) -> list[float]:
    """How much more probable yes is than the other words together, as log-odds."""
    found = []
    for each in chosen:
        log = torch.log_softmax(_logits(model, tokens, [each]), -1)[0]
        found.append(float(log[YES] - torch.logsumexp(log[[NO, FALSE]], 0)))
    return found


def write_adapter(model: AdaptedModel, file: Path) -> None:
    """Writes the adapter as llama.cpp reads it, with 16 bits a value."""
    writer = gguf.GGUFWriter(str(file), "qwen2")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, SCALE * RANK)
    for name, part in model.adapter.items():
        layer, target = name.split("-")
        for side in "ab":
            values = getattr(part, side).detach().cpu().numpy().astype(np.float16)
            writer.add_tensor(f"blk.{layer}.{target}.weight.lora_{side}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with a folder for each set of questions")
    parser.add_argument("--out", type=Path, default=judging_adapter(QWEN_LARGE.name))
    options = parser.parse_args()
    console, settings = Console(), read_settings()
    weights = require_model(QWEN_LARGE.name, settings.home / "models")
    examples = read_examples(options.data)
    reader = LocalChatModel(QWEN_LARGE.name, lambda: weights, settings.threads, settings.home / "states")
    tokens = Tokens(reader, examples)
    reader.close()
    frozen = FrozenModel(weights, "cuda" if torch.cuda.is_available() else "cpu")
    every = list(range(len(examples)))
    folds = [zlib.crc32(one.group.encode()) % 2 for one in examples]
    scores = dict[int, float]()
    for fold in (0, 1):
        model = train(frozen, tokens, examples, [each for each in every if folds[each] != fold])
        judged = [each for each in every if folds[each] == fold]
        scores |= dict(zip(judged, log_odds(model, tokens, judged), strict=True))
    truth = np.array([float(examples[each].label == "yes") for each in every])
    console.print(f"AUC of {len(every)} examples, each judged without its question:")
    console.print(f"{auc(np.array([scores[each] for each in every]), truth):.3f}")
    write_adapter(train(frozen, tokens, examples, every), options.out)
    odds = options.out.with_suffix(".log_odds.json")
    odds.write_text(json.dumps([[one.group, scores[each]] for each, one in enumerate(examples)]))
    console.print(f"wrote {options.out} and {odds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
