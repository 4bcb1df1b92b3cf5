"""Tiny models with random weights, in the formats of real ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.paths import SEEDS

WINDOW = 64
DIMENSION = 16
# With the usual, smaller initial weights, all texts would have almost the same vector.
INITIALIZER_RANGE = 0.3


def save_embedder(
    folder: Path,
    *,
    prompts: Mapping[str, str] | None = None,
    pooling: str = "cls",
    card: str = "",
    seed: int = 0,
) -> Path:
    """Saves an embedder with random weights in the format of a multilingual one (XLM-RoBERTa, Unigram
    tokenizer, final dense layer); returns its folder.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from transformers import XLMRobertaConfig, XLMRobertaModel

    torch.manual_seed(seed)
    plain = folder.with_name(f"{folder.name}-plain")
    vocabulary = _save_tokenizer(plain)
    config = XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=WINDOW + 2,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        initializer_range=INITIALIZER_RANGE,
    )
    XLMRobertaModel(config).save_pretrained(plain)
    modules = [
        Transformer(str(plain)),
        Pooling(32, pooling_mode=pooling),
        Dense(32, DIMENSION),
        Normalize(),
    ]
    SentenceTransformer(modules=modules, prompts=dict(prompts or {})).save(str(folder))
    (folder / "README.md").write_text(card, "utf-8")
    return folder


def save_reranker(folder: Path, *, labels: int | Sequence[str] = 1) -> Path:
    """Saves a BERT cross-encoder with random weights; returns its folder. Labels are a number, or names."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    vocabulary = _save_tokenizer(folder)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        pad_token_id=1,
        initializer_range=INITIALIZER_RANGE,
    )
    if isinstance(labels, int):
        config.num_labels = labels
    else:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: at for at, label in enumerate(labels)}
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def _save_tokenizer(folder: Path) -> int:
    """Trains a tokenizer on the seed articles and saves it; returns its vocabulary size."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=1_000, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    texts = [file.read_text("utf-8") for file in sorted(SEEDS.rglob("*.*")) if file.suffix in (".txt", ".md")]
    tokenizer.train_from_iterator([line for text in texts for line in text.splitlines()], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=WINDOW,
    ).save_pretrained(folder)
    return tokenizer.get_vocab_size()


def edit_json(file: Path, **fields: object) -> None:
    """Sets fields of the JSON object in a file; creates the file if it is missing."""
    existing = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps(existing | fields))
