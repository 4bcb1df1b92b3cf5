"""Starting modules of this package in processes of their own, which may crash or be killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# What a child needs; keys of remote services are none of its business.
_VARIABLES = (
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "LD_LIBRARY_PATH",
)


def child_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    # -P: a file in the current folder must not take the place of a module.
    return [sys.executable, "-P", "-m", module, *arguments]


def child_environment() -> dict[str, str]:
    """The environment of a child, in which this package can be imported."""
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    root = str(Path(__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    return environment
