"""The systems that are compared, each with the packages of its environment."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ADAPTERS = Path(__file__).with_name("adapters")
TORCH = "torch==2.13.0"  # a newer one may be a build for GPUs, several GB


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system: its adapter in `adapters/`, and its packages; none if it runs in this checkout's environment.
    `cannot` says why it is not run.
    """

    name: str
    adapter: str = ""
    packages: tuple[str, ...] = ()
    cannot: str = ""


SYSTEMS = (
    System(name="Quoth", adapter="quoth_adapter.py"),
    System(
        name="LangChain tutorial",
        adapter="tutorial_adapter.py",
        packages=(
            TORCH,
            "langchain-chroma==1.1.0",
            "langchain-huggingface==1.2.3",
            "langchain-openai",
            "langchain-text-splitters==1.1.3",
            "sentence-transformers>=6.0",
        ),
    ),
    System(
        name="txtai", adapter="txtai_adapter.py", packages=(TORCH, "txtai==9.14.0", "litellm", "httpx[socks]")
    ),
    System(name="haiku.rag", cannot="an agent with tools, which a model of 1.5B does not drive"),
    System(name="paper-qa", cannot="makes ten calls a question, minutes with a model on two cores"),
)


def environment(system: System, cache: Path) -> Path:
    """The Python of the system's environment, which is created in the `cache` if it is not there."""
    if not system.packages:
        return Path(sys.executable)
    digest = sha256(" ".join((sys.version, *system.packages)).encode()).hexdigest()[:12]
    folder = cache / f"{system.name.replace(' ', '-')}-{digest}"
    python, complete = folder / "bin/python", folder / ".complete"
    if not complete.exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", *system.packages]
        subprocess.run(install, check=True)
        complete.touch()
    return python


def installed_version(system: System, python: Path) -> str:
    """The version of the system's main package."""
    package = {"Quoth": "quoth", "LangChain tutorial": "langchain-core"}.get(system.name, system.name)
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
