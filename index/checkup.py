"""Looking a collection over: do its catalogue, its vectors and its keyword index fit together?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index.archive import BATCH
from index.collection import Collection
from index.splitting import heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What a collection has, and what of it does not fit together; ids in order.

    `changed` are articles whose words are no longer those that were kept. Of passages, `vectorless`
    cannot be found by meaning, `wordless` not by their words, and the embedder reads only the
    beginning of `overlong` ones. `orphans` are vectors without a passage, which no search shows.
    """

    articles: int
    passages: int
    changed: tuple[str, ...]
    vectorless: tuple[str, ...]
    wordless: tuple[str, ...]
    overlong: tuple[str, ...]
    orphans: tuple[str, ...]

    @property
    def mendable(self) -> bool:
        """Whether `mend` has something to do."""
        return bool(self.vectorless or self.wordless or self.overlong or self.orphans)


def examine(collection: Collection) -> Checkup:
    """Reads every article; a second for about a thousand of them. Raises ArchiveBroken."""
    catalogue = collection.catalogue
    articles, passages = catalogue.counts()
    kept = dict(catalogue.rows("SELECT id, digest FROM articles"))
    known, vectors = catalogue.passage_ids(), collection.archive.ids()
    wordless = catalogue.rows("SELECT id FROM passages WHERE row NOT IN (SELECT rowid FROM words)")
    return Checkup(
        articles=articles,
        passages=passages,
        changed=tuple(sorted(a.id for a, _ in catalogue.articles() if a.digest != kept[a.id])),
        vectorless=tuple(sorted(known - vectors)),
        wordless=tuple(sorted(id_ for (id_,) in wordless)),
        overlong=tuple(sorted(_overlong(collection))),
        orphans=tuple(sorted(vectors - known)),
    )


def mend(collection: Collection, checkup: Checkup) -> None:
    """Embeds articles again whose passages have something amiss, and drops orphaned vectors.

    Raises DiskFull; what was mended so far stays so.
    """
    collection.archive.drop(checkup.orphans)
    amiss = sorted({*checkup.vectorless, *checkup.wordless, *checkup.overlong})
    owners: set[str] = set()
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
