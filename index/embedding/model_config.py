"""The configuration of an embedding model, read from its folder: window, prompts, languages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from index.errors import WeightsCorrupt, WeightsMissing

# Longer passages, which some models could read, are hard to find by what one sentence says.
MAX_WINDOW = 512
# A title takes up to half of it.
MIN_WINDOW = 64
_NEEDED = {
    "modules.json": "it is not a sentence-transformers model",
    "config.json": "it is not a transformer",
    "tokenizer.json": "without it tokens cannot be counted",
}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
# Models of this family were trained with prefixes that only their model card mentions.
_E5 = re.compile(r"\be5-(small|base|large)\b(?!-instruct)")
_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}
# All their vectors lie in one direction: "the cosine similarity scores distribute around 0.7 to 1.0", says
# the model card.
_E5_UNRELATED = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """A sentence-transformers model in a folder.

    It reads `window` tokens at once, including special tokens and the prompt, and truncates the rest.
    `query_prompt` and `passage_prompt` are put in front of texts. `languages` are ISO 639 codes; empty if
    the model card names none, or claims all. `unrelated` is the cosine, below 1, of texts about unrelated
    things.
    """

    window: int
    query_prompt: str
    passage_prompt: str
    languages: frozenset[str]
    unrelated: float

    @classmethod
    def read(cls, path: Path) -> Self:
        """The configuration in the folder. Raises WeightsMissing if a required file is missing, and
        WeightsCorrupt if one is invalid.
        """
        for name, reason in _NEEDED.items():
            if not (path / name).is_file():
                raise WeightsMissing(f"{path} has no {name}, {reason}; name a folder that has one")
        if not any(path.glob("*.safetensors")):
            raise WeightsMissing(
                f"{path} has no *.safetensors, and other formats are not loaded; "
                "save the model anew with sentence-transformers, or name another"
            )
        prompts = _read_json(path, "config_sentence_transformers.json").get("prompts") or {}
        prompts = prompts or family_prompts(path.name)
        return cls(
            window=_window(path),
            query_prompt=_first(prompts, "query"),
            passage_prompt=_first(prompts, "passage", "document", "corpus"),
            languages=_languages(path),
            unrelated=family_unrelated(path.name),
        )


def family_prompts(name: str) -> Mapping[str, str]:
    """The prompts of the family that a model's name tells; none for most."""
    return _E5_PROMPTS if _E5.search(name) else {}


def family_unrelated(name: str) -> float:
    """The cosine of texts about unrelated things, by the family that a model's name tells."""
    return _E5_UNRELATED if _E5.search(name) else 0.0


def _window(path: Path) -> int:
    written = (
        _read_json(path, "sentence_bert_config.json").get("max_seq_length"),
        _read_json(path, "tokenizer_config.json").get("model_max_length"),
        _read_json(path, "config.json").get("max_position_embeddings"),
    )
    window = min([int(number) for number in written if isinstance(number, int | float)] + [MAX_WINDOW])
    if window < MIN_WINDOW:
        raise WeightsCorrupt(
            f"the model in {path} reads {window} tokens at once, fewer than {MIN_WINDOW}; name another"
        )
    return window


def _first(prompts: Mapping[str, object], *names: str) -> str:
    return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _languages(path: Path) -> frozenset[str]:
    """The `language` in the model card's front matter, without regions."""
    try:
        front = _FRONT_MATTER.match((path / "README.md").read_text("utf-8", errors="replace"))
        card = yaml.load(front[1], Loader=yaml.BaseLoader) if front else None
    except (OSError, yaml.YAMLError):
        return frozenset()  # model cards are optional and written by hand
    given = card.get("language") if isinstance(card, dict) else None
    names = given if isinstance(given, list) else [given] if given else []
    codes = {re.split("[-_]", str(name).strip().lower())[0] for name in names}
    return frozenset() if "multilingual" in codes else frozenset(codes)


def _read_json(path: Path, name: str) -> dict[str, Any]:
    """The JSON object in a file of the folder; empty if there is no such file."""
    file = path / name
    try:
        found = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    except ValueError as error:
        raise WeightsCorrupt(f"{file} is not JSON ({error}); fetch the model again") from None
    if not isinstance(found, dict):
        raise WeightsCorrupt(f"{file} is not a JSON object; fetch the model again")
    return found
