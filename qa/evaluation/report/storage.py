"""Where a home keeps its last evaluation: the run, and its page."""

from __future__ import annotations

from pathlib import Path

from qa.evaluation.results import EvalRun

FOLDER = "reports"
PAGE, RUN = "last.html", "last.json"


def written(run: EvalRun) -> tuple[str, str]:
    """The run as a page for people, and as JSON."""
    from qa.evaluation.report import html  # matplotlib takes seconds to import

    return html(run), run.model_dump_json(indent=1)


def keep_last(home: Path, page: str, run: str) -> None:
    """Keeps what was `written` in the place of what an earlier evaluation left."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # A page is UTF-8; half a surrogate pair, which an article may hold, is not.
    for name, text, errors in ((PAGE, page, "replace"), (RUN, run, "surrogatepass")):
        # Put in place as a whole: a window may be reading it.
        new = folder / f"{name}.new"
        new.write_text(text, "utf-8", errors=errors)
        new.replace(folder / name)


def last_page(home: Path) -> str:
    """The page of the last evaluation; empty where there was none."""
    try:
        return (home / FOLDER / PAGE).read_text("utf-8")
    except FileNotFoundError:
        return ""
