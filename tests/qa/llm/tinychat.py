"""A tiny chat model with random weights as a GGUF file, and a server of llama.cpp that runs one over TCP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.paths import SEEDS

VOCABULARY, CONTEXT, WIDTH, LAYERS, HEADS = 1_200, 4_096, 32, 2, 2
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
LIKELY = ("yes", "no", "NOT")
# With the usual, smaller weights all tokens would be about as likely.
SCALE = 0.3
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_chat_model(file: Path) -> Path:
    """Saves a model of the Llama architecture with the tokenizer of GPT-2; returns the file."""
    from gguf import GGUFWriter, TokenType

    vocabulary, merges = _tokenizer()
    random = np.random.default_rng(0)
    writer = GGUFWriter(str(file), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(2 * WIDTH)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary)
    writer.add_token_types(
        [TokenType.CONTROL if token in SPECIAL else TokenType.NORMAL for token in vocabulary]
    )
    writer.add_token_merges(merges)
    writer.add_eos_token_id(vocabulary.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)

    def add(name: str, *shape: int, first: float | list[float] | None = None) -> None:
        weights = random.normal(0, SCALE, shape) if len(shape) > 1 else np.ones(shape)
        if first is not None:
            weights[:, 0] = first
        writer.add_tensor(f"{name}.weight", weights.astype(np.float32))

    # The first dimension is large for all texts, and makes the words that count likelier than others.
    add("token_embd", len(vocabulary), WIDTH, first=20 * SCALE)
    add("output_norm", WIDTH)
    add("output", len(vocabulary), WIDTH, first=[1.0 if word in LIKELY else 0.0 for word in vocabulary])
    for layer in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            add(f"blk.{layer}.{norm}", WIDTH)
        for matrix in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{matrix}", WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_gate", 2 * WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_up", 2 * WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_down", WIDTH, 2 * WIDTH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _tokenizer() -> tuple[list[str], list[str]]:
    """The tokens in the order of their ids, and the merges of a tokenizer trained on the seed articles."""
    import json

    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [file.read_text("utf-8") for file in sorted(SEEDS.rglob("*.txt"))]
    # The words whose probabilities count are single tokens, as in real models.
    tokenizer.train_from_iterator([*texts, *(["yes", "no", "NOT FOUND"] * 500)], trainer)
    saved = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(saved["vocab"], key=saved["vocab"].get)
    return vocabulary, [" ".join(merge) for merge in saved["merges"]]


@contextmanager
def chat_server(file: Path, *, slots: int = 1, port: int = 0) -> Iterator[str]:
    """A server of llama.cpp that runs the model on a port of this machine, by default any free one; yields
    the address of its OpenAI interface.
    """
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.n_ctx = CONTEXT * slots
    params.n_parallel = slots
    params.n_batch = 64
    params.cache_ram_mib = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.ui = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
