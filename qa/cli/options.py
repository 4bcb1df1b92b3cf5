"""Options that commands share, and the exit codes of errors."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import CollectionInvalid, QuothError, StorePackagesMissing
from qa.cli import console
from qa.errors import EvaluationInvalid, KeyRequired, QuestionInvalid, SettingsInvalid, TextInvalid

if TYPE_CHECKING:
    from index.schemas import Filters
    from qa.assistant import Assistant, Catalogue
    from qa.client import Quoth
    from qa.settings import Settings

_USAGE_ERRORS = (
    CollectionInvalid,
    EvaluationInvalid,
    KeyRequired,
    QuestionInvalid,
    SettingsInvalid,
    StorePackagesMissing,
    TextInvalid,
)


class ErrorReportingGroup(TyperGroup):
    """Prints every expected error as one line and exits with its code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except QuothError as error:
            console.error(str(error))
            raise typer.Exit(2 if isinstance(error, _USAGE_ERRORS) else 1) from None
        except KeyboardInterrupt as interrupt:
            console.message("; ".join(["interrupted", *interrupt.args]))
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader of the pipe, such as `head`, has closed it; discard what Python still buffers for it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except UnicodeEncodeError:
            console.error("an option or argument is not UTF-8; enter it as plain text")
            raise typer.Exit(2) from None
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            console.error(f"{place}{error.strerror or error}; {console.next_step(error)}")
            raise typer.Exit(1) from None


def _date_option(help_: str) -> Any:
    return typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=help_)


HOME = "Folder of articles and weights; default QUOTH_HOME or ~/.local/share/quoth."
Home = Annotated[Path | None, typer.Option(help=HOME)]
Collection = Annotated[str, typer.Option(help="Collection of articles.")]
OnlyCollection = Annotated[str | None, typer.Option(help="Only this collection.")]
# Every command accepts --collection, so that a shell alias can set it for all; these commands ignore it.
AnyCollection = Annotated[str, typer.Option(hidden=True)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Source = Annotated[str | None, typer.Option(help="Only articles of this source.")]
AsOf = Annotated[datetime | None, _date_option("Answer as of this day; later articles are ignored.")]
After = Annotated[datetime | None, _date_option("Only articles from this day on.")]
Before = Annotated[datetime | None, _date_option("Only articles up to this day.")]
ArticleId = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
ArticleIds = Annotated[list[str], typer.Argument(metavar="ID...", show_default=False)]
AnswerFile = Annotated[
    str, typer.Argument(metavar="ANSWER.json", help="A saved answer, or - for standard input.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELD=COLUMN,...",
        help="Which column of tables holds which field, where their names do not tell: text=Plot,title=Film.",
    ),
]
Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", show_default=False)]


def settings_for(home: Path | None) -> Settings:
    """The settings, with the --home of the command."""
    from qa.settings import read_settings

    return read_settings(home=home)


def assistant_for(home: Path | None) -> Assistant | Quoth:
    """The assistant of that home, or a client of the server that has it open; use it in a `with`."""
    from qa.assistant import open_or_connect

    return open_or_connect(settings_for(home))


def catalogue_for(home: Path | None) -> Catalogue | Quoth:
    """The articles of that home, to be read only, or a client of the server that has it open."""
    from qa.assistant import catalogue_or_connect

    return catalogue_or_connect(settings_for(home))


def to_date(given: datetime | None) -> date | None:
    """The value of a date option as a date."""
    return given.date() if given else None


def parse_columns_option(given: list[str] | None) -> dict[str, str]:
    """The columns by field. Raises a usage error."""
    from index.errors import SourceUnreadable
    from index.readers.tables.columns import parse_columns

    try:
        return parse_columns(",".join(given or ()))
    except SourceUnreadable as error:
        raise typer.BadParameter(str(error), param_hint="--columns") from None


def make_filters(
    source: str | None, after: datetime | None, before: datetime | None, as_of: datetime | None = None
) -> Filters:
    """The filters of a command's options."""
    from index.schemas import Filters

    return Filters(source=source, after=to_date(after), before=to_date(before), as_of=to_date(as_of))
