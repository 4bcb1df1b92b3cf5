"""`quoth models`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conftest import MODELS
from tests.qa.cli.running import Run, run_in


def test_models_lists_paths_and_sources(home: Path, quoth: Run, tmp_path: Path) -> None:
    code, out, _ = quoth("models", "--collection", "any")
    assert code == 0
    assert "minilm  finds passages by meaning" in out
    assert str(home / "models") in out
    listed = json.loads(quoth("models", "--json")[1])
    assert listed["answering"] == "none"
    assert [one["used"] for one in listed["models"]] == [True, False, False]
    assert all(len(one["sha256"]) == 64 for one in listed["models"])
    bare = run_in(tmp_path / "bare")("models")[1]
    assert "missing, in use" in bare and "from a local folder" in bare


def test_pull_copies_local_weights(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "all-MiniLM-L6-v2").symlink_to(MODELS / "all-MiniLM-L6-v2")
    quoth = run_in(tmp_path / "bare")
    code, out, err = quoth("models", "pull", "--from", elsewhere)
    assert code == 0
    assert out == f"minilm: {tmp_path / 'bare/models/all-MiniLM-L6-v2'}\n"
    assert err.endswith("minilm: ready\n")
    code, out, err = quoth("models", "pull")
    assert (code, out.split(":")[0], err) == (0, "minilm", "")
    code, _, err = quoth("models", "pull", "--from", tmp_path)
    assert (code, "specify the model" in re.sub(r"[│\s]+", " ", err)) == (2, True)
    code, _, err = quoth("models", "pull", "gpt-9")
    assert (code, err.startswith("error: no model is called 'gpt-9'")) == (1, True)
