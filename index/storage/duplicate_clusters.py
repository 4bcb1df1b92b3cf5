"""Which articles tell one story in the same words, as the copies of a wire report do.

A story is a group of articles each of which is a copy of another one of it. It is found as
articles come, in whatever order; these tables are part of the catalogue and change with it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

from index.text.shingles import Shingles

# `story` is the row of the first of the group. `bands` are those of `Wording.bands`.
SCHEMA = """
CREATE TABLE IF NOT EXISTS tellings (
    row INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE REFERENCES articles (id),
    story INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS tellings_by_story ON tellings (story);
CREATE TABLE IF NOT EXISTS bands (
    hash INTEGER NOT NULL, telling INTEGER NOT NULL, PRIMARY KEY (hash, telling)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bands_by_telling ON bands (telling);
"""
# Of one band's articles so many are looked at, and of all that were, so many are compared: what an
# outlet prints under each of its articles must not make adding slower the more there are.
BAND_CROWD, COMPARED = 50, 20


def place(db: sqlite3.Connection, article_id: str, text: str) -> None:
    """Put a new article into the story that it tells, or that it shows two stories to be."""
    wording = Shingles.of(text)
    bands = wording.bands()
    stories = set(_stories(db, wording, bands))
    row = db.execute("INSERT INTO tellings (article_id, story) VALUES (?, 0)", (article_id,)).lastrowid
    assert row is not None
    first = min({row, *stories})
    db.execute("UPDATE tellings SET story = ? WHERE row = ?", (first, row))
    db.executemany(
        "UPDATE tellings SET story = ? WHERE story = ?", [(first, story) for story in stories - {first}]
    )
    # A short text can have one band twice.
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, row) for band in bands])


def leave(db: sqlite3.Connection, article_id: str) -> None:
    """Take an article out; the others of its story stay together."""
    found = db.execute("SELECT row, story FROM tellings WHERE article_id = ?", (article_id,)).fetchall()
    for row, story in found:
        db.execute("DELETE FROM bands WHERE telling = ?", (row,))
        db.execute("DELETE FROM tellings WHERE row = ?", (row,))
        db.execute(
            "UPDATE tellings SET story = (SELECT min(row) FROM tellings WHERE story = ?1) WHERE story = ?1",
            (story,),
        )


def place_waiting(db: sqlite3.Connection, most: int) -> None:
    """Place up to `most` of the articles that were kept before there were stories."""
    waiting = db.execute(
        "SELECT id, text FROM articles WHERE id NOT IN (SELECT article_id FROM tellings) LIMIT ?", (most,)
    ).fetchall()
    for article_id, text in waiting:
        place(db, article_id, text)


def _stories(db: sqlite3.Connection, wording: Shingles, bands: list[int]) -> Iterator[int]:
    """The stories with an article that this is a copy of."""
    shared: Counter[int] = Counter()
    for band in bands:
        found = db.execute("SELECT telling FROM bands WHERE hash = ? LIMIT ?", (band, BAND_CROWD))
        shared.update(telling for (telling,) in found)
    known: set[int] = set()
    compared = 0
    for telling, _ in shared.most_common():
        [(story,)] = db.execute("SELECT story FROM tellings WHERE row = ?", (telling,))
        if story in known:
            continue
        if compared == COMPARED:
            break
        compared += 1
        [(text,)] = db.execute(
            "SELECT text FROM tellings JOIN articles ON id = article_id WHERE row = ?", (telling,)
        )
        if wording.is_copy_of(Shingles.of(text)):
            known.add(story)
            yield story
