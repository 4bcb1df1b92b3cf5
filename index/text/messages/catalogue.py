"""The languages of the window: English, and each catalogue `LANGUAGE.po` of the folder beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from index.text.messages.messages import Messages

FOLDER = Path(__file__).parent / "catalogues"
# Days are written as in Britain: 5 March 2024.
ENGLISH = Messages(language="en", locale="en_GB")


@cache
def languages() -> Mapping[str, Messages]:
    """The messages of each language by its IETF tag, such as `de` or `pt-BR`; English first."""
    found = [_read(file) for file in sorted(FOLDER.glob("*.po"))]
    return MappingProxyType({one.language: one for one in (ENGLISH, *found)})


def messages_in(accepted: str) -> Messages:
    """The messages of the best language for a tag such as `de-AT`, or an `Accept-Language` header."""
    return ENGLISH if accepted == ENGLISH.language else languages()[preferred_language(accepted)]


def preferred_language(accepted: str) -> str:
    """The tag of the best language for an `Accept-Language` header; English where none of them fits."""
    weighted: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return negotiate_locale([tag for _, tag in sorted(weighted)], list(languages()), sep="-") or "en"


def _read(file: Path) -> Messages:
    with file.open("rb") as opened:
        catalog = read_po(opened, locale=file.stem)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Messages(
        language=file.stem.replace("_", "-"), locale=file.stem, translations=GNUTranslations(compiled)
    )
