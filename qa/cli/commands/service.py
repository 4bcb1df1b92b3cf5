"""`quoth serve`, `mcp` and `doctor`: Quoth for others, and whether it is well."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.cli import progress
from qa.cli.formatters.state import show_findings
from qa.cli.options import AnyCollection, Home, Json, assistant_of, settings_of


def serve(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any free one.")] = 7860,
    open_: Annotated[
        bool, typer.Option("--open", help="Let everybody in who reaches the address, without keys.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Serve the chat window and the API until Ctrl-C.

    Where others may come, at any address but loopback's, `quoth keys` says who.
    """
    from qa.web import run

    run.serve(settings_of(home), host=host, port=port, open_to_all=open_)


def mcp(collection: AnyCollection = "default", home: Home = None) -> None:
    """Offer ask, search, get_article and add_article to an MCP client, over stdin and stdout.

    While `quoth serve` runs, its archive answers; so do its tools at /mcp.
    """
    from qa.telemetry import logs
    from qa.web.mcp import create_mcp

    logs.configure(settings_of(home).logs)
    with assistant_of(home) as assistant:
        create_mcp(assistant).run("stdio")


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Hash all weights anew.")] = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="Embed what lacks its vectors, drop vectors without a passage.")
    ] = False,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Check models, archive and disk; say how to mend what is found."""
    from qa.cli.diagnostics import examine

    with progress.waiting() as say:
        say("examining")
        findings = examine(settings_of(home), collection=collection, deep=deep, mend=mend)
    show_findings(findings, as_json=as_json)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)
