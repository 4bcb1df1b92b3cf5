"""The `quoth` command line. Results go to standard output, everything else to standard error.

Exit codes: 0 done; 1 something failed, or some sources were skipped; 2 the command, a question or a
setting is invalid; 130 interrupted.
"""

from __future__ import annotations

import io
import sys
import traceback
from typing import Annotated

import typer

from qa.cli import console
from qa.cli.commands import answers, articles, backups, checks, collections, keys, models, service
from qa.cli.commands.evaluate import evaluate
from qa.cli.commands.questions import make_questions
from qa.cli.options import ErrorReportingGroup

app = typer.Typer(
    name="quoth",
    cls=ErrorReportingGroup,
    help="Answers questions from your articles, with an exact quote for every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(articles.add)
app.command()(answers.ask)
app.command()(answers.search)
app.command("list")(articles.list_)
app.command()(articles.show)
app.command()(articles.remove)
app.command()(answers.verify)
app.command()(checks.check)
app.command()(service.serve)
app.command()(service.work)
app.command()(service.mcp)
app.command()(service.doctor)
app.command()(collections.reindex)
app.command()(backups.export)
app.command("import")(backups.import_)
app.command("eval")(evaluate)
app.command("questions")(make_questions)
app.add_typer(collections.collections_app, name="collections")
app.add_typer(models.models_app, name="models")
app.add_typer(keys.keys_app, name="keys")


def main() -> None:
    """The `quoth` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # some terminals cannot show “ ”
    try:
        app()
    except Exception as error:
        console.error(f"unexpected {type(error).__name__}: {error}; please report this traceback")
        console.message(traceback.format_exc())
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _quoth(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        console.show_text(f"quoth {version_of('quoth')}")
        raise typer.Exit
