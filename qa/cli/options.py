"""What all commands share: their options, and how an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import CollectionInvalid, QuothError
from qa.cli import console
from qa.errors import EvaluationInvalid, KeyRequired, QuestionInvalid, SettingsInvalid

if TYPE_CHECKING:
    from index.schemas import Filters
    from qa.assistant import Assistant
    from qa.client import Quoth
    from qa.settings import Settings

_WRONG_USE = (CollectionInvalid, EvaluationInvalid, KeyRequired, QuestionInvalid, SettingsInvalid)


class ErrorReportingGroup(TyperGroup):
    """Turns every error that is meant for people into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except QuothError as error:
            console.error(str(error))
            raise typer.Exit(2 if isinstance(error, _WRONG_USE) else 1) from None
        except KeyboardInterrupt as interrupt:
            console.message("; ".join(["interrupted", *interrupt.args]))
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader, such as `head`, has had enough; what Python still holds for it goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except UnicodeEncodeError:
            console.error("an option or argument is not UTF-8; type it as plain text")
            raise typer.Exit(2) from None
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            console.error(f"{place}{error.strerror or error}; mend that, or choose another --home")
            raise typer.Exit(1) from None


def _day_option(help_: str) -> Any:
    return typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help=help_)


HOME = "Folder of articles and weights; else QUOTH_HOME, else ~/.local/share/quoth."
Home = Annotated[Path | None, typer.Option(help=HOME)]
Collection = Annotated[str, typer.Option(help="Which collection of articles.")]
# Every command takes --collection, so that one alias with options serves all; to these it says nothing.
AnyCollection = Annotated[str, typer.Option(hidden=True)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Source = Annotated[str | None, typer.Option(help="Only articles of this source.")]
AsOf = Annotated[datetime | None, _day_option("As on this day: nothing later is known.")]
After = Annotated[datetime | None, _day_option("Only from this day on.")]
Before = Annotated[datetime | None, _day_option("Only up to this day.")]
ArticleId = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
ArticleIds = Annotated[list[str], typer.Argument(metavar="ID...", show_default=False)]
AnswerFile = Annotated[
    str, typer.Argument(metavar="ANSWER.json", help="A saved answer, or - for standard input.")
]
Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", show_default=False)]


def settings_of(home: Path | None) -> Settings:
    """The settings, with the home that the command was given."""
    from qa.settings import read_settings

    return read_settings(home=home)


def assistant_of(home: Path | None) -> Assistant | Quoth:
    """The assistant over that home, or the server that owns it; use it in a `with`."""
    from qa.assistant import open_or_connect

    return open_or_connect(settings_of(home))


def day_of(given: datetime | None) -> date | None:
    """The day of a date option."""
    return given.date() if given else None


def filters_of(
    source: str | None, after: datetime | None, before: datetime | None, as_of: datetime | None = None
) -> Filters:
    """The filters that the options make."""
    from index.schemas import Filters

    return Filters(source=source, after=day_of(after), before=day_of(before), as_of=day_of(as_of))
