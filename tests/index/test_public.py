"""What `from index import …` offers, and that it costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import index
from index.library import Library
from index.schemas import Article, Passage
from tests.paths import ROOT


def test_every_public_name_can_be_imported() -> None:
    assert {
        "Article",
        "Collection",
        "Filters",
        "Hit",
        "Library",
        "Passage",
        "QuothError",
        "read_sources",
    } <= set(index.__all__)
    assert all(getattr(index, name).__name__ == name for name in index.__all__)
    assert (index.Library, index.Article, index.Passage) == (Library, Article, Passage)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Archive'"):
        getattr(index, "Archive")  # noqa: B009


def test_importing_the_errors_imports_no_libraries() -> None:
    program = "import sys, index.errors; print(sorted({'numpy', 'chromadb', 'torch'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
