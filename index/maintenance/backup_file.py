"""The file of an export: its manifest, its verification, and its articles.

It is a zip that contains, for each collection, `NAME/articles.jsonl` (an article a line as `quoth add`
reads it, with its `origin` and the offsets of its `passages`) and `NAME/vectors.npy` (a row for each
passage in the same order, NaN if it has no vector); what `Attachments` gave; and last `manifest.json`,
with the sha256 of each member.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.lib import format as npy
from pydantic import Field, TypeAdapter, ValidationError

from index.chunking import Span
from index.embedding.embedder import Vectors
from index.errors import SnapshotInvalid
from index.ingest import Place
from index.schemas import Article
from index.storage.folders.layout import checked_name

FORMAT = 1
MANIFEST = "manifest.json"
MAX_ATTACHMENT_BYTES = 50_000_000
"""Attachments are read as a whole."""
_CHUNK = 1 << 20
# What reading a damaged zip, line or row raises.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, NotImplementedError)

_ARTICLE = TypeAdapter(Article)  # made once: it takes longer than what it reads
_SPANS = TypeAdapter(list[Span])


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionBackup:
    """The number of articles and passages of an exported collection, and its metadata."""

    articles: int
    passages: int
    metadata: Annotated[Mapping[str, str], Field(alias="facts")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    """The contents of an exported file. `sha256` are the digests of the collections' members, by name;
    those of attachments are apart, since versions that know of none expect no others.
    """

    format: int
    made: datetime
    embedder: str
    collections: Mapping[str, CollectionBackup]
    sha256: Mapping[str, str]
    attachments: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return TypeAdapter(BackupManifest).dump_json(self, indent=2, by_alias=True)


def articles_file(collection: str) -> str:
    """The name of the member with the collection's articles."""
    return f"{collection}/articles.jsonl"


def vectors_file(collection: str) -> str:
    """The name of the member with the collection's vectors."""
    return f"{collection}/vectors.npy"


def article_line(article: Article, passages: Sequence[tuple[int, int]]) -> bytes:
    """The line of an article, with the offsets of its passages."""
    day = article.date.isoformat() if article.date else None
    fields = {name: value for name, value in asdict(article).items() if name != "remarks"}
    line = json.dumps({**fields, "date": day, "passages": passages}, ensure_ascii=False)
    return f"{line}\n".encode()


def count_articles(file: Path) -> int:
    """The number of articles according to the manifest. Raises SnapshotInvalid."""
    with _open(file) as archive:
        return sum(saved.articles for saved in _manifest(archive).collections.values())


def target_names(file: Path, name: str | None = None) -> dict[str, str]:
    """The names under which to restore the collections of the file, by their names in it: their own, or
    `name` for the only one. Raises SnapshotInvalid.
    """
    with _open(file) as archive:
        names = list(_manifest(archive).collections)
        if not name:
            return {saved: saved for saved in names}
        if len(names) != 1:
            raise SnapshotInvalid(
                f"it has {len(names)} collections, of which only one could get the name '{name}'"
            )
        return {names[0]: name}


def verify_backup(file: Path) -> BackupManifest:
    """The manifest, after every byte of the file was compared with its digests. Raises SnapshotInvalid."""
    with _open(file) as archive:
        manifest = _manifest(archive)
        members = {part(name) for name in manifest.collections for part in (articles_file, vectors_file)}
        if members != manifest.sha256.keys():
            raise SnapshotInvalid("its manifest does not name its members")
        for name, digest in (*manifest.sha256.items(), *manifest.attachments.items()):
            with archive.open(name) as member:
                found = hashlib.sha256()
                while chunk := member.read(_CHUNK):
                    found.update(chunk)
            if found.hexdigest() != digest:
                raise SnapshotInvalid(f"{name} in it does not match its digest")
        return manifest


def read_attachments(file: Path) -> dict[str, bytes]:
    """What a verified file holds beside its collections, by name. Raises SnapshotInvalid."""
    with _open(file) as archive:
        names = list(_manifest(archive).attachments)
        for name in names:
            if archive.getinfo(name).file_size > MAX_ATTACHMENT_BYTES:
                raise SnapshotInvalid(f"{name} in it has more than {MAX_ATTACHMENT_BYTES / 1e6:.0f} MB")
        return {name: archive.read(name) for name in names}


def read_articles(
    file: Path, collection: str, known: dict[Place, Vectors], places: dict[str, Sequence[Span]]
) -> Iterator[Article]:
    """The articles of one collection of a verified file. Before each is yielded, the vectors of its passages
    are put into `known`, and where they lie into `places`.
    """
    with (
        _open(file) as archive,
        archive.open(articles_file(collection)) as lines,
        archive.open(vectors_file(collection)) as rows,
    ):
        dimension = 0
        for line in lines:
            fields = json.loads(line)
            spans = _SPANS.validate_python(fields.pop("passages"))
            article = _ARTICLE.validate_python(fields)
            if any(not 0 <= start < end <= len(article.text) for start, end in spans):
                raise SnapshotInvalid(f"a passage of the article '{article.id}' is not in its text")
            places[article.id] = spans
            if spans and not dimension:
                npy.read_magic(rows)
                _, dimension = npy.read_array_header_2_0(rows)[0]
            content = rows.read(4 * dimension * len(spans))
            vectors = np.frombuffer(content, dtype="<f4").reshape(len(spans), dimension)
            whole = np.isfinite(vectors).all(axis=1)
            for (start, end), vector, is_whole in zip(spans, vectors, whole, strict=True):
                if is_whole:
                    known[article.id, start, end] = vector.astype(np.float32)
            yield article


@contextmanager
def _open(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (SnapshotInvalid, OSError, *_DAMAGE) as error:
        reason = getattr(error, "strerror", None) or str(error).strip("'\"")
        raise SnapshotInvalid(
            f"{file} cannot be imported: {reason}; export it again, or take an older export"
        ) from error


def _manifest(archive: zipfile.ZipFile) -> BackupManifest:
    content = archive.read(MANIFEST)
    try:
        version = json.loads(content)["format"]
        if version != FORMAT:
            raise SnapshotInvalid(f"it has the format {version}, and this version of Quoth reads {FORMAT}")
        manifest = TypeAdapter(BackupManifest).validate_json(content)
    except (ValidationError, TypeError) as error:
        raise SnapshotInvalid(f"its {MANIFEST} was not written by Quoth") from error
    for name in manifest.collections:
        checked_name(name)
    return manifest
