"""`quoth models`: which are used, and their weights fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.state import show_models
from qa.cli.options import AnyCollection, Home, Json, settings_of

models_app = typer.Typer(help="Which models are used, and where their weights lie.")


@models_app.callback(invoke_without_command=True)
def models(
    ctx: typer.Context, collection: AnyCollection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Which models are used, and where their weights lie."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    from qa.llm import embedders

    settings = settings_of(home)
    show_models(embedders.list_models(settings), settings.model, as_json=as_json)


@models_app.command()
def pull(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", show_default=False)] = None,
    local: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="A file or folder of your own that has them."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Set aside what is not the model, as *.bad.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Fetch weights: the named ones, or those that the settings use."""
    from qa.llm import custom, weights

    settings = settings_of(home or ctx.obj)
    used = [
        settings.embedder,
        settings.reranker,
        settings.model if settings.model.startswith("local:") else None,
    ]
    wanted = names or [name for name in used if name]
    if local and not names:
        listed = weights.MODELS.values()
        wanted = [one.name for one in listed if local.name == one.target or (local / one.target).exists()]
        if not wanted:
            known = ", ".join(weights.MODELS)
            raise typer.BadParameter(f"{local} has no known name; say which model it is: {known}")
    places = {}
    with progress.fetching() as report:
        for name in wanted:
            places[name] = custom.pull(
                name, settings.home / "models", local=local, progress=report, replace=replace
            )
    for name, place in places.items():
        console.show_text(f"{name}: {place}")
