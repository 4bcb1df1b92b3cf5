"""The last evaluation of a home: its run and its report, as files."""

from __future__ import annotations

from pathlib import Path

from qa.evaluation.results import EvalRun

FOLDER = "reports"
PAGE, RUN = "last.html", "last.json"


def render_report(run: EvalRun) -> tuple[str, str]:
    """Returns the run as an HTML report and as JSON."""
    from qa.evaluation.report import html  # matplotlib takes seconds to import

    return html(run), run.model_dump_json(indent=1)


def save_last_report(home: Path, page: str, run: str) -> None:
    """Saves the output of `render_report`, and replaces the previous one."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # An article may hold a lone surrogate, which UTF-8 cannot encode.
    for name, text, errors in ((PAGE, page, "replace"), (RUN, run, "surrogatepass")):
        # Replace the file atomically: the web interface may be reading it.
        new = folder / f"{name}.new"
        new.write_text(text, "utf-8", errors=errors)
        new.replace(folder / name)


def read_last_page(home: Path) -> str:
    """Returns the HTML report of the last evaluation; empty if there is none."""
    try:
        return (home / FOLDER / PAGE).read_text("utf-8")
    except FileNotFoundError:
        return ""
