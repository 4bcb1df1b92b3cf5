"""`make graph`: draws in ARCHITECTURE.md how a question of each kind is answered, from the code.

The steps are the spans that the functions trace, in their order, and the composers those of the tables. A
test fails if the drawing is not what the code says.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

from qa.pipeline import composing, dispatch
from qa.pipeline.composition.composers import COMPOSERS, WITHOUT_MODEL, composer_of, fallback
from qa.pipeline.parts import several_parts
from qa.pipeline.pipeline import Pipeline
from qa.pipeline.understanding.kinds import DRAFTED
from qa.pipeline.understanding.understanding import Understanding
from qa.schemas import KINDS
from tests.paths import ROOT

FILE = ROOT / "ARCHITECTURE.md"
BLOCK = re.compile(r"(?<=<!-- make graph -->\n```\n).*?(?=```\n<!-- end -->)", re.DOTALL)


def drawing() -> str:
    """The lines between the marks."""
    [understand] = _steps(dispatch.dispatch)
    [compose] = _steps(composing.composed_events)
    draft = " → ".join(_steps(Pipeline.facts))
    lines = [f"question → {understand} →", ""]
    for kind in KINDS:
        if composer := COMPOSERS.get(kind):
            path = f"{compose} ({_name(composer)})"
            path += " → write over it (large context)" if kind in dispatch.WRITTEN else ""
        elif kind == "parts":
            path = f"each part as a fact ({_name(several_parts.answer_parts)})"
        elif kind in DRAFTED:
            path = draft
            if kind in WITHOUT_MODEL:
                path += f"; without a model: {compose} ({_name(WITHOUT_MODEL[kind])})"
        else:
            path = "the question before it, understood anew"
        lines.append(f"  {kind:<11} → {path} → answer")
    keywords = cast(Understanding, SimpleNamespace(kind="fact", is_keywords=True))
    without, declined = composer_of(keywords, drafts=False), fallback(keywords)
    assert without and declined
    lines += [
        f"  few words   → without a model: {compose} ({_name(without)}); "
        f"where the draft is declined: {compose} ({_name(declined)}) → answer"
    ]
    return "\n".join(lines) + "\n"


def _name(function: Callable[..., Any]) -> str:
    return (
        f"{function.__module__.removeprefix('qa.pipeline.').removeprefix('composition.')}.{function.__name__}"
    )


def _steps(function: Callable[..., Any], seen: frozenset[str] = frozenset()) -> list[str]:
    """The names of the spans that a function traces, and the methods of `self` that it calls, in order."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(step for call in calls for step in _step(call, seen | {function.__name__})))


def _step(call: ast.Call, seen: frozenset[str]) -> Iterator[str]:
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if name in ("traced", "start_span") and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
    elif name.startswith("_") and name not in seen and hasattr(Pipeline, name):
        yield from _steps(getattr(Pipeline, name), seen)


def main() -> None:
    """Writes the drawing."""
    text, count = BLOCK.subn(lambda _: drawing(), FILE.read_text("utf-8"))
    if not count:
        sys.exit(f"{FILE} has no place for the drawing; restore its marks")
    FILE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
