"""An archive in a home needs none of the packages for several servers, and imports none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import MODELS

PACKAGES = ("psycopg", "psycopg_pool", "procrastinate", "ray")
# Adds, searches and lists with those packages missing, then names what was imported of them all the same.
SESSION = f"""
import sys
sys.modules.update(dict.fromkeys({PACKAGES!r}))
from pathlib import Path
from functools import partial
from index.library import Library
from index.schemas import Article
from tests.index.durability.test_crash import WordCounter
import qa.assistant, qa.cli.main, qa.web.run
with Library(Path(sys.argv[1]), WordCounter(Path(sys.argv[2]))) as library:
    list(library.add("default", [Article(id="a", text="The ferry left at noon.")]))
    assert library.collection("default").search("ferry")
print([name for name in {PACKAGES!r} if sys.modules[name]])
"""


def test_without_the_extras_an_archive_works(tmp_path: Path) -> None:
    tokenizer = MODELS / "all-MiniLM-L6-v2" / "tokenizer.json"
    command = [sys.executable, "-c", SESSION, str(tmp_path), str(tokenizer)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert told.stdout.strip() == "[]", told.stderr
