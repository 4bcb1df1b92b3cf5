"""Which columns of a table, or keys of an object, hold the fields of an article."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import SourceUnreadable
from index.text.messages.phrase import Phrase

FIELDS = ("id", "url", "title", "date", "source", "text")

# Names in other tables, the most telling first, without case, accents, blanks and punctuation.
_NAMES: Mapping[str, Sequence[str]] = {
    "text": (
        "text fulltext articletext maintext bodytext textbody articlebody body content pagecontent "
        "contenttext textcontent articlecontent article story storytext newstext message post selftext "
        "transcript abstract description summary texte texto testo inhalt contenu contenido contenuto "
        "artikel tekst teksti"
    ).split(),
    "title": (
        "title headline heading articletitle newstitle titletext mainheadline subject name titel "
        "uberschrift schlagzeile titre titulo titular titolo otsikko rubrik tytul"
    ).split(),
    "date": (
        "date published publishedat publishedon publicationdate publishdate publishtime publishedtime "
        "datepublished dateofpublication pubdate articledate newsdate posted postedat postdate day "
        "datetime timestamp time created createdat createdutc creationdate datecreated updated updatedat "
        "datum veroffentlicht erscheinungsdatum fecha dataora data paivays publie datedepublication"
    ).split(),
    "source": (
        "source outlet publisher publication newspaper sourcename mediaoutlet sitename site website "
        "magazine journal channel agency provider media medium quelle fuente fonte lahde zeitung author "
        "authors byline creator writer domain"
    ).split(),
    "url": (
        "url link articleurl sourceurl pageurl weburl permalink canonicalurl canonical uri href address "
        "shareurl lien enlace collegamento"
    ).split(),
    "id": "id articleid docid documentid guid uuid".split(),
}
# Words that say only whose text or title it is.
_OWNERS = re.compile(r"(?:article|news|post|story|document|doc|item|page|entry|web|dc|og)(?=.{3})")
_SETTING = re.compile(r"(?:^|,)\s*(?P<field>[a-z]+)\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that may hold each field, the most probable first, and a sentence on how they were chosen
    if a user should know.
    """

    by_field: Mapping[str, Sequence[str]]
    remark: str = ""

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The value of each field: of the first column that has one."""
        return {
            field: next((values[name] for name in names if values.get(name) not in ("", None)), None)
            for field, names in self.by_field.items()
        }


def parse_columns(text: str) -> dict[str, str]:
    """`text=Plot,title=Film title` as columns by field. Raises SourceUnreadable if it has another form."""
    if not text.strip():
        return {}
    marks = list(_SETTING.finditer(text))
    starts = [mark.start() for mark in marks]
    found = {
        mark["field"]: text[mark.end() : end].strip()
        for mark, end in zip(marks, [*starts[1:], len(text)], strict=False)
    }
    wrong = [field for field, column in found.items() if field not in FIELDS or not column]
    if wrong or starts[:1] != [0] or len(found) < len(marks):
        raise SourceUnreadable(
            Phrase(
                "columns {text} must be written like text=Plot,title=Film with the fields {fields}",
                text=repr(text[:80]),
                fields=", ".join(FIELDS),
            )
        )
    return found


def choose_columns(names: Sequence[str], given: Mapping[str, str]) -> Columns:
    """The columns among these `names`; `given` are those that the user chose, by field.

    Others are chosen by their names, in any case and spelling: `text`, `Body`, `page_content`, `Publication
    Date`. Raises SourceUnreadable if a given one does not exist, or none of them is the text.
    """
    by_field = {field: [_given(wanted, names)] for field, wanted in given.items()}
    taken = [chosen for [chosen] in by_field.values()]
    free = [name for name in names if name not in taken]
    guessed = {}
    for field in FIELDS:
        if field not in by_field and (found := _named(field, free)):
            by_field[field] = found
            if _plain(found[0]) != field:
                guessed[field] = found
    if "text" not in by_field:
        raise SourceUnreadable(
            Phrase(
                'no "text" among its columns ({columns}); name the one that holds it with --columns '
                "text=COLUMN (over HTTP, in the field `columns`)",
                columns=_shown(names),
            )
        )
    return Columns(by_field=by_field, remark=_remark(guessed))


def _given(wanted: str, names: Sequence[str]) -> str:
    for exact in (True, False):
        for name in names:
            if name.strip() == wanted.strip() if exact else _plain(name) == _plain(wanted):
                return name
    raise SourceUnreadable(
        Phrase(
            "no column {wanted}; its columns are {columns}", wanted=repr(wanted[:60]), columns=_shown(names)
        )
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:30]) + (", …" if len(names) > 30 else "")


def _named(field: str, names: Sequence[str]) -> list[str]:
    """The columns that may hold the field, the most probable first; if one has its name, only that."""
    ranks: dict[str, int] = {}
    for name in names:
        plain = _plain(name)
        for spelling in (plain, _OWNERS.sub("", plain, count=1)):
            if spelling in _NAMES[field]:
                ranks.setdefault(name, _NAMES[field].index(spelling) + (spelling != plain))
    ranked = sorted(ranks, key=ranks.__getitem__)
    own = [name for name in ranked if _plain(name) == field]
    return own[:1] or ranked


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def _remark(guessed: Mapping[str, Sequence[str]]) -> str:
    if not guessed:
        return ""
    (first, [column, *_]), *rest = guessed.items()
    chosen = Phrase("`{column}` is read as {field}", column=column, field=first)
    for field, found in rest:
        chosen = Phrase(
            "{chosen}, `{column}` is read as {field}", chosen=chosen, column=found[0], field=field
        )
    others = ",".join(f"{field}={found[1]}" for field, found in guessed.items() if len(found) > 1)
    return Phrase(
        "{chosen}; to choose others, use --columns {columns}",
        chosen=chosen,
        columns=others or "text=COLUMN",
    )
