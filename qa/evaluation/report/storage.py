"""The last evaluation of each collection: its run and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from index.storage.folders.layout import checked_name
from qa.evaluation.results import EvalRun

FOLDER = "reports"
"""It has the last evaluation of all, and a folder for each collection with that collection's last one."""
PAGE, RUN = "last.html", "last.json"


def render_report(run: EvalRun) -> tuple[str, str]:
    """Returns the run as an HTML report and as JSON."""
    from qa.evaluation.report import html  # matplotlib takes seconds to import

    return html(run), run.model_dump_json(indent=1)


class Reports(Protocol):
    """The output of `render_report` for the last evaluation of each collection."""

    def save(self, page: str, run: str, *, collection: str) -> None:
        """Saves a page and its run in the place of the previous ones."""

    def page(self, collection: str) -> str:
        """The HTML report of the collection's last evaluation; empty if there is none."""


class ReportFolder:
    """Reports as files of a home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def save(self, page: str, run: str, *, collection: str) -> None:
        for folder in (self._folder, self._folder / checked_name(collection)):
            folder.mkdir(parents=True, exist_ok=True)
            # An article may hold a lone surrogate, which UTF-8 cannot encode.
            for name, text, errors in ((PAGE, page, "replace"), (RUN, run, "surrogatepass")):
                # Replace the file atomically: the web interface may be reading it.
                new = folder / f"{name}.new"
                new.write_text(text, "utf-8", errors=errors)
                new.replace(folder / name)

    def page(self, collection: str) -> str:
        try:
            return (self._folder / checked_name(collection) / PAGE).read_text("utf-8")
        except FileNotFoundError:
            return ""
