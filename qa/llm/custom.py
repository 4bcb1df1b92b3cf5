"""Models that somebody chose besides the known ones: a folder of their own, or a repository of the
Hugging Face hub.

A repository lies in the weights folder as `owner--name` once `quoth models pull` has brought it.
Nothing else asks the hub, and only files that cannot hold code are brought.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from index.errors import WeightsMissing
from qa.llm.download import bring, fetch
from qa.llm.download_progress import Progress
from qa.llm.hub import asked
from qa.llm.weights import MODELS, HubSource, Weights, WeightsFile, stamp, stamped

_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# What is loaded: of the model itself, and of the modules that come after it.
_LOADED = re.compile(
    r"(\d+_\w+/)?(model(-\d+-of-\d+)?\.safetensors|[\w.-]+\.(json|model)|vocab\.txt)|README\.md"
)
# Put in place after all others: where it is, a model is whole.
_LAST = "config.json"


def chosen(name: str, purpose: str, folder: Path) -> Weights:
    """The model in a folder of that name, or in that of a repository that was pulled into `folder`. It
    need not be there yet. Its digests are those that were noted, or none.
    """
    place = _place(name, folder)
    weights = _weights(name, purpose, folder, _sizes(place))
    noted = stamped(weights, folder)
    files = tuple(
        replace(file, sha256=_noted(place / file.name, noted.get(file.name))) for file in weights.files
    )
    return replace(weights, files=files or (WeightsFile(name=_LAST),))


def present(weights: Weights, folder: Path) -> Path:
    """Where the chosen model lies; WeightsMissing, with the next step, where it does not."""
    place = folder / weights.folder
    if not (place / _LAST).is_file():
        other = "name a folder that has one, or `owner/name` of the Hugging Face hub"
        step = f"run `quoth models pull {weights.name}`" if weights.hub else other
        raise WeightsMissing(f"there is no model in {place}; {step}")
    return place


def hashed(weights: Weights, folder: Path) -> Weights:
    """The chosen model with the digests of its files. Raises WeightsMissing."""
    place = present(weights, folder)
    files = tuple(replace(file, sha256=file.sha256 or _sha256(place / file.name)) for file in weights.files)
    stamp(replace(weights, files=files), folder)
    return replace(weights, files=files)


def identity(weights: Weights) -> str:
    """A short name for what a chosen model does: with other weights or settings it has another."""
    told = sorted(f"{file.name} {file.sha256}\n" for file in weights.files if file.name != "README.md")
    label = weights.name if weights.hub else Path(weights.folder).name
    return f"{label}@{hashlib.sha256(''.join(told).encode()).hexdigest()[:12]}"


def pull(
    name: str,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Brings the model of that name, a known one too, into `folder`, unless it lies there; see
    `qa.llm.download.bring`. A folder of one's own stays where it is.
    """
    known = {one.hub.repo: one.name for one in MODELS.values() if one.hub and one.folder}
    if name in known or "/" not in name:
        return fetch(known.get(name, name), folder, local=local, progress=progress, replace=replace)
    place = _place(name, folder)
    if not _is_repo(name) or ((place / _LAST).is_file() and not local and not replace):
        return place
    weights = _weights(name, "", folder, _sizes(local)) if local else _described(name, folder)
    return bring(weights, folder, local=local, progress=progress, replace=replace)


def _is_repo(name: str) -> bool:
    return bool(_REPO.fullmatch(name)) and not Path(name).is_dir()


def _place(name: str, folder: Path) -> Path:
    return folder / name.replace("/", "--") if _is_repo(name) else Path(name).expanduser().absolute()


def _described(repo: str, folder: Path) -> Weights:
    """The repository's files at this moment, as the hub tells of them."""
    from huggingface_hub import HfApi

    try:
        with asked() as endpoint:
            told = HfApi(endpoint=endpoint).model_info(repo, files_metadata=True)
    except WeightsMissing as error:
        raise WeightsMissing(
            f"{repo} could not be fetched: {error}; check its name, or bring a folder that has it: "
            f"`quoth models pull {repo} --from FOLDER`"
        ) from error
    siblings = {sibling.rfilename: sibling for sibling in told.siblings or ()}
    weights = _weights(repo, "", folder, {name: one.size or 0 for name, one in siblings.items()})
    if not any(file.name.endswith(".safetensors") for file in weights.files):
        raise WeightsMissing(
            f"{repo} has no model.safetensors, and no other form of weights is loaded; choose another"
        )
    files = tuple(
        replace(file, sha256=lfs.sha256 if (lfs := siblings[file.name].lfs) else "") for file in weights.files
    )
    return replace(weights, files=files, hub=HubSource(repo=repo, revision=told.sha or "main"))


def _weights(name: str, purpose: str, folder: Path, sizes: Mapping[str, int]) -> Weights:
    """Those of the files that are loaded, the weights before their settings."""
    loaded = sorted(
        (file for file in sizes if _LOADED.fullmatch(file)),
        key=lambda file: (file == _LAST, not file.endswith(".safetensors"), file),
    )
    return Weights(
        name=name,
        purpose=purpose,
        size=sum(sizes[file] for file in loaded),
        folder=_place(name, folder).name if _is_repo(name) else str(_place(name, folder)),
        files=tuple(WeightsFile(name=file) for file in loaded),
        hub=HubSource(repo=name) if _is_repo(name) else None,
    )


def _sizes(place: Path) -> dict[str, int]:
    files = (path for path in (*place.glob("*"), *place.glob("*/*")) if path.is_file())
    return {path.relative_to(place).as_posix(): path.stat().st_size for path in files}


def _noted(file: Path, noted: list[int | str] | None) -> str:
    stat = file.stat()
    return str(noted[2]) if noted and noted[:2] == [stat.st_size, stat.st_mtime_ns] else ""


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
