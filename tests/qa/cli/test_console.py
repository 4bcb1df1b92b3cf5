"""Output on a terminal."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.cli import console, main
from tests.qa.cli.running import QUESTION, Run


def test_on_a_terminal_quotes_are_wrapped(seeded_quoth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    code, out, err = seeded_quoth("ask", QUESTION)
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)
    assert code == 0
    assert max(map(len, plain.split("https://")[0].splitlines())) <= 60
    assert re.search(r"\n\[1\] “.+\n    \S", plain)
    assert "searching" in err
    table = re.sub(r"\x1b\[[\d;]*m", "", seeded_quoth("list")[1])
    assert table.startswith("ID ")
    assert "silver-heron-film-festival" in table


def test_on_a_terminal_the_words_of_the_query_are_bold(
    quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ferries.jsonl"
    text = "The ferries were burning. It was the crew that put the burnt one out."
    file.write_text(json.dumps({"id": "f", "title": "Ferry ablaze", "text": text}))
    quoth("add", file)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "200")
    out = quoth("search", "What was the ferry burning for?")[1]
    assert re.findall(r"\x1b\[1m(.*?)\x1b", out) == ["Ferry", "ferries", "burning"]


def test_an_article_cannot_control_the_terminal(quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "evil.jsonl"
    given = {
        "id": "evil",
        "title": "A \x1b]0;title\x07",
        "text": "The \x1b[2J mayor\u00a0said so\r\nin\u00adside.",
    }
    file.write_text(json.dumps(given))
    quoth("add", file)
    for command in (["show", "evil"], ["list"], ["search", "mayor"], ["remove", "evil"]):
        out = quoth(*command)[1]
        assert out
        assert not set(out) & set("\x1b\x07\r")
        assert ("mayor\u00a0said" in out) == (command[0] == "show")


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (FileExistsError(errno.EEXIST, "File exists"), "move it away"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory"), "move it away"),
        (PermissionError(errno.EACCES, "Permission denied"), "chmod"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
        (OSError(errno.ENOSPC, "No space left on device"), "free some space"),
        (OSError(errno.EIO, "Input/output error"), "another --home"),
    ],
)
def test_error_of_the_system_names_a_step(error: OSError, step: str) -> None:
    assert step in console.next_step(error)


def test_home_below_a_file_names_a_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = CliRunner().invoke(main.app, ["keys", "add", "desk", "--home", str(tmp_path / "file")])
    assert result.exit_code in (1, 2)
    assert "choose another --home" in result.stderr and "fix that" not in result.stderr
