"""`quoth check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.assistant import factory
from tests.qa.cli.running import Run
from tests.qa.pipeline.checking.scripted import WordVerifier

PROVEN = "The new date is 16 March 2024."
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


def test_options_are_checked(seeded_quoth: Run, draft: Path) -> None:
    assert seeded_quoth("check", draft, "--fail-under", "2")[0] == 2
    assert seeded_quoth("check", draft, "--collection", "nowhere")[0] == 1
    assert seeded_quoth("check", "-", stdin=" ")[0] == 2
