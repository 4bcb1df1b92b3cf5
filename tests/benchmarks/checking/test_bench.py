"""The measurement of checked sentences, with a verifier of words."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.library import Library
from qa.assistant import Assistant
from tests.benchmarks.checking.bench import (
    LABELS,
    SEEDED,
    VERDICTS,
    Labelled,
    Outcome,
    read_labels,
    report,
    run,
    scores,
)
from tests.qa.pipeline.checking.scripted import WordVerifier


def labelled(id_: str, label: str, text: str = "", *, before: str = "", half: str = "a") -> Labelled:
    return Labelled(
        id=id_, collection="default", text=text, before=before, label=label, change="-", half=half
    )


def told(id_: str, verdict: str) -> Outcome:
    return Outcome(id=id_, verdict=verdict, probability=0.5, seconds=2.0)


def test_the_labels_are_balanced() -> None:
    rows = read_labels(LABELS)
    assert len({one.id for one in rows}) == len(rows) >= 60
    assert {one.label for one in rows} == set(VERDICTS)
    assert all(sum(one.label == verdict for one in rows) >= 20 for verdict in VERDICTS)
    assert SEEDED in {one.collection for one in rows}
    assert {one.half for one in rows} == {"a", "b"}


def test_scores_are_of_each_verdict() -> None:
    rows = [labelled(str(at), verdict) for at, verdict in enumerate([*VERDICTS, "proven"])]
    outcomes = [told("0", "proven"), told("1", "unproven"), told("2", "unproven"), told("3", "no_claim")]
    found = scores(rows, outcomes)
    assert (found["proven"].precision, found["proven"].recall) == (1.0, 0.5)
    assert (found["unproven"].precision, found["unproven"].recall) == (0.5, 1.0)
    assert found["contradicted"].f1 == 0.0
    assert found["proven"].f1 == pytest.approx(2 / 3)
    lines = list(report(rows, outcomes))
    assert lines[2].startswith("| all | 4 | 1.00 / 0.50 | 0.00 / 0.00 | 0.50 / 1.00 | 0.444 | 2.00 |")
    assert "| contradicted | 0 | 0 | 1 | 0 |" in lines


def test_an_interrupted_run_resumes(seeded: Library, tmp_path: Path) -> None:
    rows = [
        labelled("a", "proven", "The new date is 16 March 2024."),
        labelled("b", "contradicted", "Relling has worked on the project since 2018."),
        labelled(
            "c", "proven", "She is giving up her post as director.", before="Ilse Dravik leads the museum."
        ),
    ]
    verifier = WordVerifier()
    with Assistant(seeded, None, 360, verifier=verifier) as assistant:
        first = run(assistant, rows[:2], tmp_path / "journal.jsonl")
        assert [one.verdict for one in first] == ["proven", "contradicted"]
        verifier.asked.clear()
        assert run(assistant, rows, tmp_path / "journal.jsonl")[:2] == first
    assert verifier.asked and not any("16 March" in asked.claim for asked in verifier.asked)
