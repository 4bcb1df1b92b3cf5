"""The real local model: on a socket of its own, counting its own tokens, answering from the seeds."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from string import Template

import pytest

from index.library import Library
from qa.assistant import Assistant
from qa.errors import ModelUnavailable
from qa.llm.adapters import judging_adapter
from qa.llm.chat_models import LocalChatModel, Task
from qa.llm.chat_models.local import private_folder
from qa.llm.prompts import Prompt
from qa.schemas import Answer, Question, Token
from qa.settings import read_settings
from qa.verification.verifiers.judge import ChatModelVerifier
from qa.verification.verifiers.tuned import TunedVerifier
from qa.verification.verifiers.verifier import Hypothesis, Verdict, Verifier
from tests.conftest import MODEL_THREADS
from tests.paths import SEEDS


@pytest.fixture(scope="module")
def model(local_model: LocalChatModel) -> LocalChatModel:
    return local_model


@pytest.fixture
def assistant(seeded: Library, model: LocalChatModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr(model, "close", lambda: None)  # the tests of this module share the model
    with Assistant(seeded, model, read_settings().evidence_tokens) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("variables", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "active"}, "ACTIVE")]
)
def test_threads_sleep_while_they_wait(tmp_path: Path, variables: dict[str, str], policy: str) -> None:
    code = (
        "import sys, pathlib; from qa.llm.chat_models.local import LocalChatModel\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "LocalChatModel('none', lambda: folder / 'none.gguf', 1, folder).chat"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "OMP_DISPLAY_ENV": "true", **variables},
        capture_output=True,
        text=True,
    )
    # OpenMP says what it uses as it is loaded; the weights, which are not there, come after it.
    assert f"OMP_WAIT_POLICY = '{policy}'" in done.stderr
    assert "ModelUnavailable" in done.stderr


def test_nobody_else_can_reach_the_socket(model: LocalChatModel) -> None:
    model.count_tokens("load")
    assert stat.S_IMODE(model.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(model.socket.parent.stat().st_mode) == 0o700


def test_folders_of_killed_processes_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left = tmp_path / f"quoth-model-{ended.pid}-x"
    others = [
        f"quoth-model-{os.getpid()}-x",
        "quoth-model-",
        "quoth-model-x-1",
        "quoth-x",
        f"quoth-model-{9**30}",
    ]
    for name in (left.name, *others):
        (tmp_path / name).mkdir()
    (left / "model.sock").touch()
    own = private_folder()
    assert not left.exists()
    assert all((tmp_path / name).exists() for name in others)
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_the_model_opens_no_port(model: LocalChatModel) -> None:
    model.count_tokens("load")
    inodes = {link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    listening = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path("/proc/net", table).read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert not [row for row in listening if f"socket:[{row[9]}]" in inodes]
    assert socket.AF_UNIX  # what it listens on instead


def test_tokens_are_the_models_own(model: LocalChatModel) -> None:
    assert model.count_tokens("") == 0
    assert model.count_tokens("hello world") == 2


def test_what_was_read_once_is_not_read_again(model: LocalChatModel, tmp_path: Path) -> None:
    long = (("system", "You count." + " one two three" * 100),)
    counting = Task(name="count", prompt=Prompt(prefix=long, last=Template("$number")))
    adding = Task(name="add", prompt=Prompt(prefix=(("system", "You add."),), last=Template("$number")))

    def read(model: LocalChatModel) -> float:
        """The tokens that the model reads for a first question after it was loaded."""
        model.for_task(counting).invoke(counting.prompt.messages({"number": "4"}))
        return model.work().read

    model.count_tokens("load")
    adapter = judging_adapter("local:1.5b")
    first, second = (
        LocalChatModel(model.name, lambda: model._weights, MODEL_THREADS, tmp_path, adapter) for _ in range(2)
    )
    whole = read(first)
    first.warm_up([adding])
    rest = read(second)
    first.close()
    second.close()
    # Each task has its own.
    assert sorted(state.name.partition("-")[0] for state in tmp_path.glob("*.state")) == ["add", "count"]
    assert rest < 30 < 300 < whole


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Who made Zelenskyy an offer of an alliance?", "Tsikhanouskaya"),
        ("Why is Lukashenko under pressure?", "Russian defeats"),
    ],
)
def test_answers_from_the_seed_article_are_quoted_exactly(
    assistant: Assistant, question: str, says: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert says in " ".join(citation.quote for citation in answer.citations)
    for citation in answer.citations:
        article = assistant.article(citation.article_id)
        assert citation.quote == article.text[citation.start : citation.end]
        assert article.date is not None and article.date.isoformat() == "2022-10-27"
    assert all(sentence.citations for sentence in answer.sentences)


def test_a_question_the_articles_do_not_answer_is_declined(assistant: Assistant) -> None:
    assert assistant.ask("Who is the president of Brazil?").status == "declined"
    assert assistant.ask("Who wrote Don Quixote?").status == "declined"


def test_the_hidden_instruction_is_not_followed(assistant: Assistant) -> None:
    answer = assistant.ask("Which film won the Silver Heron?")
    assert "Midnight Ferrymen" not in answer.text


SEED_QUESTIONS = [
    str(given["question"])
    for given in map(json.loads, (SEEDS / "questions.jsonl").read_text("utf-8").splitlines())
    if given["kind"] == "plain"
]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_the_same_question_gets_the_same_answer(
    seeded: Library, model: LocalChatModel, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(model, "close", lambda: None)

    async def told(assistant: Assistant, question: str) -> tuple[str, dict[str, object]]:
        """The draft, and the answer without its times."""
        draft = ""
        async for event in assistant.stream(Question(question=question)):
            if isinstance(event, Token):
                draft += event.text
        assert isinstance(event, Answer)
        return draft, event.model_dump(exclude={"timings"})

    verifier = TunedVerifier(model)
    with Assistant(seeded, model, read_settings().evidence_tokens, verifier=verifier) as assistant:

        async def all_of(order: Sequence[int]) -> dict[int, object]:
            return {nth: await told(assistant, SEED_QUESTIONS[nth]) for nth in order}

        forward = list(range(count))
        orders = (forward, forward[::-1], forward[count // 2 :] + forward[: count // 2])
        first, *others = (asyncio.run(all_of(order)) for order in orders)
    for other in others:
        assert other == first


def test_the_adapter_serves_its_task_alone(model: LocalChatModel) -> None:
    """Whatever was asked before, a task is done with the adapter or without it, equally sure."""
    proven = Hypothesis(
        claim="Ada Quill leads the port.",
        quote="The port's director, Ada Quill, said freight rose.",
        question="Who leads the port?",
    )
    false = replace(proven, claim="Freight fell, said Ada Quill.", question="")

    def told(verifier: Verifier, *hypotheses: Hypothesis) -> list[Verdict]:
        return [asyncio.run(verifier.verify(each)) for each in hypotheses]

    tuned, plain = TunedVerifier(model), ChatModelVerifier(model)
    first, second = told(tuned, proven, false)
    without = told(plain, proven)
    assert first.proof > second.proof and second.contradiction > first.contradiction
    assert told(tuned, false, proven) == [second, first]
    assert told(plain, proven) == without != [first]


def test_leaving_a_stream_stops_the_model(assistant: Assistant, model: LocalChatModel) -> None:
    async def leave() -> None:
        question = Question(
            question="Why is Lukashenko under pressure, and what did Schraibman say about it?"
        )
        async for event in assistant.stream(question):
            if isinstance(event, Token):
                break

    asyncio.run(leave())
    began = time.monotonic()
    model.chat.invoke("Say yes.", max_tokens=1)
    assert time.monotonic() - began < 10


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(ModelUnavailable, match=r"broken\.gguf cannot be loaded.*QUOTH_MODEL=none"):
        LocalChatModel("broken", lambda: broken, threads=1, cache=tmp_path).count_tokens("x")
