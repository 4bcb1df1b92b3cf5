"""The quality of the answers about the sample articles, with the default model and without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa.cli import main
from tests.conftest import MODEL_THREADS
from tests.paths import SEEDS

ALWAYS = "quotes_exact=1,sentences_cited=1"


# The floors are below the measured values, which -s shows.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("model", "sample", "floors"),
    [
        (
            "none",
            116,
            f"{ALWAYS},found@5=0.95,accuracy=0.38,fulfilled=0.78,wrongly_declined=0.16,declining_recall=0.45",
        ),
        pytest.param(
            "local:1.5b",
            30,
            f"{ALWAYS},found@5=0.9,accuracy=0.4,fulfilled=0.8,wrongly_declined=0.3,declining_recall=0.5",
            marks=[pytest.mark.model, pytest.mark.soak],
        ),
        # Few questions, so that the whole path runs; their floors are only for what must always hold.
        pytest.param("local:1.5b", 8, f"{ALWAYS},found@5=0.8", marks=pytest.mark.model),
    ],
)
@pytest.mark.slow
def test_the_answers_are_above_their_floors(
    seeded_home: Path, monkeypatch: pytest.MonkeyPatch, model: str, sample: int, floors: str
) -> None:
    monkeypatch.setenv("QUOTH_MODEL", model)
    monkeypatch.setenv("QUOTH_THREADS", str(MODEL_THREADS))
    of = ["--sample", str(sample), "--seed", "1", "--home", str(seeded_home), "--fail-under", floors]
    done = CliRunner().invoke(main.app, ["eval", str(SEEDS / "questions.jsonl"), *of])
    print(done.stdout)  # noqa: T201  (the measured values, shown with -s)
    assert done.exit_code == 0, done.stdout + done.stderr
