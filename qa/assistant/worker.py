"""A worker over the settings' stores: `quoth work`."""

from __future__ import annotations

from contextlib import closing

from qa.assistant.factory import open_library
from qa.errors import SettingsInvalid
from qa.settings import Settings

ALIVE = "work.alive"
"""A file of the home that a worker touches with every sign of life."""


def work(settings: Settings, *, lease: float) -> None:
    """Stores queued articles until SIGTERM or SIGINT; `lease` is the seconds without a sign of life after
    which a worker's batch is taken up by another.

    Raises SettingsInvalid without a database, and as `open_library` does.
    """
    if not settings.database_url:
        raise SettingsInvalid(
            "workers store articles in PostgreSQL, and QUOTH_DATABASE_URL is not set; set it and "
            "QUOTH_CHROMA_URL, or use `quoth add` alone, which stores them in the home"
        )
    from index.queue.worker import run_worker
    from index.storage.postgres.connection import Postgres

    alive = settings.home / ALIVE
    url = settings.database_url.get_secret_value()
    with open_library(settings) as library, closing(Postgres(url)) as postgres:
        run_worker(
            url,
            postgres,
            library.store,
            sweep=library.sweep,
            alive=alive.touch,
            lease=lease,
        )
