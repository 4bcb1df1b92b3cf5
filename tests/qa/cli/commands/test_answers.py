"""`quoth ask`, `search` and `verify`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from qa.cli.formatters.answers import show_answer
from qa.schemas import Answer, AnswerSentence, Citation, Timings
from tests.qa.cli.running import QUESTION, QUOTH, Run, run_in


def test_an_answer_is_followed_by_its_quotes(seeded_quoth: Run) -> None:
    code, out, err = seeded_quoth("ask", QUESTION)
    assert (code, err) == (0, "")
    text, _, quotes = out.partition("\n\n")
    assert "[1]" in text
    assert re.match(r"\[1\] “.+”\n    .+ · .+ · \d{4}-\d\d-\d\d · https://example\.org/", quotes)


def test_a_saved_answer_is_verified(seeded_quoth: Run, tmp_path: Path) -> None:
    _, out, _ = seeded_quoth("ask", QUESTION, "--json")
    answer = json.loads(out)
    assert answer["status"] == "answered"
    file = tmp_path / "answer.json"
    file.write_text(out)
    code, shown, err = seeded_quoth("verify", file)
    assert (code, err) == (0, "every quote holds\n")
    assert shown.startswith("✓ [1] “")
    assert seeded_quoth("verify", "-", stdin=out)[0] == 0

    answer["citations"][0]["start"] += 1
    answer["citations"][0]["end"] += 1
    code, shown, err = seeded_quoth("verify", "-", stdin=json.dumps(answer))
    assert code == 1
    assert "the words now stand at" in shown
    answer["citations"][0]["quote"] = "Nobody ever wrote this."
    assert "the words are no longer in it" in seeded_quoth("verify", "-", stdin=json.dumps(answer))[1]

    for citation in answer["citations"]:
        seeded_quoth("remove", citation["article_id"])
    code, shown, _ = seeded_quoth("verify", file, "--json")
    result = json.loads(shown)
    assert (code, result["holds"]) == (1, False)
    assert {one["reason"] for one in result["citations"]} == {"the article is gone"}


def test_an_exported_conversation_is_verified(seeded_quoth: Run, tmp_path: Path) -> None:
    answer = json.loads(seeded_quoth("ask", QUESTION, "--json")[1])
    asked = {"question": QUESTION, "asked": "2026-01-01", "collection": "default", "trouble": ""}
    kept = {"id": "1", "name": "x", "exchanges": [asked | {"answer": answer}, asked | {"answer": None}]}
    file = tmp_path / "conversation.json"
    file.write_text(json.dumps(kept))
    assert seeded_quoth("verify", file)[::2] == (0, "every quote holds\n")
    answer["citations"][0]["quote"] = "Nobody ever wrote this."
    file.write_text(json.dumps(kept))
    code, shown, _ = seeded_quoth("verify", file)
    assert (code, "the words are no longer in it" in shown) == (1, True)


@pytest.mark.parametrize("broken", ["", "{}", "[1]", "\udcff", '{"exchanges": 1}', '{"status": "answered"}'])
def test_other_files_are_not_verified(quoth: Run, tmp_path: Path, broken: str) -> None:
    file = tmp_path / "answer.json"
    file.write_text(broken, errors="surrogateescape")
    code, _, err = quoth("verify", file)
    assert code == 1
    assert err.startswith(f"error: {file} is not a saved answer")


def test_a_missing_answer_is_not_verified(quoth: Run, tmp_path: Path) -> None:
    code, _, err = quoth("verify", tmp_path / "no.json")
    assert (code, "cannot be read" in err) == (1, True)


def test_an_answer_with_a_missing_citation_is_not_verified(seeded_quoth: Run) -> None:
    answer = json.loads(seeded_quoth("ask", QUESTION, "--json")[1]) | {"citations": []}
    code, _, err = seeded_quoth("verify", "-", stdin=json.dumps(answer))
    assert (code, "cites [1], which it does not list" in err) == (1, True)


def test_a_declined_question_shows_the_nearest_passages(seeded_quoth: Run) -> None:
    code, out, _ = seeded_quoth("ask", "Which enzyme splits lactose in yaks?")
    assert code == 0
    assert out.startswith("The articles do not say.\n\nNearest passages\n  - ")
    assert out.count("\n  - ") == 3
    answer = json.loads(seeded_quoth("ask", "Which enzyme splits lactose in yaks?", "--json")[1])
    assert (answer["status"], answer["citations"]) == ("declined", [])


NEAREST = Answer(
    status="declined",
    text="The articles do not say. The nearest they say: Ada Quill keeps the light of Skerrow [1].",
    citations=(
        Citation(
            number=1, article_id="light", title="The light", url="", date=None, source="The Post",
            start=0, end=37, quote="Ada Quill keeps the light of Skerrow.",
        ),
    ),
    nearest=AnswerSentence(
        text="Ada Quill keeps the light of Skerrow.", citations=(1,), support="supported"
    ),
    question_searched="Who built the light?",
    timings=Timings(search_ms=1, first_token_ms=None, total_ms=1),
    model="none",
)  # fmt: skip


def test_a_declined_question_shows_the_nearest_sentence_once(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(NEAREST, "Who built the light?")
    assert capsys.readouterr().out == (
        "The articles do not say.\n\nThe nearest they say:\n"
        "[1] “Ada Quill keeps the light of Skerrow.”\n    The light · The Post\n"
    )


def test_the_quote_of_a_nearest_sentence_is_verified(quoth: Run, tmp_path: Path) -> None:
    article = tmp_path / "light.jsonl"
    article.write_text(json.dumps({"id": "light", "text": NEAREST.citations[0].quote}))
    quoth("add", article)
    assert quoth("verify", "-", stdin=NEAREST.model_dump_json())[::2] == (0, "every quote holds\n")
    quoth("remove", "light")
    assert quoth("verify", "-", stdin=NEAREST.model_dump_json())[0] == 1
    bare = NEAREST.model_copy(update={"citations": ()})
    code, _, err = quoth("verify", "-", stdin=bare.model_dump_json())
    assert (code, "cites [1], which it does not list" in err) == (1, True)


def test_filters_limit_the_passages(seeded_quoth: Run) -> None:
    def sources(*filters: str) -> set[str]:
        hits = json.loads(seeded_quoth("search", "wind farm", "--json", *filters)[1])["hits"]
        return {hit["source"] for hit in hits}

    assert sources("--source", "Skerrow Coast Herald") == {"Skerrow Coast Herald"}
    assert sources("--as-of", "1999-01-01") == set()
    after = json.loads(seeded_quoth("search", "wind farm", "--after", "2024-01-01", "--json")[1])["hits"]
    assert after and all(hit["date"] >= "2024-01-01" for hit in after)


def test_search_shows_ranked_passages(seeded_quoth: Run) -> None:
    code, out, _ = seeded_quoth("search", "storm on the Isle of Skerrow", "-k", "2")
    assert code == 0
    assert re.match(r" 1\. 0\.\d{3}  Storm Ottilie .* · 2023-12-20 · .* · https://\S+\n    \S", out)
    assert "\n 2. " in out and "\n 3. " not in out


@pytest.mark.slow
def test_asking_can_be_interrupted(seeded_home: Path) -> None:
    asking = subprocess.Popen(
        [QUOTH, "ask", QUESTION, "--home", seeded_home],
        env=os.environ | {"TTY_COMPATIBLE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asking.stderr
    shown = ""
    while "searching" not in shown:
        shown += asking.stderr.read(1)
    asking.send_signal(signal.SIGINT)
    out, err = asking.communicate(timeout=60)
    assert (asking.returncode, out) == (130, "")
    assert err.endswith("interrupted\n") and "Traceback" not in err
    assert run_in(seeded_home)("list")[0] == 0  # the archive is free and whole
    assert run_in(seeded_home)("doctor")[0] == 0


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "  ", "why " * 25_000, "wh\x00y", "why\x1b[31m?"])
def test_an_invalid_question_exits_with_2(quoth: Run, command: str, question: str) -> None:
    code, out, err = quoth(command, question)
    assert (code, out) == (2, "")
    assert err.startswith("error: the question ")
    assert "\x1b" not in err


def test_the_limits_of_a_question_are_shown_and_can_be_ignored(seeded_quoth: Run) -> None:
    asked = "ask", "Which articles by the Ostleigh Courier are from May 2024?"
    _, out, _ = seeded_quoth(*asked)
    assert "Limited to Ostleigh Courier (--ignore outlet for all)" in out
    assert "Limited to 2024-05-01 to 2024-05-31 (--ignore dates for all)" in out
    _, out, _ = seeded_quoth(*asked, "--ignore", "outlet", "--ignore", "dates")
    assert "19 articles" in out and "Limited to" not in out
    code, _, err = seeded_quoth(*asked, "--ignore", "weather")
    assert code == 2 and "use one of outlet" in " ".join(err.split())


def test_the_kind_of_answer_can_be_chosen(seeded_quoth: Run) -> None:
    asked = "ask", "Tell me about the bus strike.", "--kind"
    _, out, _ = seeded_quoth(*asked, "timeline", "--json")
    assert json.loads(out)["kind"] == "timeline"
    code, _, err = seeded_quoth(*asked, "poem")
    assert code == 2 and "use one of fact" in " ".join(err.split())
