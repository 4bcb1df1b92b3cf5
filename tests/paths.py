"""Folders of this checkout that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
FILES = ROOT / "tests" / "files"
CANARIES_FOLDER = FILES / "canaries"
