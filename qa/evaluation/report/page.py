"""Renders the report from `page.html`, with its styles and its script inline."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa.evaluation.report import figures
from qa.evaluation.report.cards import cards, table
from qa.evaluation.report.plots import plots
from qa.evaluation.results import EvalRun, Outcome, Row

_FOLDER = Path(__file__).parent
# In the order of the filter buttons: the ones to look into first.
OUTCOMES: tuple[Outcome, ...] = (
    "wrong",
    "wrongly declined",
    "error",
    "right",
    "rightly declined",
    "unjudged",
)
assert set(OUTCOMES) == set(get_args(Outcome))


def html(run: EvalRun) -> str:
    """Returns the report as one HTML5 document without external resources.

    All texts of questions, answers and articles are escaped. In addition, the content security policy of the
    page allows no other script and no request.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"web_url": _web_url, "seconds": seconds}
    script = (_FOLDER / "report.js").read_text("utf-8")
    counts = Counter(row.outcome for row in run.rows)
    return environment.get_template("page.html").render(
        run=run,
        cards=cards(run),
        table=table(run),
        plots=plots(run),
        outcomes=[(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
        halves=sorted({row.half for row in run.rows}),
        kinds=sorted({row.question.kind for row in run.rows} - {""}),
        before={one.id: one.before for one in run.comparison.turned} if run.comparison else {},
        entries=[_entry(number, row) for number, row in enumerate(run.rows, 1)],
        style=Markup((_FOLDER / "report.css").read_text("utf-8") + figures.css_variables()),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def seconds(milliseconds: float | None) -> str:
    """Formats a duration."""
    if milliseconds is None:
        return "–"
    return f"{milliseconds:,.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:,.1f} s"


def _web_url(url: str) -> str:
    """Returns the URL if it is http or https, else an empty string."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _entry(number: int, row: Row) -> dict[str, Any]:
    """Returns the template variables of a row: each citation with its context, and the ranked articles."""
    contexts = {context.number: context for context in row.contexts}
    citations = row.answer.citations if row.answer else ()
    return {
        "row": row,
        "anchor": f"q{number}",
        "citations": [(citation, contexts.get(citation.number)) for citation in citations],
        "ranked": [(article, article in row.question.gold) for article in row.ranked],
    }
