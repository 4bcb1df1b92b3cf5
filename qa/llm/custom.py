"""Models besides the known ones: a local folder, or a repository of the Hugging Face hub.

`quoth models pull` puts a repository into the weights folder as `owner--name`. Nothing else contacts the
hub, and only files that cannot contain code are downloaded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from index.errors import WeightsMissing
from qa.llm.download import fetch_model, fetch_weights
from qa.llm.download_progress import Progress
from qa.llm.hub import hub_endpoint
from qa.llm.installed_weights import read_verified, record_verified, sha256
from qa.llm.weights import MODELS, SHORT_NAMES, HubSource, Weights, WeightsFile

_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
# The files that are loaded: of the model itself, and of the modules that follow it.
_LOADED = re.compile(
    r"(\d+_\w+/)?(model(-\d+-of-\d+)?\.safetensors|[\w.-]+\.(json|model)|vocab\.txt)|README\.md"
)
# Moved into place after all others: a folder that has it is complete.
_LAST = "config.json"


def custom_weights(name: str, purpose: str, folder: Path) -> Weights:
    """The weights of the model in the folder `name`, or of the repository `name` pulled into `folder`.

    They need not exist yet. Their digests are the recorded ones; files without a record have none.
    """
    place = _place(name, folder)
    weights = _weights(name, purpose, folder, _sizes(place))
    recorded = read_verified(weights, folder)
    files = tuple(
        replace(file, sha256=_recorded_digest(place / file.name, recorded.get(file.name)))
        for file in weights.files
    )
    return replace(weights, files=files or (WeightsFile(name=_LAST),))


def require_present(weights: Weights, folder: Path) -> Path:
    """The path of custom weights. Raises WeightsMissing, which says the next step."""
    place = folder / weights.folder
    if not (place / _LAST).is_file():
        other = "name a folder that has one, or `owner/name` of the Hugging Face hub"
        step = f"run `quoth models pull {weights.name}`" if weights.hub else other
        raise WeightsMissing(f"there is no model in {place}; {step}")
    return place


def with_digests(weights: Weights, folder: Path) -> Weights:
    """Custom weights with the digests of all files; computes those that are not recorded.

    Raises WeightsMissing.
    """
    place = require_present(weights, folder)
    files = tuple(replace(file, sha256=file.sha256 or sha256(place / file.name)) for file in weights.files)
    record_verified(replace(weights, files=files), folder)
    return replace(weights, files=files)


def fingerprint(weights: Weights) -> str:
    """A short name for custom weights with digests, which changes with their weights and settings."""
    digests = sorted(f"{file.name} {file.sha256}\n" for file in weights.files if file.name != "README.md")
    label = weights.name if weights.hub else Path(weights.folder).name
    return f"{label}@{hashlib.sha256(''.join(digests).encode()).hexdigest()[:12]}"


def pull(
    name: str,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Downloads a model, known or custom, into `folder` unless it is there; see `fetch_weights`. A local
    folder stays where it is.
    """
    name = SHORT_NAMES.get(name, name)
    known = {one.hub.repo: one.name for one in MODELS.values() if one.hub and one.folder}
    if name in known or "/" not in name:
        return fetch_model(known.get(name, name), folder, local=local, progress=progress, replace=replace)
    place = _place(name, folder)
    if not _is_repo(name) or ((place / _LAST).is_file() and not local and not replace):
        return place
    weights = _weights(name, "", folder, _sizes(local)) if local else _hub_weights(name, folder)
    return fetch_weights(weights, folder, local=local, progress=progress, replace=replace)


def _is_repo(name: str) -> bool:
    return bool(_REPO.fullmatch(name)) and not Path(name).is_dir()


def _place(name: str, folder: Path) -> Path:
    return folder / name.replace("/", "--") if _is_repo(name) else Path(name).expanduser().absolute()


def _hub_weights(repo: str, folder: Path) -> Weights:
    """The current files of a repository, as the hub lists them."""
    from huggingface_hub import HfApi

    try:
        with hub_endpoint() as endpoint:
            info = HfApi(endpoint=endpoint).model_info(repo, files_metadata=True)
    except WeightsMissing as error:
        raise WeightsMissing(
            f"{repo} could not be fetched: {error}; check its name, or bring a folder that has it: "
            f"`quoth models pull {repo} --from FOLDER`"
        ) from error
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    weights = _weights(repo, "", folder, {name: one.size or 0 for name, one in siblings.items()})
    if not any(file.name.endswith(".safetensors") for file in weights.files):
        raise WeightsMissing(
            f"{repo} has no model.safetensors, and no other form of weights is loaded; choose another"
        )
    files = tuple(
        replace(file, sha256=lfs.sha256 if (lfs := siblings[file.name].lfs) else "") for file in weights.files
    )
    return replace(weights, files=files, hub=HubSource(repo=repo, revision=info.sha or "main"))


def _weights(name: str, purpose: str, folder: Path, sizes: Mapping[str, int]) -> Weights:
    """The weights made of the files that are loaded, the weights proper before their settings."""
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


def _recorded_digest(file: Path, recorded: list[int | str] | None) -> str:
    """The recorded sha256 of a file; empty if there is none or the file changed."""
    stat = file.stat()
    return str(recorded[2]) if recorded and recorded[:2] == [stat.st_size, stat.st_mtime_ns] else ""
