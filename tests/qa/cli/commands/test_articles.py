"""`quoth add`, `list`, `show` and `remove`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index import ingest
from index.storage import disk_space
from tests.paths import SEEDS
from tests.qa.cli.running import QUESTION, Run, article_line, run_in, start_process


def test_add_reports_every_outcome(quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(f"{article_line(1)}\n{article_line(2)}\n")
    assert quoth("add", file) == (0, "2 added, 0 updated, 0 unchanged, 0 skipped\n", "")
    file.write_text(
        f"{article_line(1)}\n{article_line(2).replace('boats', 'ships')}\n{article_line(3)}\n{{broken\n"
    )
    code, out, err = quoth("add", file)
    assert (code, out) == (1, "1 added, 1 updated, 1 unchanged, 1 skipped\n")
    assert err.startswith(f"skipped {file}:4: not JSON")
    code, out, err = quoth("add", file, "--json")
    assert (code, err) == (1, "")
    report = json.loads(out)
    assert report["unchanged"] == ["harbour-1", "harbour-2", "harbour-3"]
    assert report["skipped"][0]["source"] == f"{file}:4"


def test_bad_files_do_not_prevent_adding_good_ones(quoth: Run, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "huge.txt").write_bytes(b"All work and no play. " * 2_400_000)
    (folder / "wrong.jsonl").write_bytes(b'{"title": "No text"}')
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


def test_a_long_list_of_skipped_sources_is_shortened(quoth: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("{\n" * 25)
    code, _, err = quoth("add", file)
    lines = err.splitlines()
    assert (code, len(lines)) == (1, 21)
    assert lines[-1] == "and 5 more; use --json to list all"
    assert len(json.loads(quoth("add", file, "--json")[1])["skipped"]) == 25


def test_a_full_disk_stops_only_adding(
    seeded_quoth: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "harbours.jsonl"
    file.write_text(article_line(1))
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 10**18)
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
def test_interrupted_adding_continues(home: Path, tmp_path: Path) -> None:
    """Interrupted after a finished batch, within the next one."""
    file, halt = tmp_path / "harbours.jsonl", tmp_path / "halt"
    file.write_text("".join(f"{article_line(number)}\n" for number in range(280)))
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
    assert err == "interrupted; run the same command again to continue\n"
    assert out == f"{ingest.BATCH_PASSAGES} added, 0 updated, 0 unchanged, 0 skipped\n"
    again = start_process("add", file, "--home", home)
    assert (again.returncode, again.stderr) == (0, "")
    left = 280 - ingest.BATCH_PASSAGES
    assert again.stdout == f"{left} added, 0 updated, {ingest.BATCH_PASSAGES} unchanged, 0 skipped\n"
    code, out, _ = run_in(home)("doctor")
    assert code == 0
    assert "articles: 280, passages: 280, vectors: 280; everything is consistent" in out


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


def test_list_applies_filters(seeded_quoth: Run) -> None:
    listed = seeded_quoth("list", "--source", "The Marren Post", "--after", "2024-01-01", "--json")[1]
    articles = json.loads(listed)["articles"]
    assert articles and {article["source"] for article in articles} == {"The Marren Post"}


def test_columns_of_tables_can_be_chosen(quoth: Run, tmp_path: Path) -> None:
    films = tmp_path / "films.csv"
    films.write_text("Year,Film,Plot\n1901,Smash,He serves beer.\n1902,Crash,She leaves town.\n")
    code, _, err = quoth("add", films)
    assert code == 1 and "(Year, Film, Plot)" in err and "--columns text=COLUMN" in err
    code, out, _ = quoth("add", films, "--columns", "text=Plot", "--columns", "title=Film")
    assert (code, out) == (0, "2 added, 0 updated, 0 unchanged, 0 skipped\n")
    code, _, err = quoth("add", films, "--columns", "body=Plot")
    assert code == 2 and "text=Plot" in err


def test_what_was_guessed_is_a_warning_and_a_changed_path_still_updates(quoth: Run, tmp_path: Path) -> None:
    news = tmp_path / "news.json"
    news.write_text('{"articles": [{"headline": "Kiln", "body": "The kiln is cold.", "published": "soon"}]}')
    _, out, err = quoth("add", news)
    assert out.startswith("1 added") and f"warning: {news}: `headline` is read as title" in err
    assert "its date names no certain day, so it has none ('soon')" in err
    page = tmp_path / "index.txt"
    for text, how in (("One day.", "1 added, 0 updated"), ("Another day.", "0 added, 1 updated")):
        page.write_text(text)
        assert quoth("add", page)[1].startswith(how)
