"""The regular expressions of the project, where they are used, and texts on which one could take long."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path
from re import _constants as sre
from re import _parser as parser
from types import ModuleType
from typing import Any

from tests.paths import ROOT

SCANNING = {"search", "finditer", "findall", "split", "sub", "subn"}
WHOLE = {"match", "fullmatch"}
# Importing these takes seconds; only their literal patterns are checked.
_NOT_IMPORTED = "qa.web.ui"


@dataclass(frozen=True)
class Use:
    """A pattern, and the methods by which it is used."""

    pattern: re.Pattern[Any]
    methods: frozenset[str]
    place: str


def used_patterns() -> list[Use]:
    """Every pattern in the code of `index` and `qa`."""
    found: dict[tuple[Any, int], Use] = {}
    for file in sorted(chain((ROOT / "index").rglob("*.py"), (ROOT / "qa").rglob("*.py"))):
        text = file.read_text("utf-8")
        if "re." in text:
            for use in _in_file(file, ast.parse(text)):
                key = (use.pattern.pattern, use.pattern.flags)
                methods = use.methods | (found[key].methods if key in found else frozenset())
                found[key] = Use(use.pattern, methods, use.place)
    return list(found.values())


def _in_file(file: Path, tree: ast.Module) -> Iterator[Use]:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    module = None if name.startswith(_NOT_IMPORTED) else importlib.import_module(name)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    methods: dict[str, set[str]] = {}
    for call in calls:
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            methods.setdefault(call.func.value.id, set()).add(call.func.attr)
    for call in calls:
        if ast.unparse(call.func).startswith("re.") and (pattern := _evaluated(call, module)):
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if method != "compile":
                yield Use(pattern, frozenset({method} & (SCANNING | WHOLE)), f"{name}:{call.lineno}")
    for variable, value in vars(module).items() if module else ():
        for pattern in _patterns(value):
            direct = methods.get(variable, set()) & (SCANNING | WHOLE)
            yield Use(pattern, frozenset(direct or {"search", "match", "fullmatch"}), f"{name}.{variable}")


def _evaluated(call: ast.Call, module: ModuleType | None) -> re.Pattern[Any] | None:
    """The pattern of a call such as `re.sub(...)`; None where it depends on local variables."""
    flags = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    try:
        values = [
            eval(ast.unparse(part), dict(vars(module)) if module else {"re": re})
            for part in [*call.args[:1], *flags]
        ]
        return re.compile(*values)
    except Exception:
        return None


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _patterns(part)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from _patterns(part)


def probes(pattern: re.Pattern[Any], most: int) -> list[tuple[str, str, str]]:
    """Beginnings, parts to repeat and ends, made of what the pattern itself is made of: each part alone, and
    about `most` combinations.
    """
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = parser.parse(
        source,
        pattern.flags & ~re.UNICODE & ~re.ASCII if isinstance(pattern.pattern, bytes) else pattern.flags,
    )
    repeats = list(_repeats(parsed, ""))
    bodies = list(dict.fromkeys(body for _, body in repeats if body))
    starts = list(dict.fromkeys(["", *(start for start, _ in repeats)]))
    characters = list(dict.fromkeys(_characters(parsed)))[:16]
    wholes = [start for start in starts if start]
    pumps = dict.fromkeys([*bodies, *wholes, *characters])
    pumps |= dict.fromkeys(a + b for a, b in product(bodies, bodies) if a != b)
    pumps |= dict.fromkeys(start + body for start, body in repeats)
    found = [(start, pump, end) for end, pump, start in product(("\0", "x!"), pumps, starts) if pump]
    step = max(1, len(found) // most)
    near = [(start, body, "\0") for start, body in repeats if body]
    return list(dict.fromkeys([*near, *(("", pump, "\0") for pump in pumps if pump), *found[::step]]))


def _repeats(parsed: Any, before: str) -> Iterator[tuple[str, str]]:
    """An example of what stands before each repetition, and one of what it repeats."""
    for op, value in parsed:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT) or op is getattr(sre, "POSSESSIVE_REPEAT", None):
            _, most, body = value
            for example in _examples(body):
                if most > 8:
                    yield before, example
            yield from _repeats(body, before)
        else:
            for part in _parts(op, value):
                yield from _repeats(part, before)
        before += _example([(op, value)])


def _parts(op: Any, value: Any) -> Sequence[Any]:
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if op is sre.ATOMIC_GROUP else []


def _characters(parsed: Any) -> Iterator[str]:
    for op, value in parsed:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            yield from _characters(value[2])
        elif op in (sre.LITERAL, sre.IN, sre.ANY, sre.NOT_LITERAL):
            yield from _members(op, value)
        else:
            for part in _parts(op, value):
                yield from _characters(part)


def _members(op: Any, value: Any) -> list[str]:
    """Some characters that a literal, a class or a dot accepts."""
    if op is sre.LITERAL:
        return [chr(value)]
    if op is sre.ANY:
        return ["x", " "]
    if op is sre.NOT_LITERAL:
        return [next(letter for letter in "x 1" if ord(letter) != value)]
    if value and value[0][0] is sre.NEGATE:
        accepts = re.compile(f"[{chr(0)}-{chr(255)}]")
        banned = set(chain.from_iterable(_members(sre.IN, [one]) for one in value[1:]))
        return [letter for letter in "x 1<\n" if letter not in banned and accepts.match(letter)][:2]
    found: list[str] = []
    for kind, what in value:
        if kind is sre.LITERAL:
            found.append(chr(what))
        elif kind is sre.RANGE:
            found.append(chr(what[0]))
        elif kind is sre.CATEGORY:
            found += _CATEGORIES.get(what, ["x", " "])
    return found[:6]


_CATEGORIES = {
    sre.CATEGORY_SPACE: [" ", "\n"],
    sre.CATEGORY_WORD: ["x", "1"],
    sre.CATEGORY_DIGIT: ["1"],
    sre.CATEGORY_NOT_SPACE: ["x", "<"],
    sre.CATEGORY_NOT_WORD: [" ", "."],
    sre.CATEGORY_NOT_DIGIT: ["x"],
}


def _examples(parsed: Any) -> list[str]:
    """What one repetition matches: several characters of a class, several branches."""
    if len(parsed) == 1:
        op, value = parsed[0]
        if op in (sre.IN, sre.ANY, sre.LITERAL, sre.NOT_LITERAL):
            return _members(op, value)
        if op is sre.BRANCH:
            return [_example(branch) for branch in value[1]][:6]
        if op is sre.SUBPATTERN:
            return _examples(value[3])
    return [_example(parsed)]


def _example(parsed: Any) -> str:
    """A text that matches, as short as possible."""
    made = ""
    for op, value in parsed:
        if op in (sre.LITERAL, sre.IN, sre.ANY, sre.NOT_LITERAL):
            made += (_members(op, value) or ["x"])[0]
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT) or op is getattr(sre, "POSSESSIVE_REPEAT", None):
            made += _example(value[2]) * value[0]
        elif op is sre.SUBPATTERN:
            made += _example(value[3])
        elif op is sre.BRANCH:
            made += _example(value[1][0])
        elif op is sre.ATOMIC_GROUP:
            made += _example(value)
    return made
