"""Collections in one file, with their vectors: written while others are added to, read back in whole.

A zip of, for each collection, `NAME/articles.jsonl` (an article a line as `quoth add` reads it, besides its
`origin` and where its `passages` lie) and `NAME/vectors.npy` (a row a passage in the same order, NaN where
there is none); last `manifest.json`, with what was written and the sha256 of every member.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.lib import format as npy
from pydantic import TypeAdapter, ValidationError

from index.collection import Collection, checked_name
from index.embedding.embedder import Vectors
from index.errors import SnapshotInvalid
from index.schemas import Article
from index.storage.vector_store import BATCH

FORMAT = 1
_MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_FIELDS = "id, text, title, url, date, source, origin"
# What reading a damaged zip, line or row raises.
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, NotImplementedError)
# What an embedder's own collection says of itself, and another's must not be told.
_OWN_FACTS = {"embedder"}

Place = tuple[str, int, int]
"""Where a passage lies: its article's id, its start and its end."""


class Sink(Protocol):
    """Where a file is written, from its first byte to its last."""

    def write(self, content: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionBackup:
    """What a file has of one collection."""

    articles: int
    passages: int
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    """What a file has in all. `sha256` are the digests of its members by their names."""

    format: int
    made: datetime
    embedder: str
    collections: Mapping[str, CollectionBackup]
    sha256: Mapping[str, str]


def write(collections: Mapping[str, Collection], embedder: str, sink: Sink) -> Iterator[None]:
    """Writes the collections as they are at the first step, a step for each article. Others may be added,
    changed or removed meanwhile; a vector that goes before its turn is made anew by whoever reads.
    """
    digests: dict[str, str] = {}
    saved: dict[str, CollectionBackup] = {}
    with ExitStack() as stack:
        # All at once, so that the collections are of one moment.
        views = {name: stack.enter_context(_view(one)) for name, one in collections.items()}
        packed = stack.enter_context(zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1))
        for name, view in views.items():
            counts = view.execute("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")
            articles, passages = counts.fetchone()
            facts = dict(view.execute("SELECT name, value FROM facts"))
            saved[name] = CollectionBackup(
                articles=articles,
                passages=passages,
                facts={key: value for key, value in facts.items() if key not in _OWN_FACTS},
            )
            with _member(packed, f"{name}/articles.jsonl", digests) as member:
                for row in view.execute(f"SELECT {_FIELDS} FROM articles ORDER BY id"):
                    member.write(_line(row, _spans(view, row[0])))
                    yield
            with _member(packed, f"{name}/vectors.npy", digests) as member:
                _write_vectors(view, collections[name], passages, member)
        manifest = BackupManifest(
            format=FORMAT, made=datetime.now(UTC), embedder=embedder, collections=saved, sha256=digests
        )
        packed.writestr(_MANIFEST, TypeAdapter(BackupManifest).dump_json(manifest, indent=2))


@contextmanager
def _view(collection: Collection) -> Iterator[sqlite3.Connection]:
    """The catalogue as it is now, whatever is written to it from now on."""
    uri = f"{collection.catalogue.file.absolute().as_uri()}?mode=ro"
    view = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    with closing(view):
        view.execute("BEGIN")
        view.execute("SELECT count(*) FROM facts").fetchone()  # reading is what fixes the moment
        yield view


