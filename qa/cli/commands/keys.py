"""`quoth keys`: who may ask the server of a home."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.auth import Role
from qa.cli import console
from qa.cli.options import Home, Json, settings_of

keys_app = typer.Typer(
    help="Keys for the server: readers ask and search, editors add and remove too, admins may everything.",
    no_args_is_help=True,
)
_Name = Annotated[str, typer.Argument(help="Whose it is, such as a program or a person.")]


@keys_app.command("add")
def add(
    name: _Name,
    role: Annotated[Role, typer.Option(help="What it allows.")] = "reader",
    collection: Annotated[
        list[str] | None, typer.Option(help="Only this collection; repeat it for several.")
    ] = None,
    home: Home = None,
) -> None:
    """Make a key and print it, this once. From then on the server asks everybody for one."""
    from qa.web.auth.api_keys import ApiKeyFile

    token = ApiKeyFile(settings_of(home).home).add(name, role, collection or ())
    console.show_text(token)
    console.message("Keep it: it cannot be shown again. Send it as `Authorization: Bearer KEY`.")


@keys_app.command("list")
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the keys, without what they are."""
    from qa.web.auth.api_keys import ApiKeyFile

    keys = ApiKeyFile(settings_of(home).home).all()
    if as_json:
        console.show_json({"keys": [key.model_dump(mode="json", exclude={"digest"}) for key in keys]})
        return
    for key in keys:
        seen = ", ".join(key.collections) or "all collections"
        console.show_text(f"{key.name}  {key.role}  {seen}  made {key.made:%Y-%m-%d}")
    if not keys:
        console.message("there are no keys: the server answers at loopback addresses alone")


@keys_app.command("remove")
def remove(name: _Name, home: Home = None) -> None:
    """Take a key back; a running server refuses it from now on."""
    from qa.web.auth.api_keys import ApiKeyFile

    ApiKeyFile(settings_of(home).home).remove(name)
    console.show_text(f"removed {name}")
