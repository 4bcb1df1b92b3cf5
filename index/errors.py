"""Everything that can go wrong in finding, keeping and reading articles.

    QuothError
    ├── SourceUnreadable    a file or address cannot become an article
    ├── ArticleUnknown      no article has this id
    ├── ArticleChanged      an article is not what its remover knows it as
    ├── CollectionInvalid   a collection's name is not usable
    ├── ArchiveEmpty        there are no articles to search yet
    ├── ArchiveLocked       another process owns the archive
    ├── ArchiveBroken       the archive's files do not fit together
    ├── EmbedderMismatch    the archive was made with another embedder
    ├── SnapshotInvalid     a file is no export, is damaged, or does not fit what is there
    ├── DiskFull            the disk has no room for what was to be written
    └── WeightsError
        ├── WeightsMissing  no source has the model's file
        └── WeightsCorrupt  a model's file is not what its digest says

Every message is one sentence or two for the person: what, where, and the next step.
"""


class QuothError(Exception):
    """Base of all errors that Quoth raises on purpose; `str(error)` is fit to show."""


class SourceUnreadable(QuothError):
    """A source cannot be read as an article; the message is the reason."""


class ArticleUnknown(QuothError):
    """No article of the collection has the given id."""


class ArticleChanged(QuothError):
    """The article is no longer as whoever wants to remove it knows it."""


class CollectionInvalid(QuothError):
    """The name cannot be that of a collection."""


class ArchiveEmpty(QuothError):
    """The collection has no articles yet, or is gone."""


class ArchiveLocked(QuothError):
    """Another process owns the archive; `address` is where it answers over HTTP, if it does, and
    `token` what it takes for a key from whoever may read its home.
    """

    def __init__(self, message: str, address: str = "", token: str = "") -> None:
        super().__init__(message)
        self.address = address
        self.token = token


class ArchiveBroken(QuothError):
    """The archive's files are damaged or were made by an unknown version."""


class EmbedderMismatch(QuothError):
    """The archive's vectors come from another embedder than the one in use."""


class SnapshotInvalid(QuothError):
    """A file cannot be imported: it is no export, is damaged, or what it has is there already."""


class DiskFull(QuothError):
    """The disk is full; what was there before is untouched."""


class WeightsError(QuothError):
    """A model's weights cannot be used."""


class WeightsMissing(WeightsError):
    """No source could supply the weights."""


class WeightsCorrupt(WeightsError):
    """The weights are not the bytes their digest promises."""
