"""Every language's catalogue has every message of the code, filled in alike, and no other."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from index.text.messages.catalogue import ENGLISH, FOLDER, languages, messages_in
from tests.paths import ROOT
from tests.project.catalogues import TEMPLATE, extracted

CATALOGUES = sorted(FOLDER.glob("*.po"))


def catalog(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened)


def by_id(messages: Iterable[Message]) -> Mapping[object, Message]:
    return {(one.context, one.id): one for one in messages if one.id}


def texts(message: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [message] if isinstance(message, str) else list(message or [""])


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def of_code() -> Mapping[object, Message]:
    return by_id(extracted())


@pytest.mark.parametrize("file", [*CATALOGUES, TEMPLATE], ids=lambda file: file.name)
def test_a_catalogue_has_the_messages_of_the_code_and_no_other(
    file: Path, of_code: Mapping[object, Message]
) -> None:
    found = by_id(catalog(file))
    assert not of_code.keys() - found.keys(), "missing: run `make messages`, and translate them"
    assert not found.keys() - of_code.keys(), "unused: run `make messages`"


def test_no_message_stands_in_an_f_string() -> None:
    """There it would not be found, and so never be translated."""
    for file in chain.from_iterable((ROOT / package).rglob("*.py") for package in ("index", "qa")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                called = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
                names = {one.attr for one in called if isinstance(one, ast.Attribute)}
                assert not names & {"gettext", "ngettext", "pgettext"}, f"{file}:{node.lineno}"


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.name)
def test_every_message_is_translated_and_filled_in_alike(file: Path) -> None:
    for message in by_id(catalog(file)).values():
        wanted = names(texts(message.id)[-1])
        for text in texts(message.string):
            assert text, f"{message.id} is not translated"
            assert names(text) <= wanted, message.id
            # "One article" need not say its number.
            assert wanted - names(text) <= {"number"} and (wanted == names(text) or message.pluralizable)
            assert text.strip() == text, message.id


def test_languages_are_the_files_of_the_folder_beside_english() -> None:
    assert {"en", *(file.stem for file in CATALOGUES)} == set(languages())
    assert [one.name for one in languages().values()] == ["English", "Deutsch", "Español", "Français"]


def test_plurals_numbers_and_days_are_those_of_the_language() -> None:
    counted = "{number} quote", "{number} quotes"
    assert [ENGLISH.ngettext(*counted, n) for n in (0, 1, 1200)] == ["0 quotes", "1 quote", "1,200 quotes"]
    french = messages_in("fr-FR")
    assert french.ngettext(*counted, 0) == "0 citation"
    assert french.ngettext(*counted, 1200) == "1\u202f200 citations"
    assert messages_in("es").day(date(2024, 3, 5)) == "5 mar 2024"


def test_a_message_that_no_catalogue_has_stays_english() -> None:
    assert messages_in("de").gettext("No catalogue says {this}.", this="so") == "No catalogue says so."
