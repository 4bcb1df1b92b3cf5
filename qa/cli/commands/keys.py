"""`quoth keys`: API keys of the server."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.auth import Role
from qa.cli import console
from qa.cli.options import Home, Json, settings_for

keys_app = typer.Typer(
    help="API keys of the server: readers ask and search, editors also add and remove, admins do everything.",
    no_args_is_help=True,
)
_Name = Annotated[str, typer.Argument(help="Owner of the key, such as a program or a person.")]


@keys_app.command("add")
def add(
    name: _Name,
    role: Annotated[Role, typer.Option(help="Permissions of the key.")] = "reader",
    collection: Annotated[
        list[str] | None, typer.Option(help="Only this collection; repeat it for several.")
    ] = None,
    home: Home = None,
) -> None:
    """Create a key and print it once. From then on the server requires a key from everyone."""
    from qa.web.state.state import open_state

    with open_state(settings_for(home)) as state:
        token = state.keys.add(name, role, collection or ())
    console.show_text(token)
    console.message("Save it now: it cannot be shown again. Send it as `Authorization: Bearer KEY`.")


@keys_app.command("list")
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the keys without their secrets."""
    from qa.web.state.state import open_state

    with open_state(settings_for(home)) as state:
        keys = state.keys.all()
    if as_json:
        console.show_json({"keys": [key.model_dump(mode="json", exclude={"digest"}) for key in keys]})
        return
    for key in keys:
        scope = ", ".join(key.collections) or "all collections"
        console.show_text(f"{key.name}  {key.role}  {scope}  created {key.made:%Y-%m-%d}")
    if not keys:
        console.message("there are no keys: the server listens only on loopback addresses")


@keys_app.command("remove")
def remove(name: _Name, home: Home = None) -> None:
    """Revoke a key; a running server rejects it at once."""
    from qa.web.state.state import open_state

    with open_state(settings_for(home)) as state:
        state.keys.remove(name)
    console.show_text(f"removed {name}")