class _Digesting:
    """Writes to a member of the zip, and says what was written."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        return self._member.write(content)


@contextmanager
def _member(packed: zipfile.ZipFile, name: str, digests: dict[str, str]) -> Iterator[_Digesting]:
    with packed.open(name, "w", force_zip64=True) as member:
        digesting = _Digesting(member)
        yield digesting
    digests[name] = digesting.sha256.hexdigest()


def _spans(view: sqlite3.Connection, article_id: str) -> list[tuple[int, int]]:
    return view.execute(
        "SELECT start, end FROM passages WHERE article_id = ? ORDER BY row", (article_id,)
    ).fetchall()


def _line(row: Sequence[Any], spans: list[tuple[int, int]]) -> bytes:
    fields = dict(zip(_FIELDS.split(", "), row, strict=True))
    line = json.dumps({**fields, "passages": spans}, ensure_ascii=False)
    return f"{line}\n".encode()


def _write_vectors(view: sqlite3.Connection, collection: Collection, count: int, member: _Digesting) -> None:
    ids = view.execute("SELECT id FROM passages ORDER BY article_id, row")
    dimension = 0
    while batch := [id_ for (id_,) in ids.fetchmany(BATCH)]:
        found, vectors = collection.archive.vectors(batch)
        if not dimension:
            dimension = vectors.shape[1] if found else collection.encode([""]).shape[1]
            npy.write_array_header_2_0(
                member, {"descr": "<f4", "fortran_order": False, "shape": (count, dimension)}
            )
        known = dict(zip(found, vectors, strict=True))
        nothing = np.full(dimension, np.nan, dtype="<f4")
        member.write(np.asarray([known.get(id_, nothing) for id_ in batch], dtype="<f4").tobytes())


def articles_in(file: Path) -> int:
    """How many articles the file says it has; or SnapshotInvalid."""
    with _opened(file) as packed:
        return sum(saved.articles for saved in _manifest(packed).collections.values())


def saved_names(file: Path, other: str | None = None) -> dict[str, str]:
    """The collections that the file has, by the names they are to get: their own, or `other` for the only
    one. Raises SnapshotInvalid.
    """
    with _opened(file) as packed:
        names = list(_manifest(packed).collections)
        if not other:
            return {name: name for name in names}
        if len(names) != 1:
            raise SnapshotInvalid(
                f"it has {len(names)} collections, of which only one could get the name '{other}'"
            )
        return {names[0]: other}


def check(file: Path) -> BackupManifest:
    """What the file has, every byte of it compared with its digests; or SnapshotInvalid."""
    with _opened(file) as packed:
        manifest = _manifest(packed)
        wanted = {
            f"{name}/{part}" for name in manifest.collections for part in ("articles.jsonl", "vectors.npy")
        }
        if wanted != manifest.sha256.keys():
            raise SnapshotInvalid("its manifest does not name its members")
        for name, digest in manifest.sha256.items():
            with packed.open(name) as member:
                found = hashlib.sha256()
                while chunk := member.read(_CHUNK):
                    found.update(chunk)
            if found.hexdigest() != digest:
                raise SnapshotInvalid(f"{name} in it is not what its digest says")
        return manifest


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except (SnapshotInvalid, OSError, *_DAMAGES) as error:
        reason = getattr(error, "strerror", None) or str(error).strip("'\"")
        raise SnapshotInvalid(
            f"{file} cannot be imported: {reason}; export it again, or take an older export"
        ) from error


def _manifest(packed: zipfile.ZipFile) -> BackupManifest:
    given = packed.read(_MANIFEST)
    try:
        version = json.loads(given)["format"]
        if version != FORMAT:
            raise SnapshotInvalid(f"it has the format {version}, and this version of Quoth reads {FORMAT}")
        manifest = TypeAdapter(BackupManifest).validate_json(given)
    except (ValidationError, TypeError) as error:
        raise SnapshotInvalid(f"its {_MANIFEST} is not one of Quoth's") from error
    for name in manifest.collections:
        checked_name(name)
    return manifest


def read(file: Path, name: str, known: dict[Place, Vectors]) -> Iterator[Article]:
    """The articles of one collection of a file that `check` has passed. Before each is told, the vectors of
    its passages, where there are any, are put into `known`.
    """
    with (
        _opened(file) as packed,
        packed.open(f"{name}/articles.jsonl") as lines,
        packed.open(f"{name}/vectors.npy") as rows,
    ):
        dimension = 0
        for line in lines:
            fields = json.loads(line)
            spans = fields.pop("passages")
            article = TypeAdapter(Article).validate_python(fields)
            if spans and not dimension:
                npy.read_magic(rows)
                _, dimension = npy.read_array_header_2_0(rows)[0]
            content = rows.read(4 * dimension * len(spans))
            vectors = np.frombuffer(content, dtype="<f4").reshape(len(spans), dimension)
            for (start, end), vector in zip(spans, vectors, strict=True):
                if np.isfinite(vector).all():
                    known[article.id, start, end] = vector.astype(np.float32)
            yield article
