"""What a server keeps besides the articles: in its home and memory, or in a database that servers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qa.evaluation.report.storage import ReportFolder, Reports
from qa.settings import Settings
from qa.telemetry.feedback import FeedbackFile, FeedbackStore
from qa.web.auth.api_keys import ApiKeyFile, ApiKeys
from qa.web.auth.session_store import MemorySessions, SessionStore
from qa.web.jobs import JobJournal
from qa.web.middleware.rate_limit import RequestCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """The parts. Only servers that share a database have a journal of jobs and counts of requests; others
    keep the two in memory.
    """

    keys: ApiKeys
    sessions: SessionStore
    feedback: FeedbackStore
    reports: Reports
    jobs: JobJournal | None = None
    counts: RequestCounts | None = None


def local_state(home: Path) -> ServerState:
    """Keys, feedback and reports as files of a home, and the rest in the memory of this process."""
    return ServerState(
        keys=ApiKeyFile(home),
        sessions=MemorySessions(),
        feedback=FeedbackFile(home),
        reports=ReportFolder(home),
    )


@contextmanager
def open_state(settings: Settings) -> Iterator[ServerState]:
    """The state in the settings' database, or in their home if they name none.

    Raises StoreUnavailable, StorePackagesMissing, ArchiveBroken.
    """
    if settings.database_url is None:
        yield local_state(settings.home)
        return
    # Without a database nothing of this is imported.
    from index.storage.postgres.migration import open_database
    from qa.web.state.feedback import PostgresFeedback
    from qa.web.state.jobs import PostgresJobs
    from qa.web.state.keys import PostgresApiKeys
    from qa.web.state.reports import PostgresReports
    from qa.web.state.request_counts import PostgresRequestCounts
    from qa.web.state.sessions import PostgresSessions

    postgres = open_database(settings.database_url.get_secret_value())
    try:
        yield ServerState(
            keys=PostgresApiKeys(postgres),
            sessions=PostgresSessions(postgres),
            feedback=PostgresFeedback(postgres),
            reports=PostgresReports(postgres),
            jobs=PostgresJobs(postgres),
            counts=PostgresRequestCounts(postgres),
        )
    finally:
        postgres.close()
