"""`quoth check`."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from qa.assistant import factory
from qa.errors import ModelUnavailable
from tests.qa.cli.running import Run
from tests.qa.pipeline.checking.scripted import WordVerifier

PROVEN = "The new date is 16 March 2024."
WRONG = "Relling has worked on the project since 2018."
UNPROVEN = "The parliament of Iceland met in Geneva."


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "open_verifier", lambda *_: WordVerifier())


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.md"
    file.write_text(f"---\ntitle: News\n---\n# The museum\n\n{PROVEN} {UNPROVEN}\n")
    return file


def test_each_sentence_is_shown_with_its_sign_and_quotes(seeded_quoth: Run, draft: Path) -> None:
    code, out, err = seeded_quoth("check", draft)
    assert code == 0
    lines = out.splitlines()
    assert f"✓ {PROVEN}  proven  0.90" in lines
    assert f"? {UNPROVEN}  unproven  0.00" in lines
    assert any(line.startswith("    “") and "16 March 2024" in line for line in lines)
    assert "The Marren Post" in out
    assert err == "2 claims: 1 proven, 0 contradicted, 1 unproven\n"


def test_json_is_that_of_the_api(seeded_quoth: Run) -> None:
    code, out, _ = seeded_quoth("check", "-", "--json", stdin=f"{PROVEN} Why?")
    checked = json.loads(out)
    assert code == 0 and checked["verifier"] == "words"
    assert [one["verdict"] for one in checked["sentences"]] == ["proven", "no_claim"]


@pytest.mark.parametrize(("share", "code"), [("0.5", 0), ("0.51", 1), ("0", 0), ("1", 1)])
def test_a_share_of_proven_claims_is_a_threshold(
    seeded_quoth: Run, draft: Path, share: str, code: int
) -> None:
    got, _, err = seeded_quoth("check", draft, "--fail-under", share)
    assert got == code
    assert ("50% of the claims are proven" in err) == bool(code)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.txt", None, "there is no file"),
        ("empty.txt", b"", "cannot be checked: empty"),
        ("photo.png", b"\x89PNG", "is not one text"),
        ("report.docx", b"no zip", "cannot be checked"),
        ("long.txt", b"It rained. " * 2_000, "more than 20,000"),
    ],
)
def test_a_file_that_cannot_be_checked(
    seeded_quoth: Run, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, out, err = seeded_quoth("check", tmp_path / name)
    assert (code, out) == (2, "") and err.startswith("error: ") and reason in err


class Unplugged(WordVerifier):
    """Fails when it is asked about Relling."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__()
        self.failure = failure

    async def verify(self, hypothesis):
        if "Relling" in hypothesis.claim:
            raise self.failure
        return await super().verify(hypothesis)


def test_an_interrupted_check_is_resumed(
    seeded_quoth: Run, draft: Path, monkeypatch: pytest.MonkeyPatch, seeded_home: Path
) -> None:
    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(factory, "open_verifier", lambda *_: Unplugged(asyncio.CancelledError()))
    draft.write_text(f"{PROVEN} {WRONG}")
    code, out, err = seeded_quoth("check", draft)
    assert (code, out) == (130, "")
    assert err == "interrupted; 1 of 2 sentences are saved; continue with --resume\n"

    resumed = WordVerifier()
    monkeypatch.setattr(factory, "open_verifier", lambda *_: resumed)
    code, out, _ = seeded_quoth("check", draft, "--resume")
    assert code == 0 and f"✓ {PROVEN}  proven  0.90" in out.splitlines()
    assert resumed.asked and not any("16 March" in asked.claim for asked in resumed.asked)
    assert list((seeded_home / "checks").iterdir()) == []


def test_a_check_starts_anew_without_resume_and_with_other_options(
    seeded_quoth: Run, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write_text(f"{PROVEN} {WRONG}")
    for options in ((), ("--resume", "--source", "The Marren Post")):
        monkeypatch.setattr(factory, "open_verifier", lambda *_: Unplugged(ModelUnavailable("it is off")))
        assert seeded_quoth("check", draft)[0] == 1
        again = WordVerifier()
        monkeypatch.setattr(factory, "open_verifier", lambda *_, again=again: again)
        assert seeded_quoth("check", draft, *options)[0] == 0
        assert any("16 March" in asked.claim for asked in again.asked)


def test_both_sides_of_a_contradiction_are_told(
    seeded_quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = tmp_path / "tolm.jsonl"
    lines = [
        {"id": "old", "date": "2023-06-14", "text": "The Tolm museum opens its doors on 21 October."},
        {"id": "new", "date": "2023-09-29", "text": "The Tolm museum opens its doors on 16 March."},
    ]
    articles.write_text("\n".join(map(json.dumps, lines)))
    seeded_quoth("add", articles, "--collection", "tolm")
    _, out, _ = seeded_quoth("check", "-", "--collection", "tolm", stdin=lines[0]["text"])
    told = [line.strip() for line in out.splitlines()]
    newer, older = (
        told.index("the newer article says 16 March"),
        told.index("the older article says 21 October"),
    )
    assert newer < older and "16 March" in told[newer + 1] and "21 October" in told[older + 1]


def test_options_are_checked(seeded_quoth: Run, draft: Path) -> None:
    assert seeded_quoth("check", draft, "--fail-under", "2")[0] == 2
    assert seeded_quoth("check", draft, "--collection", "nowhere")[0] == 1
    assert seeded_quoth("check", "-", stdin=" ")[0] == 2
