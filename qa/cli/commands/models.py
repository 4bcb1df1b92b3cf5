"""`quoth models`: the models in use, and downloading their weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console, progress
from qa.cli.formatters.state import show_models
from qa.cli.options import AnyCollection, Home, Json, settings_for

models_app = typer.Typer(help="List models and download their weights.")


@models_app.callback(invoke_without_command=True)
def models(
    ctx: typer.Context, collection: AnyCollection = "default", home: Home = None, as_json: Json = False
) -> None:
    """List models and download their weights."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    from qa.llm import embedders

    settings = settings_for(home)
    show_models(embedders.list_models(settings), settings.model, as_json=as_json)


@models_app.command()
def pull(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", show_default=False)] = None,
    local: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="A local file or folder that has the weights."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Rename files that are not the model to *.bad.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Download the weights of the named models, or of those in use."""
    from qa.llm import custom, embedders, weights

    settings = settings_for(home or ctx.obj)
    used = [
        settings.embedder,
        settings.reranker,
        verifier.name if (verifier := embedders.verifier_weights(settings)) else None,
        settings.model if settings.model.startswith("local:") else None,
    ]
    wanted = names or [name for name in used if name]
    if local and not names:
        listed = weights.MODELS.values()
        wanted = [one.name for one in listed if local.name == one.target or (local / one.target).exists()]
        if not wanted:
            known = ", ".join(weights.MODELS)
            raise typer.BadParameter(f"{local} has no known name; specify the model: {known}")
    paths = {}
    with progress.download_bar() as report:
        for name in wanted:
            paths[name] = custom.pull(
                name, settings.home / "models", local=local, progress=report, replace=replace
            )
    for name, path in paths.items():
        console.show_text(f"{name}: {path}")
