"""Looking a collection over: do its catalogue, its vectors and its keyword index fit together?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.chunking import heading
from index.collection import Collection
from index.storage.vector_store import BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityReport:
    """What a collection has, and what of it does not fit together; ids in order.

    `changed` are articles whose words are no longer those that were kept; `unquotable` ones have no
    passage. Of passages, `vectorless` cannot be found by meaning, `wordless` not by their words, the
    embedder reads only the beginning of `overlong` ones, and `misplaced` ones do not lie within their
    article. `orphans` are vectors, and `leftover` rows of the keyword index, without a passage.
    """

    articles: int
    passages: int
    vectors: int
    changed: tuple[str, ...]
    unquotable: tuple[str, ...]
    vectorless: tuple[str, ...]
    wordless: tuple[str, ...]
    overlong: tuple[str, ...]
    misplaced: tuple[str, ...]
    orphans: tuple[str, ...]
    leftover: tuple[str, ...]

    @property
    def mendable(self) -> bool:
        """Whether `mend` has something to do."""
        return bool(self.amiss or self.unquotable or self.orphans or self.leftover)

    @property
    def amiss(self) -> set[str]:
        """The passages with which something is wrong."""
        return {*self.vectorless, *self.wordless, *self.overlong, *self.misplaced}


def examine(collection: Collection) -> IntegrityReport:
    """Reads every article; a second for about a thousand of them. Raises ArchiveBroken."""
    catalogue = collection.catalogue
    catalogue.check_file()
    articles, passages = catalogue.counts()
    kept = dict(catalogue.rows("SELECT id, digest FROM articles"))
    known, vectors = catalogue.passage_ids(), collection.archive.ids()

    def ids(sql: str) -> tuple[str, ...]:
        return tuple(sorted(str(id_) for (id_,) in catalogue.rows(sql)))

    return IntegrityReport(
        articles=articles,
        passages=passages,
        vectors=len(vectors),
        changed=tuple(sorted(a.id for a, _ in catalogue.articles() if a.digest != kept[a.id])),
        unquotable=ids("SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM passages)"),
        vectorless=tuple(sorted(known - vectors)),
        wordless=ids("SELECT id FROM passages WHERE row NOT IN (SELECT rowid FROM words)"),
        overlong=tuple(sorted(_overlong(collection))),
        misplaced=ids(
            "SELECT passages.id FROM passages JOIN articles ON articles.id = article_id "
            "WHERE NOT (0 <= start AND start < end AND end <= length(text))"
        ),
        orphans=tuple(sorted(vectors - known)),
        leftover=ids("SELECT rowid FROM words WHERE rowid NOT IN (SELECT row FROM passages)"),
    )


def mend(collection: Collection, checkup: IntegrityReport) -> None:
    """Embeds articles again whose passages have something amiss, and drops what belongs to no passage.

    Raises DiskFull; what was mended so far stays so.
    """
    collection.archive.drop(checkup.orphans)
    collection.catalogue.forget_words([int(row) for row in checkup.leftover])
    amiss = sorted(checkup.amiss)
    owners = set(checkup.unquotable)
    for at in range(0, len(amiss), BATCH):
        found = collection.catalogue.passages(amiss[at : at + BATCH])
        owners |= {passage.article_id for passage, _ in found.values()}
    # What has changed must come from its source again; embedding it would only cover that up.
    owners -= set(checkup.changed)
    for _ in collection.add((collection.catalogue.article(id_) for id_ in sorted(owners)), again=True):
        pass


def _overlong(collection: Collection) -> Iterator[str]:
    tokens = collection.tokens
    for article, _ in collection.catalogue.articles():
        room = tokens.limit + tokens.slack - len(tokens.offsets(heading(article.title, tokens)))
        spans = collection.catalogue.rows(
            "SELECT id, start, end FROM passages WHERE article_id = ?", (article.id,)
        )
        for id_, start, end in spans:
            # A token has at least one character, so that short passages need not be counted.
            if end - start > room and len(tokens.offsets(article.text[start:end])) > room:
                yield id_
