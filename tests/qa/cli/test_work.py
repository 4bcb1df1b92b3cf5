from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from qa.cli import main


def test_workers_need_a_database(home: Path) -> None:
    told = CliRunner().invoke(main.app, ["work", "--home", str(home)])
    assert told.exit_code == 2 and "QUOTH_DATABASE_URL" in told.stderr
