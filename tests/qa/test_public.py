"""The public names of the `qa` package, and the Python examples that use them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from types import ModuleType

import pytest

import qa
import qa.assistant
import qa.evaluation
from tests.paths import ROOT

# The modules of Quoth that examples may import.
PUBLIC = {"qa", "qa.assistant", "qa.client", "qa.evaluation", "qa.settings", "index"}


@pytest.mark.parametrize("package", [qa, qa.assistant, qa.evaluation], ids=lambda package: package.__name__)
def test_every_public_name_resolves(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'qa' has no attribute 'Qouth'"):
        getattr(qa, "Qouth")  # noqa: B009


def test_the_client_loads_no_models() -> None:
    heavy = "torch chromadb gradio langchain langchain_core trafilatura".split()
    code = f"import sys; from qa import Quoth; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("page", ["README.md", "docs/http.md", "docs/evaluation.md"])
def test_examples_import_only_public_names(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        for node in ast.walk(ast.parse(example)):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("qa", "index")):
                assert node.module in PUBLIC
                if node.module == "qa":
                    assert {alias.name for alias in node.names} <= set(qa.__all__)
