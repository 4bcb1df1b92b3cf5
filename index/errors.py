"""Errors of reading, storing and searching articles.

    QuothError
    ├── SourceUnreadable    a file or address cannot be read as an article
    ├── ArticleUnknown      no article has this id
    ├── ArticleChanged      an article differs from the one that was to be removed
    ├── CollectionInvalid   a collection name is not allowed
    ├── ArchiveEmpty        there are no articles to search yet
    ├── ArchiveLocked       another process has the archive open
    ├── ArchiveBroken       the archive's files are damaged or inconsistent
    ├── EmbedderMismatch    the archive was made with another embedder
    ├── EmbedderUnavailable the server that embeds cannot be reached or rejects the request
    ├── SnapshotInvalid     a file is not an export, is damaged, or collides with a collection
    ├── DiskFull            the disk is full
    ├── BatchLost           vectors were deleted before their articles were stored
    ├── StoreUnavailable    a database or vector server does not answer
    │   └── WorkersMissing  no worker takes the articles that wait
    ├── StorePackagesMissing  the packages for such servers are not installed
    └── WeightsError
        ├── WeightsMissing  no source has the model's weights
        └── WeightsCorrupt  the weights do not match their digest

Every message is one or two sentences for the user: what happened, where, and the next step after a
semicolon.
"""

from typing import Self


class QuothError(Exception):
    """Base class of all errors that Quoth raises on purpose; `str(error)` can be shown to users."""

    @property
    def message(self) -> str:
        """What `str()` gives; a Phrase if it can be told in other languages."""
        first = self.args[0] if self.args else ""
        return first if isinstance(first, str) else str(self)


class SourceUnreadable(QuothError):
    """A source cannot be read as an article; the message is the reason."""


class ArticleUnknown(QuothError):
    """The collection has no article with the given id."""


class ArticleChanged(QuothError):
    """The article has changed since the caller last read it."""


class CollectionInvalid(QuothError):
    """The collection name is not allowed."""


class ArchiveEmpty(QuothError):
    """The collection does not exist or has no articles yet."""


class ArchiveLocked(QuothError):
    """Another process has the archive open.

    `address` is where that process serves HTTP, empty if it does not. `token` is a key for that server,
    given to callers that can read the archive's home folder.
    """

    def __init__(self, message: str, address: str = "", token: str = "") -> None:
        super().__init__(message)
        self.address = address
        self.token = token


class ArchiveBroken(QuothError):
    """The archive's files are damaged or were written by an unknown version."""


class EmbedderMismatch(QuothError):
    """The archive's vectors were computed by another embedder than the current one."""


class EmbedderUnavailable(QuothError):
    """The server that embeds cannot be reached, rejects the request, or returns no vectors."""


class SnapshotInvalid(QuothError):
    """A file cannot be imported: it is not an export, is damaged, or its collections already exist."""


class DiskFull(QuothError):
    """The disk is full; existing articles are unchanged."""


class WeightsError(QuothError):
    """A model's weights cannot be used."""


class WeightsMissing(WeightsError):
    """No source has the weights."""


class WeightsCorrupt(WeightsError):
    """The weights do not match their digest."""


class BatchLost(QuothError):
    """Another process deleted vectors of a batch that took too long; writing them again mends it."""


class StoreUnavailable(QuothError):
    """A database or vector server does not answer. `part` is which, and `seconds` when to retry.

    `where` is for the person who runs it: its address, and what it said.
    """

    def __init__(self, part: str, where: str, seconds: int = 5) -> None:
        super().__init__(f"{part} is not available ({where}); start it, or check its address, and try again")
        self.part = part
        self.seconds = seconds

    @classmethod
    def told(cls, message: str) -> Self:
        """The error with this message, as another process raised it."""
        error = cls.__new__(cls)
        QuothError.__init__(error, message)
        error.part, error.seconds = message.partition(" is not available")[0], 5
        return error

    @property
    def for_callers(self) -> str:
        """What those may read who do not run the servers."""
        return f"{self.part} is not available; try again in {self.seconds} seconds"


class WorkersMissing(StoreUnavailable):
    """No worker takes the articles that wait in the queue."""

    def __init__(self) -> None:
        QuothError.__init__(
            self,
            "no worker takes the articles; start one with `quoth work`, and add them again: those that are "
            "stored stay unchanged",
        )
        self.part = "quoth work"
        self.seconds = 30


class StorePackagesMissing(QuothError):
    """Addresses of servers are set, and the packages that speak to them are not installed."""
