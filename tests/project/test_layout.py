"""No folder has more entries than a reader takes in at once."""

from pathlib import Path

from tests.paths import ROOT

ENTRIES = 14


def entries(folder: Path) -> list[str]:
    """What a folder lists, without what Python makes and every package has."""
    names = (path.name for path in folder.iterdir())
    return sorted(name for name in names if name not in ("__init__.py", "__pycache__") and name[0] != ".")


def test_folders_are_small() -> None:
    tops = [ROOT / name for name in ("qa", "index", "prompts", "tests", "docs", "deploy")]
    folders = (folder for top in tops for folder in (top, *top.rglob("*/")) if folder.name != "__pycache__")
    listed = {str(folder.relative_to(ROOT)): entries(folder) for folder in folders}
    assert not {folder: names for folder, names in listed.items() if len(names) > ENTRIES}
