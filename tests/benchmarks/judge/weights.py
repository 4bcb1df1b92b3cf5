"""A GGUF file of the Qwen2 family as a PyTorch model that only tells the first token of a reply."""

from __future__ import annotations

import math
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor, nn
from torch.nn import functional as f

TARGETS = ("attn_q", "attn_k", "attn_v", "attn_output")


class FrozenModel:
    """The weights by their names in the file, on the device, and the model's sizes."""

    def __init__(self, file: Path, device: str) -> None:
        reader = GGUFReader(str(file))
        self.device = device
        self.layers = self._number(reader, "qwen2.block_count")
        self.heads = self._number(reader, "qwen2.attention.head_count")
        self.kv_heads = self._number(reader, "qwen2.attention.head_count_kv")
        self.theta = float(reader.fields["qwen2.rope.freq_base"].parts[-1][0])
        self.epsilon = float(reader.fields["qwen2.attention.layer_norm_rms_epsilon"].parts[-1][0])
        half = torch.bfloat16 if device == "cuda" else torch.float32

        def load(tensor: Any) -> tuple[str, Tensor]:
            values = torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy())
            kind = torch.float32 if tensor.name.endswith("norm.weight") else half
            return tensor.name, values.to(device, kind)

        with ThreadPool() as pool:
            self.weights = dict(pool.imap_unordered(load, reader.tensors))

    def __getitem__(self, name: str) -> Tensor:
        return self.weights[name]

    @staticmethod
    def _number(reader: GGUFReader, field: str) -> int:
        return int(reader.fields[field].parts[-1][0])


class LowRank(nn.Module):
    """What is added to a linear layer: b · a · x, scaled."""

    def __init__(self, inputs: int, outputs: int, rank: int, scale: float, dropout: float) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.randn(rank, inputs) / math.sqrt(inputs))
        self.b = nn.Parameter(torch.zeros(outputs, rank))
        self.scale, self.dropout = scale, dropout

    def forward(self, x: Tensor) -> Tensor:
        down = f.linear(f.dropout(x, self.dropout, self.training), self.a.to(x.dtype))
        return f.linear(down, self.b.to(x.dtype)) * self.scale


class AdaptedModel(nn.Module):
    """The frozen model with an adapter on its attention."""

    def __init__(self, frozen: FrozenModel, rank: int, scale: float, dropout: float) -> None:
        super().__init__()
        self.frozen = frozen
        self.adapter = nn.ModuleDict()
        for layer in range(frozen.layers):
            for target in TARGETS:
                outputs, inputs = frozen[f"blk.{layer}.{target}.weight"].shape
                self.adapter[f"{layer}-{target}"] = LowRank(inputs, outputs, rank, scale, dropout)
        self.to(frozen.device)

    def forward(self, ids: Tensor, last: Tensor, words: Tensor) -> Tensor:
        """The logits of `words`, shape (batch, words), after the token at `last` of each row of `ids`."""
        w, (batch, length) = self.frozen, ids.shape
        width = w["blk.0.attn_q.weight"].shape[0] // w.heads
        steps = torch.arange(length, device=ids.device).float()
        turns = torch.outer(steps, w.theta ** -(torch.arange(0, width, 2, device=ids.device) / width))
        x = f.embedding(ids, w["token_embd.weight"])
        for layer in range(w.layers):
            h = self._norm(x, f"blk.{layer}.attn_norm.weight")
            q, k, v = (
                self._linear(layer, name, h).view(batch, length, heads, width).transpose(1, 2)
                for name, heads in (("attn_q", w.heads), ("attn_k", w.kv_heads), ("attn_v", w.kv_heads))
            )
            q, k = _rotate(q, turns), _rotate(k, turns)
            k, v = (each.repeat_interleave(w.heads // w.kv_heads, 1) for each in (k, v))
            told = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self._linear(layer, "attn_output", told.transpose(1, 2).reshape(batch, length, -1))
            h = self._norm(x, f"blk.{layer}.ffn_norm.weight")
            gated = f.silu(self._linear(layer, "ffn_gate", h)) * self._linear(layer, "ffn_up", h)
            x = x + self._linear(layer, "ffn_down", gated)
        x = self._norm(x[torch.arange(batch, device=ids.device), last], "output_norm.weight")
        head = w.weights.get("output.weight", w["token_embd.weight"])
        return f.linear(x, head[words]).float()

    def _linear(self, layer: int, name: str, x: Tensor) -> Tensor:
        y = f.linear(
            x,
            self.frozen[f"blk.{layer}.{name}.weight"],
            self.frozen.weights.get(f"blk.{layer}.{name}.bias"),
        )
        key = f"{layer}-{name}"
        return y + self.adapter[key](x) if key in self.adapter else y

    def _norm(self, x: Tensor, name: str) -> Tensor:
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.frozen.epsilon)
        return (scaled * self.frozen[name]).to(x.dtype)


def _rotate(x: Tensor, turns: Tensor) -> Tensor:
    """Rotary positions (Su et al., "RoFormer", 2021), the halves of each head's width as pairs."""
    cos, sin = (torch.cat([part, part], -1).to(x.dtype) for part in (turns.cos(), turns.sin()))
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin
