"""Which weights the weights folder contains, and whether they are what their digests promise.

Hashing takes seconds, so its result is kept in a `.verified` file beside the weights, with the size and
modification time of each file; weights are hashed again only after they changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import WeightsCorrupt, WeightsMissing
from qa.llm.weights import MODELS, Weights, known_model

FileStates = dict[str, list[int | str]]
"""By file name: size in bytes, modification time in nanoseconds, and sha256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListing:
    """One line of `quoth models`. `verified` files were hashed after their last change; `used` models are
    those that the settings name.
    """

    weights: Weights
    path: Path | None
    state: Literal["verified", "unverified", "missing"]
    used: bool


def list_models(
    folder: Path, custom: Iterable[Weights] = (), used: Container[str] = ()
) -> tuple[ModelListing, ...]:
    """The known models and the `custom` ones with their state in `folder`, without hashing anything.
    `used` are the names of the models in use.
    """
    return tuple(_listing(weights, folder, weights.name in used) for weights in (*MODELS.values(), *custom))


def _listing(weights: Weights, folder: Path, used: bool) -> ModelListing:
    if not _file_states(weights, folder):
        return ModelListing(weights=weights, path=None, state="missing", used=used)
    state: Literal["verified", "unverified"] = "verified" if _is_verified(weights, folder) else "unverified"
    return ModelListing(weights=weights, path=folder / weights.target, state=state, used=used)


def find_model(name: str, folder: Path) -> Path | None:
    """The path of a known model in `folder`; see `find_weights`."""
    return find_weights(known_model(name), folder)


def find_weights(weights: Weights, folder: Path) -> Path | None:
    """The path of the weights in `folder`, None if they are missing. Hashes them if they changed.

    Raises WeightsCorrupt if a file is not what its digest promises.
    """
    if not _is_verified(weights, folder):
        hint = "move it away, or run `quoth models pull --replace`, which keeps it as *.bad"
        check_digests(weights, folder / weights.folder, hint)
        if not _file_states(weights, folder):
            return None
        record_verified(weights, folder)
    return folder / weights.target


def require_model(name: str, folder: Path) -> Path:
    """The path of a chat model in `folder`. Raises WeightsMissing, WeightsCorrupt; nothing is downloaded."""
    if path := find_model(name, folder):
        return path
    raise WeightsMissing(
        f"the weights of {name} are not in {folder}; run `quoth models pull`"
        ", or set QUOTH_MODEL=none to answer without a model"
    )


def verify_model(name: str, folder: Path) -> str:
    """Hashes a known model, changed or not, and returns its sha256. Raises WeightsMissing, WeightsCorrupt."""
    _record(known_model(name), folder).unlink(missing_ok=True)
    if not find_model(name, folder):
        raise WeightsMissing(f"{name} is not in {folder}; run `quoth models pull`")
    return MODELS[name].sha256


def check_digests(weights: Weights, folder: Path, hint: str) -> None:
    """Raises WeightsCorrupt with the `hint` if a file in `folder` has another digest; missing files pass."""
    for file in weights.files:
        if file.sha256 and (folder / file.name).is_file():
            digest = sha256(folder / file.name)
            if digest != file.sha256:
                raise WeightsCorrupt(
                    f"{folder / file.name} is not that of {weights.name}: its sha256 is {digest[:12]}…, "
                    f"expected {file.sha256[:12]}…; {hint}"
                )


def sha256(file: Path) -> str:
    """The sha256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def record_verified(weights: Weights, folder: Path) -> None:
    """Records that the weights in `folder` have the right digests."""
    with suppress(OSError):  # the record only saves time, and the folder may be read-only
        _record(weights, folder).write_text(json.dumps(_file_states(weights, folder)), "utf-8")


def read_verified(weights: Weights, folder: Path) -> FileStates:
    """What `record_verified` wrote; empty if it did not."""
    try:
        states = json.loads(_record(weights, folder).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return states if isinstance(states, dict) else {}


def _is_verified(weights: Weights, folder: Path) -> bool:
    states = read_verified(weights, folder)
    return bool(states) and states == _file_states(weights, folder)


def _file_states(weights: Weights, folder: Path) -> FileStates:
    """The present states of the files, with the digests they should have; empty if one is missing."""
    paths = {file: folder / weights.folder / file.name for file in weights.files}
    if not all(path.is_file() for path in paths.values()):
        return {}
    stats = {file: path.stat() for file, path in paths.items()}
    return {file.name: [stat.st_size, stat.st_mtime_ns, file.sha256] for file, stat in stats.items()}


def _record(weights: Weights, folder: Path) -> Path:
    # A custom folder may be anywhere; its record stays in ours.
    return folder / f"{Path(weights.target).name}.verified"
