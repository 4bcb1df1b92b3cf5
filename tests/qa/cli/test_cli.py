"""The command line: what it prints where, and how it ends."""

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

import pytest
from typer.testing import CliRunner

from index import ingest
from index.library import Library
from qa.cli import main
from qa.cli.commands import articles
from tests.conftest import MODELS
from tests.paths import SEEDS

QUOTH = Path(sys.executable).with_name("quoth")
QUESTION = "When was the Vey Bridge in Ostleigh opened?"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "none")


def run_in(home: Path) -> Run:
    def run(*arguments: str | Path, stdin: str = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(main.app, [*map(str, arguments), "--home", str(home)], input=stdin)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def quoth(home: Path) -> Run:
    return run_in(home)


@pytest.fixture
def seeded_quoth(seeded_home: Path) -> Run:
    return run_in(seeded_home)


def started(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [QUOTH, *arguments], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )


def article(number: int) -> str:
    text = f"Harbour {number} counted {number * 7} boats on Monday, said its master, Ada Quill."
    return json.dumps({"id": f"harbour-{number}", "title": f"Harbour {number}", "text": text})


# Starting


def test_a_start_loads_nothing_that_takes_long() -> None:
    heavy = "torch chromadb gradio langchain langchain_core pydantic_settings trafilatura numpy"
    code = f"import sys, qa.cli.main; print([name for name in {heavy.split()} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_list_loads_neither_models_nor_vectors(seeded_home: Path) -> None:
    code = (
        f"import sys, qa.cli.main; sys.argv = ['quoth', 'list', '--home', {str(seeded_home)!r}]\n"
        "try: qa.cli.main.main()\n"
        "finally: sys.stderr.write(str([n for n in ('torch', 'chromadb', 'gradio') if n in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("[]")
    assert done.stdout.startswith("eelgrass-carbon-study\t2024-06-12\t2\tNorthshore Wire\t")


def test_help_names_every_command_and_version_the_version() -> None:
    done = CliRunner().invoke(main.app, ["--help"])
    for command in "add ask search list show remove serve verify doctor models".split():
        assert re.search(rf"│ {command} ", done.stdout)
    assert re.fullmatch(r"quoth \d+\.\d+\.\d+\n", CliRunner().invoke(main.app, ["--version"]).stdout)


@pytest.mark.parametrize(
    "wrong",
    ["nope", "ask", "list --nope", "ask x --as-of 2022-13-01", "search x -k 0", "serve --port 65536", "add"],
)
def test_wrong_usage_ends_with_2(quoth: Run, wrong: str) -> None:
    code, out, err = quoth(*wrong.split())
    assert (code, out) == (2, "")
    assert "Usage: quoth" in err


# Adding


def test_add_tells_what_became_of_everything(quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(f"{article(1)}\n{article(2)}\n")
    assert quoth("add", file) == (0, "2 added, 0 updated, 0 unchanged, 0 skipped\n", "")
    file.write_text(f"{article(1)}\n{article(2).replace('boats', 'ships')}\n{article(3)}\n{{broken\n")
    code, out, err = quoth("add", file)
    assert (code, out) == (1, "1 added, 1 updated, 1 unchanged, 1 skipped\n")
    assert err.startswith(f"skipped {file}:4: not JSON")
    code, out, err = quoth("add", file, "--json")
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert report["unchanged"] == ["harbour-1", "harbour-2", "harbour-3"]
    assert report["skipped"][0]["source"] == f"{file}:4"


def test_bad_files_keep_no_good_one_out(quoth: Run, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "huge.txt").write_bytes(b"All work and no play. " * 2_400_000)
    (folder / "wrong.jsonl").write_bytes(article(1).encode("utf-16"))
    (folder / "broken.md").write_text("---\ntitle: [\n---\nText.")
    (folder / "broken.html").write_bytes(b"<html><body><scr")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    (folder / "good.txt").write_text("The lighthouse of Gannet Head was lit again on Friday.")
    code, out, err = quoth("add", folder, folder / "missing.txt", "https://127.0.0.1/a")
    assert code == 1
    assert out == "1 added, 0 updated, 0 unchanged, 10 skipped\n"
    for name in "empty.txt binary.txt huge.txt wrong.jsonl broken.md broken.html picture.png".split():
        assert f"skipped {folder / name}: " in err
    for other in (folder / "dangling.txt", folder / "missing.txt", "https://127.0.0.1/a"):
        assert f"skipped {other}: " in err
    assert "Gannet Head" in quoth("search", "lighthouse")[1]


def test_a_long_list_of_skipped_is_cut_short(quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("{\n" * 25)
    code, _, err = quoth("add", file)
    lines = err.splitlines()
    assert (code, len(lines)) == (1, 21)
    assert lines[-1] == "and 5 more; --json lists all"
    assert len(json.loads(quoth("add", file, "--json")[1])["skipped"]) == 25


def test_a_full_disk_stops_adding_and_nothing_else(
    seeded_quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(article(1))
    monkeypatch.setattr(ingest, "MIN_FREE_BYTES", 10**18)
    code, out, err = seeded_quoth("add", file, SEEDS / "storm-ottilie.html")
    assert (code, out) == (1, "0 added, 0 updated, 1 unchanged, 0 skipped\n")
    assert err.startswith("error: less than ") and "add the same again" in err
    assert seeded_quoth("search", "storm")[0] == 0


HALTING = """
import sys, time
from pathlib import Path
from index.readers import registry
from qa.cli import main

halt, *arguments = sys.argv[1:]
read_sources = registry.read_sources

def halting(sources, **options):
    for nth, article in enumerate(read_sources(sources, **options)):
        if nth == 270:
            Path(halt).touch()
            time.sleep(120)
        yield article

registry.read_sources = halting
sys.argv = ["quoth", *arguments]
main.main()
"""


@pytest.mark.slow
def test_interrupted_adding_goes_on_where_it_was(home: Path, tmp_path: Path) -> None:
    """Interrupted behind a batch that was told, and within one that was not."""
    file, halt = tmp_path / "harbours.jsonl", tmp_path / "halt"
    file.write_text("".join(f"{article(number)}\n" for number in range(280)))
    adding = subprocess.Popen(
        [sys.executable, "-c", HALTING, halt, "add", file, "--home", home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not halt.exists() and adding.poll() is None:
        time.sleep(0.02)
    adding.send_signal(signal.SIGINT)
    out, err = adding.communicate(timeout=60)
    assert adding.returncode == 130
    assert err == "interrupted; add the same again to go on\n"
    assert out == f"{ingest.BATCH_PASSAGES} added, 0 updated, 0 unchanged, 0 skipped\n"
    again = started("add", file, "--home", home)
    assert (again.returncode, again.stderr) == (0, "")
    left = 280 - ingest.BATCH_PASSAGES
    assert again.stdout == f"{left} added, 0 updated, {ingest.BATCH_PASSAGES} unchanged, 0 skipped\n"
    code, out, _ = run_in(home)("doctor")
    assert code == 0
    assert "articles: 280, passages: 280, vectors: 280; everything fits together" in out


# Asking and finding


def test_an_answer_stands_above_its_quotes(seeded_quoth: Run) -> None:
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
    told = json.loads(shown)
    assert (code, told["holds"]) == (1, False)
    assert {one["reason"] for one in told["citations"]} == {"the article is gone"}


def test_a_conversation_from_the_window_is_verified(seeded_quoth: Run, tmp_path: Path) -> None:
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
def test_what_is_no_answer_is_not_verified(quoth: Run, tmp_path: Path, broken: str) -> None:
    file = tmp_path / "answer.json"
    file.write_text(broken, errors="surrogateescape")
    code, _, err = quoth("verify", file)
    assert code == 1
    assert err.startswith(f"error: {file} is not a saved answer")


def test_a_missing_answer_is_not_verified(quoth: Run, tmp_path: Path) -> None:
    code, _, err = quoth("verify", tmp_path / "no.json")
    assert (code, "cannot be read" in err) == (1, True)


def test_an_answer_that_cites_what_it_does_not_list_is_not_verified(seeded_quoth: Run) -> None:
    answer = json.loads(seeded_quoth("ask", QUESTION, "--json")[1]) | {"citations": []}
    code, _, err = seeded_quoth("verify", "-", stdin=json.dumps(answer))
    assert (code, "cites [1], which it does not list" in err) == (1, True)


def test_a_declined_question_shows_what_comes_nearest(seeded_quoth: Run) -> None:
    code, out, _ = seeded_quoth("ask", "Which enzyme splits lactose in yaks?")
    assert code == 0
    assert out.startswith("The articles do not say.\n\nNearest passages\n  - ")
    assert out.count("\n  - ") == 3
    answer = json.loads(seeded_quoth("ask", "Which enzyme splits lactose in yaks?", "--json")[1])
    assert (answer["status"], answer["citations"]) == ("declined", [])


def test_filters_limit_what_answers(seeded_quoth: Run) -> None:
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
    told = ""
    while "searching" not in told:
        told += asking.stderr.read(1)
    asking.send_signal(signal.SIGINT)
    out, err = asking.communicate(timeout=60)
    assert (asking.returncode, out) == (130, "")
    assert err.endswith("interrupted\n") and "Traceback" not in err
    assert run_in(seeded_home)("list")[0] == 0  # the archive is free and whole
    assert run_in(seeded_home)("doctor")[0] == 0


def test_on_a_terminal_the_words_that_were_sought_are_bold(
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


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "  ", "why " * 25_000, "wh\x00y", "why\x1b[31m?"])
def test_what_cannot_be_asked_ends_with_2(quoth: Run, command: str, question: str) -> None:
    code, out, err = quoth(command, question)
    assert (code, out) == (2, "")
    assert err.startswith("error: the question ")
    assert "\x1b" not in err


# Articles


def test_list_show_and_remove(seeded_quoth: Run) -> None:
    articles = json.loads(seeded_quoth("list", "--json")[1])["articles"]
    assert len(articles) == len(seeded_quoth("list")[1].splitlines())
    id_ = "wind-farm-marren-post"
    shown = json.loads(seeded_quoth("show", id_, "--json")[1])
    assert shown["source"] == "The Marren Post"
    code, out, _ = seeded_quoth("show", id_)
    assert code == 0
    assert out.startswith(f"id      {id_}\n")
    assert out.endswith(shown["text"] + "\n")

    code, out, err = seeded_quoth("remove", id_, "no-such-id")
    assert (code, out) == (1, "")
    assert err.startswith("error: no article has the id 'no-such-id'")
    assert seeded_quoth("show", id_)[0] == 0
    assert seeded_quoth("remove", id_, id_) == (0, f"removed {id_}  {shown['title']}\n", "")
    assert seeded_quoth("show", id_)[0] == 1


def test_without_articles(quoth: Run) -> None:
    code, out, err = quoth("ask", QUESTION)
    assert (code, out) == (1, "")
    assert err.startswith("error: the collection 'default' has no articles yet; add some with `quoth add ")
    code, out, err = quoth("list")
    assert (code, out) == (0, "")
    assert "no articles yet" in err
    assert json.loads(quoth("list", "--json")[1]) == {"articles": []}


def test_collections_are_apart(seeded_quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(article(1))
    seeded_quoth("add", file, "--collection", "harbours")
    assert len(seeded_quoth("list", "--collection", "harbours")[1].splitlines()) == 1
    code, _, err = seeded_quoth("list", "--collection", "../harbours")
    assert (code, err.startswith("error: '../harbours' cannot name a collection")) == (2, True)
    assert seeded_quoth("collections")[1] == "default\t19\nharbours\t1\n"
    assert seeded_quoth("collections", "remove", "harbours") == (0, "removed harbours\n", "")
    told = json.loads(seeded_quoth("collections", "--json")[1])
    assert told == {"collections": [{"name": "default", "articles": 19}]}
    code, _, err = seeded_quoth("collections", "remove", "default")
    assert (code, err.startswith("error: the collection 'default' stays")) == (2, True)


def test_lists_are_narrowed(seeded_quoth: Run) -> None:
    listed = seeded_quoth("list", "--source", "The Marren Post", "--after", "2024-01-01", "--json")[1]
    articles = json.loads(listed)["articles"]
    assert articles and {article["source"] for article in articles} == {"The Marren Post"}


def test_an_article_cannot_steer_the_terminal(quoth: Run, tmp_path: Path) -> None:
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


# On a terminal


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


# What goes wrong


def test_without_weights_the_next_step_is_named(tmp_path: Path) -> None:
    for command in (["ask", QUESTION], ["add", str(SEEDS)], ["list"]):
        code, out, err = run_in(tmp_path / "bare")(*command)
        assert (code, out) == (1, "")
        assert err.startswith("error: the weights of minilm are not in ") and "`quoth models pull`" in err


def test_without_the_models_weights_the_next_step_is_named(
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
def test_a_corrupt_model_is_an_error_and_no_crash(seeded_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + os.urandom(5000))  # as far as the version it is whole
    done = started("ask", QUESTION, "--home", seeded_home, QUOTH_MODEL=str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: the model {file} cannot be loaded")
    assert "Traceback" not in done.stderr


def test_settings_that_cannot_be(quoth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_MODEL", "clever")
    code, _, err = quoth("list")
    assert (code, err.startswith("error: QUOTH_MODEL is 'clever'; it must be ")) == (1, True)
    monkeypatch.setenv("QUOTH_MODEL", "/nowhere/model.gguf")
    assert quoth("list")[0] == 1
    monkeypatch.setenv("QUOTH_THREADS", "many")
    code, _, err = quoth("list")
    assert (code, err.startswith("error: QUOTH_THREADS cannot be 'many'")) == (2, True)
    monkeypatch.setenv("QUOTH_MODLE", "none")
    code, _, err = quoth("list")
    assert (code, err) == (2, "error: there is no setting QUOTH_MODLE; did you mean QUOTH_MODEL?\n")


def test_a_locked_archive_names_its_owner(seeded_home: Path, seeded: Library) -> None:
    done = started("list", "--home", seeded_home)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"is in use by process {os.getpid()}" in done.stderr
    examined = started("doctor", "--home", seeded_home)
    assert examined.returncode == 0
    assert f"in use by process {os.getpid()}: collections were not looked at" in examined.stdout


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


def test_a_reader_that_has_had_enough_ends_it_quietly(seeded_home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [QUOTH, "list", "--json", "--home", seeded_home], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_nobody_expected_is_to_be_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(home: Path | None) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(articles, "assistant_of", broken)
    monkeypatch.setattr(sys, "argv", ["quoth", "list"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "error: unexpected ZeroDivisionError: a bug; please report it with what follows"
    assert rest[0].startswith("Traceback")


# Models


def test_models_says_where_they_lie_and_where_they_come_from(home: Path, quoth: Run, tmp_path: Path) -> None:
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


def test_pull_brings_what_lies_elsewhere(tmp_path: Path) -> None:
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
    assert (code, "say which model it is" in re.sub(r"[│\s]+", " ", err)) == (2, True)
    code, _, err = quoth("models", "pull", "gpt-9")
    assert (code, err.startswith("error: no model is called 'gpt-9'")) == (1, True)


def test_options_that_are_not_text(seeded_quoth: Run) -> None:
    code, _, err = seeded_quoth("show", "\udcff")
    assert (code, err) == (2, "error: an option or argument is not UTF-8; type it as plain text\n")
