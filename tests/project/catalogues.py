"""Brings the messages of the code into the catalogues: `make messages`."""

from __future__ import annotations

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from index.text.messages.catalogue import FOLDER
from tests.paths import ROOT

TEMPLATE = FOLDER / "messages.pot"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
# A broken template is an error, not one without messages.
OPTIONS = {"**/templates/**.html": {"silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {"Phrase": None}
WIDTH = 110


def extracted() -> Catalog:
    """The messages of the code, each with the files that have it."""
    messages = Catalog(project="Quoth", fuzzy=False)
    for package in ("index", "qa"):
        found = extract_from_dir(ROOT / package, METHODS, OPTIONS, KEYWORDS)
        for file, _, text, _, context in found:
            messages.add(text, locations=[(f"{package}/{file}", 0)], context=context)
    return messages


def main() -> None:
    """Writes the template, and each language's catalogue with the messages that it lacks, untranslated, and
    without those that no code has any more.
    """
    template = extracted()
    for file in (TEMPLATE, *sorted(FOLDER.glob("*.po"))):
        catalog = template
        if file != TEMPLATE:
            with file.open("rb") as opened:
                catalog = read_po(opened, locale=file.stem)
            catalog.update(template, no_fuzzy_matching=True)
        with file.open("wb") as opened:
            write_po(opened, catalog, WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    main()
