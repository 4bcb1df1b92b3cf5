"""The last evaluation of each collection of a home: its run and its report, as files."""

from __future__ import annotations

from pathlib import Path

from index.storage.folders.layout import checked_name
from qa.evaluation.results import EvalRun

FOLDER = "reports"
"""It has the last evaluation of all, and a folder for each collection with that collection's last one."""
PAGE, RUN = "last.html", "last.json"


def render_report(run: EvalRun) -> tuple[str, str]:
    """Returns the run as an HTML report and as JSON."""
    from qa.evaluation.report import html  # matplotlib takes seconds to import

    return html(run), run.model_dump_json(indent=1)


def save_last_report(home: Path, page: str, run: str, *, collection: str) -> None:
    """Saves the output of `render_report` for a collection, and replaces the previous one."""
    for folder in (home / FOLDER, home / FOLDER / checked_name(collection)):
        folder.mkdir(parents=True, exist_ok=True)
        # An article may hold a lone surrogate, which UTF-8 cannot encode.
        for name, text, errors in ((PAGE, page, "replace"), (RUN, run, "surrogatepass")):
            # Replace the file atomically: the web interface may be reading it.
            new = folder / f"{name}.new"
            new.write_text(text, "utf-8", errors=errors)
            new.replace(folder / name)


def read_last_page(home: Path, collection: str) -> str:
    """Returns the HTML report of the collection's last evaluation; empty if there is none."""
    try:
        return (home / FOLDER / checked_name(collection) / PAGE).read_text("utf-8")
    except FileNotFoundError:
        return ""
