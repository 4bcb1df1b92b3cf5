"""Starting the command line, and its errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.library import Library
from qa.cli import main
from qa.cli.commands import articles
from tests.conftest import MODELS
from tests.paths import SEEDS
from tests.qa.cli.running import QUESTION, QUOTH, Run, run_in, start_process


def test_starting_imports_no_heavy_packages() -> None:
    heavy = "torch chromadb gradio langchain langchain_core pydantic_settings trafilatura numpy"
    code = f"import sys, qa.cli.main; print([name for name in {heavy.split()} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [["list"], ["show", "eelgrass-carbon-study"]])
def test_reading_articles_imports_nothing_that_answers(seeded_home: Path, command: list[str]) -> None:
    heavy = "torch chromadb gradio langchain_core numpy tokenizers httpx asyncio pydantic_settings"
    code = (
        f"import sys, qa.cli.main; sys.argv = ['quoth', *{command}, '--home', {str(seeded_home)!r}]\n"
        "try: qa.cli.main.main()\n"
        f"finally: sys.stderr.write(str([n for n in {heavy.split()} if n in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]")
    assert "eelgrass-carbon-study" in done.stdout


def test_help_lists_every_command_and_version_prints_the_version() -> None:
    done = CliRunner().invoke(main.app, ["--help"])
    for command in "add ask search list show remove serve verify doctor models".split():
        assert re.search(rf"│ {command} ", done.stdout)
    assert re.fullmatch(r"quoth \d+\.\d+\.\d+\n", CliRunner().invoke(main.app, ["--version"]).stdout)


@pytest.mark.parametrize(
    "wrong",
    ["nope", "ask", "list --nope", "ask x --as-of 2022-13-01", "search x -k 0", "serve --port 65536", "add"],
)
def test_wrong_usage_exits_with_2(quoth: Run, wrong: str) -> None:
    code, out, err = quoth(*wrong.split())
    assert (code, out) == (2, "")
    assert "Usage: quoth" in err


def test_missing_embedder_weights_name_the_next_step(tmp_path: Path) -> None:
    assert run_in(tmp_path / "bare")("list")[0] == 0  # needs none
    for command in (["ask", QUESTION], ["add", str(SEEDS)]):
        code, out, err = run_in(tmp_path / "bare")(*command)
        assert (code, out) == (1, "")
        assert err.startswith("error: the weights of minilm are not in ") and "`quoth models pull`" in err


def test_missing_model_weights_name_the_next_step(
    seeded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seeded_home / "models").unlink()
    (seeded_home / "models").mkdir()
    (seeded_home / "models/all-MiniLM-L6-v2").symlink_to(MODELS / "all-MiniLM-L6-v2")
    monkeypatch.setenv("QUOTH_MODEL", "local:1.5b")
    code, out, err = run_in(seeded_home)("ask", QUESTION)
    assert (code, out) == (1, "")
    assert err.startswith("error: the weights of local:1.5b are not in ") and "QUOTH_MODEL=none" in err


@pytest.mark.slow
def test_a_corrupt_model_is_an_error(seeded_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + os.urandom(5000))  # as far as the version it is whole
    done = start_process("ask", QUESTION, "--home", seeded_home, QUOTH_MODEL=str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: the model {file} cannot be loaded")
    assert "Traceback" not in done.stderr


def test_invalid_settings(quoth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "clever")
    code, _, err = quoth("ask", QUESTION)
    assert (code, err.startswith("error: QUOTH_MODEL is 'clever'; it must be ")) == (1, True)
    monkeypatch.setenv("QUOTH_MODEL", "/nowhere/model.gguf")
    assert quoth("add", SEEDS)[0] == 1
    monkeypatch.setenv("QUOTH_THREADS", "many")
    code, _, err = quoth("list")
    assert (code, err.startswith("error: QUOTH_THREADS cannot be 'many'")) == (2, True)
    monkeypatch.setenv("QUOTH_MODLE", "none")
    code, _, err = quoth("list")
    assert (code, err) == (2, "error: there is no setting QUOTH_MODLE; did you mean QUOTH_MODEL?\n")


def test_a_locked_archive_names_its_owner(seeded: Library) -> None:
    done = start_process("list", "--home", seeded.folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"is in use by process {os.getpid()}" in done.stderr
    examined = start_process("doctor", "--home", seeded.folder)
    assert examined.returncode == 0
    assert f"in use by process {os.getpid()}: collections were not checked" in examined.stdout


def test_a_broken_catalogue_is_an_error(seeded_home: Path, seeded_quoth: Run) -> None:
    (seeded_home / "collections/default/catalogue.db").write_bytes(os.urandom(9000))
    code, _, err = seeded_quoth("list")
    assert (code, err.startswith("error: the catalogue ")) == (1, True)


def test_an_unusable_home_is_an_error(home: Path, quoth: Run, tmp_path: Path) -> None:
    (home / "collections").write_text("in the way")
    code, _, err = quoth("add", SEEDS)
    assert code == 1
    assert err.startswith(f"error: {home / 'collections'}") and "--home" in err
    file = tmp_path / "file"
    file.write_text("no folder")
    code, _, err = run_in(file)("list")
    assert (code, err.startswith("error: ")) == (1, True)


def test_a_closed_pipe_ends_the_command_quietly(seeded_home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [QUOTH, "list", "--json", "--home", seeded_home], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unexpected_error_is_to_be_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(home: Path | None) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(articles, "catalogue_for", broken)
    monkeypatch.setattr(sys, "argv", ["quoth", "list"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "error: unexpected ZeroDivisionError: a bug; please report this traceback"
    assert rest[0].startswith("Traceback")


def test_arguments_that_are_not_utf_8(seeded_quoth: Run) -> None:
    code, _, err = seeded_quoth("show", "\udcff")
    assert (code, err) == (2, "error: an option or argument is not UTF-8; enter it as plain text\n")
