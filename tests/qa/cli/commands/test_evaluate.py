"""`quoth eval` as people and CI run it, without a model."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa.cli import main
from qa.evaluation.comparison import read_run
from qa.evaluation.execution.runner import run_questions

Run = Callable[..., tuple[int, str, str]]

ARTICLES = [
    {"id": f"harbour-{n}", "title": f"Harbour {n}", "text": f"Harbour {n} counted {n * 7} boats on Monday."}
    for n in range(1, 6)
]
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": f"q{n}",
        "question": f"How many boats did Harbour {n} count?",
        "answers": [str(n * 7)],
        "distractors": ["999"],
        "answerable": True,
        "gold": [f"harbour-{n}"],
        "kind": "odd" if n % 2 else "even",
    }
    for n in range(1, 6)
]


@pytest.fixture(autouse=True)
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def quoth(home: Path) -> Run:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, ["eval", *map(str, arguments), "--home", str(home)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def written(file: Path, lines: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return file


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return written(tmp_path / "articles.jsonl", ARTICLES)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return written(tmp_path / "questions.jsonl", QUESTIONS)


def figure(out: str, name: str) -> float:
    """The value in the row of that metric."""
    [line] = [line for line in out.splitlines() if line.strip().startswith(f"{name} ")]
    [value, *_] = re.findall(r"(?<= )\d\.\d{3}", line)
    return float(value)


def test_given_articles_leave_nothing_behind(
    quoth: Run, questions: Path, articles: Path, home: Path, tmp_path: Path
) -> None:
    out_file = tmp_path / "out.json"
    code, out, _ = quoth(
        questions, "--articles", articles, "--json", out_file, "--fail-under", "quotes_exact=1"
    )
    assert code == 0
    for name in ("recall@1", "accuracy", "quotes_exact"):
        assert figure(out, name) == 1
    assert "kind odd" in out
    run = read_run(out_file)
    assert run.metrics["accuracy"].count == 5
    assert (run.model, run.rows[0].outcome) == ("none", "right")
    assert run.rows[0].contexts[0].exact
    assert not list((home / "evaluations").iterdir())
    assert not (home / "collections").exists()
    assert (home / "models").exists()  # only the link to it was thrown away


def test_a_report_is_written_and_kept_in_the_home(
    quoth: Run, questions: Path, articles: Path, home: Path, tmp_path: Path
) -> None:
    page = tmp_path / "out.html"
    code, _, _ = quoth(questions, "--articles", articles, "--report", page)
    assert code == 0
    assert "How many boats did Harbour 3 count?" in page.read_text("utf-8")
    assert (home / "reports" / "last.html").read_text("utf-8") == page.read_text("utf-8")
    assert len(read_run(home / "reports" / "last.json").rows) == 5


def test_only_search_is_measured(quoth: Run, questions: Path, articles: Path) -> None:
    code, out, _ = quoth(questions, "--articles", articles, "--retrieval-only")
    assert (code, figure(out, "mrr")) == (0, 1)
    assert "accuracy" not in out and "search only" in out


def test_a_sample(quoth: Run, questions: Path, articles: Path, tmp_path: Path) -> None:
    out_file = tmp_path / "out.json"
    quoth(questions, "--articles", articles, "--sample", "2", "--seed", "3", "--json", out_file)
    assert len(read_run(out_file).rows) == 2


def test_exit_code_is_1_below_a_threshold(quoth: Run, questions: Path, articles: Path) -> None:
    thresholds = "accuracy=1.1,wrongly_declined=0.5,declining_f1=0.1"
    code, _, err = quoth(questions, "--articles", articles, "--fail-under", thresholds)
    assert code == 1
    assert "accuracy is 1.000, below 1.1" in err
    assert "declining_f1: no question is eligible" in err
    assert "wrongly_declined" not in err


def test_a_baseline_shows_what_changed(quoth: Run, questions: Path, articles: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    quoth(questions, "--articles", articles, "--json", first)
    written(articles, [*ARTICLES[1:], {"id": "empty", "text": "Nothing of note."}])
    code, out, _ = quoth(questions, "--articles", articles, "--baseline", first)
    assert code == 0
    assert "baseline" in out
    assert "1 question with a different outcome from the baseline" in out
    assert re.search(r"q1 +right +(wrong|wrongly declined)", out)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--fail-under", "beauty=1"], "there is no metric 'beauty'"),
        (["--fail-under", "accuracy=high"], "has no number"),
        (["--json", "nowhere/out.json"], "there is no folder nowhere"),
        (["--report", "nowhere/out.html"], "there is no folder nowhere"),
        (["--calibrate", "--retrieval-only"], "needs answers"),
        (["--articles", "{articles}", "--collection", "other"], "omit the other"),
        (["--baseline", "{articles}"], "is not a run of this version"),
        (["--sample", "0"], "Invalid value"),
    ],
)
def test_wrong_usage_exits_with_2_before_any_question(
    quoth: Run, questions: Path, articles: Path, home: Path, options: list[str], says: str
) -> None:
    code, out, err = quoth(questions, *(option.format(articles=articles) for option in options))
    assert (code, out) == (2, "")
    assert says in re.sub(r"[\s│]+", " ", err)
    assert not (home / "evaluations").exists()


def test_an_error_names_the_invalid_line(quoth: Run, questions: Path) -> None:
    questions.write_text(questions.read_text() + "{}\n")
    code, _, err = quoth(questions)
    assert code == 2
    assert "line 6" in err


def test_a_collection_without_articles_is_an_error_and_no_report(quoth: Run, questions: Path) -> None:
    code, out, err = quoth(questions)
    assert (code, out) == (1, "")
    assert "quoth add" in err


def test_an_interrupted_run_is_resumed(
    quoth: Run, questions: Path, articles: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(*given: Any, **named: Any) -> Any:
        for number, row in enumerate(run_questions(*given, **named)):
            if number == 2:
                raise KeyboardInterrupt
            yield row

    with monkeypatch.context() as patched:
        patched.setattr("qa.evaluation.execution.evaluate.run_questions", stopping)
        code, out, err = quoth(questions, "--articles", articles)
    assert (code, out) == (130, "")
    assert "2 of 5 questions are saved; continue with --resume" in err
    [kept] = (home / "evaluations").iterdir()
    [journal] = kept.rglob("*.jsonl")
    assert len(journal.read_text().splitlines()) == 2

    asked: list[str] = []

    def counting(assistant: Any, questions: Any, **named: Any) -> Any:
        asked.extend(question.id for question in questions)
        return run_questions(assistant, questions, **named)

    monkeypatch.setattr("qa.evaluation.execution.evaluate.run_questions", counting)
    code, out, _ = quoth(questions, "--articles", articles, "--resume")
    assert (code, figure(out, "accuracy")) == (0, 1)
    assert asked == ["q3", "q4", "q5"]
    assert not list((home / "evaluations").iterdir())


@pytest.mark.slow
def test_ctrl_c_saves_every_finished_row(home: Path, tmp_path: Path, articles: Path) -> None:
    many = [QUESTIONS[n % 5] | {"id": f"q{n}"} for n in range(2_000)]
    questions = written(tmp_path / "many.jsonl", many)
    quoth = Path(sys.executable).with_name("quoth")
    process = subprocess.Popen(
        [quoth, "eval", questions, "--articles", articles, "--home", home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"QUOTH_MODEL": "none"},
    )
    try:
        while process.poll() is None and not any(file.stat().st_size for file in home.rglob("*.jsonl")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    [journal] = home.rglob("*.jsonl")
    lines = journal.read_text().splitlines()
    assert 0 < len(lines) < 2_000
    assert all(json.loads(line)["answer"]["status"] == "answered" for line in lines)
    assert f"{len(lines)} of 2,000 questions are saved" in err
