"""Fixtures of the command line's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.qa.cli.running import Run, run_in


@pytest.fixture(autouse=True)
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")


@pytest.fixture
def quoth(home: Path) -> Run:
    return run_in(home)


@pytest.fixture
def seeded_quoth(seeded_home: Path) -> Run:
    return run_in(seeded_home)
