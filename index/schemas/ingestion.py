"""The outcomes of adding articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from index.schemas.articles import Remark
from index.text.languages import language_name
from index.text.messages.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A source, or a line of one, that was not read as an article, and the reason."""

    source: str
    reason: str


Outcome = Literal["added", "updated", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedLanguage:
    """A language (ISO 639) that an embedder does not support, so that articles in it are harder to find."""

    language: str
    embedder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """An article that the article with the id `by` took the place of, since both have the same id (then
    `article_id` and `by` are equal) or were read from the same place.
    """

    article_id: str
    title: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """An article that is now in the collection, and how it got there. `uncovered` is its language, if it was
    embedded now and the embedder does not support it. `replaced` are stored articles, and earlier ones of
    the same run; `remarks` are its reader's.
    """

    article_id: str
    how: Outcome
    uncovered: UnsupportedLanguage | None = None
    replaced: tuple[Replaced, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """The article ids by outcome, and the skipped sources with their reasons.

    `replaced` are articles that are no longer stored as they were. `uncovered` are articles whose language
    the embedder does not support; the `warnings` say so, and what can be done, and what readers remarked.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    uncovered: Mapping[str, UnsupportedLanguage] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, outcomes: Iterable[Ingested | Skipped]) -> IngestReport:
        """The report of an ingestion, in its order."""
        ids: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
        skipped: list[Skipped] = []
        replaced: list[Replaced] = []
        remarks: list[Remark] = []
        uncovered: dict[str, UnsupportedLanguage] = {}
        for outcome in outcomes:
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
                continue
            ids[outcome.how].append(outcome.article_id)
            replaced += outcome.replaced
            remarks += outcome.remarks
            if outcome.uncovered:
                uncovered[outcome.article_id] = outcome.uncovered
        return cls(
            **{how: tuple(found) for how, found in ids.items()},
            skipped=tuple(skipped),
            replaced=tuple(replaced),
            uncovered=uncovered,
            warnings=(
                *_language_warnings(uncovered.values(), len(ids["added"]) + len(ids["updated"])),
                *_remark_warnings(remarks),
            ),
        )

    def outcomes(self) -> Iterator[Ingested | Skipped]:
        """The outcomes that the report is `of`, grouped by kind."""
        replaced: dict[str, list[Replaced]] = defaultdict(list)
        for one in self.replaced:
            replaced[one.by].append(one)
        for how in get_args(Outcome):
            for id_ in getattr(self, how):
                yield Ingested(
                    article_id=id_,
                    how=how,
                    uncovered=self.uncovered.get(id_),
                    replaced=tuple(replaced.pop(id_, ())),
                )
        yield from self.skipped

    def __str__(self) -> str:
        return (
            f"{len(self.added)} added, {len(self.updated)} updated, "
            f"{len(self.unchanged)} unchanged, {len(self.skipped)} skipped"
        )


def _language_warnings(uncovered: Iterable[UnsupportedLanguage], embedded: int) -> Iterator[str]:
    """A sentence with the number of articles in each language, of all that were `embedded`."""
    counts = Counter(uncovered).most_common()
    for embedder in sorted({one.embedder for one, _ in counts}):
        known = [(count, language_name(one.language)) for one, count in counts if one.embedder == embedder]
        (first, language), *others = known
        text = f"{first:,} of {embedded:,} articles {'is' if first == 1 else 'are'} in {language}"
        text += "".join(f", {count:,} in {language}" for count, language in others)
        yield (
            f"{text}, which the embedder {embedder} does not cover, so that less of them is found; "
            "name a multilingual one in QUOTH_EMBEDDER, and run `quoth reindex`"
        )


def _remark_warnings(remarks: Iterable[Remark]) -> Iterator[str]:
    """A sentence for each kind of remark: all of a table's rows often share one."""
    kinds: dict[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        kinds[remark.kind].append(remark)
    for kind, [first, *others] in kinds.items():
        detail = f" ({first.detail})" if first.detail else ""
        more = Phrase(", and so in {number} more", number=len(others)) if others else ""
        yield Phrase(
            "{place}: {remark}{detail}{more}", place=first.place, remark=kind, detail=detail, more=more
        )
