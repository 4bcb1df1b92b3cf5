"""Articles, passages, hits and the outcomes of ingestion."""

from index.schemas.articles import (
    Article,
    ArticlePage,
    ArticleSummary,
    Remark,
    content_id,
    first_day,
    site_of,
)
from index.schemas.ingestion import (
    Ingested,
    IngestReport,
    Outcome,
    Replaced,
    Skipped,
    UnsupportedLanguage,
)
from index.schemas.search import (
    Filters,
    Hit,
    Missing,
    Passage,
    Query,
)

__all__ = [
    "Article",
    "ArticlePage",
    "ArticleSummary",
    "Filters",
    "Hit",
    "IngestReport",
    "Ingested",
    "Missing",
    "Outcome",
    "Passage",
    "Query",
    "Remark",
    "Replaced",
    "Skipped",
    "UnsupportedLanguage",
    "content_id",
    "first_day",
    "site_of",
]
