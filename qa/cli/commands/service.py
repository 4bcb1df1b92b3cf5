"""`quoth serve`, `work`, `mcp` and `doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.cli import progress
from qa.cli.formatters.state import show_findings
from qa.cli.options import AnyCollection, Home, Json, OnlyCollection, assistant_for, settings_for


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 chooses a free port.")] = 7860,
    open_: Annotated[
        bool, typer.Option("--open", help="Give anyone who can reach the address full access, without keys.")
    ] = False,
    root_path: Annotated[
        str, typer.Option(help="Path under which a reverse proxy offers the server, such as /quoth.")
    ] = "",
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Serve the chat window and the API until Ctrl-C.

    On addresses other than loopback, clients need a key from `quoth keys`.
    """
    from qa.web import run

    run.serve(settings_for(home), host=host, port=port, open_to_all=open_, root_path=root_path)


def work(
    lease: Annotated[
        float, typer.Option(hidden=True, min=1, help="Seconds without a sign of life after which it is dead.")
    ] = 30.0,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Embed and store the articles that wait in the queue, until Ctrl-C.

    Needs QUOTH_DATABASE_URL; run as many as you like.
    """
    from qa.assistant.worker import work
    from qa.telemetry import logs

    settings = settings_for(home)
    logs.configure(settings.logs)
    work(settings, lease=lease)


def mcp(collection: AnyCollection = "default", home: Home = None) -> None:
    """Offer ask, search, get_article and add_article to an MCP client, over stdin and stdout.

    While `quoth serve` is running, this goes through it; it has the same tools at /mcp.
    """
    from qa.telemetry import logs
    from qa.web.mcp import create_mcp

    logs.configure(settings_for(home).logs)
    with assistant_for(home) as assistant:
        create_mcp(assistant).run("stdio")


def doctor(
    deep: Annotated[bool, typer.Option("--deep", help="Hash all weights again.")] = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="Add missing vectors, and drop vectors without a passage.")
    ] = False,
    collection: OnlyCollection = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Check models, archive and disk, and show how to fix problems."""
    from qa.cli.diagnostics import examine

    with progress.spinner() as show_step:
        show_step("checking")
        findings = examine(settings_for(home), collection=collection, deep=deep, mend=mend)
    show_findings(findings, as_json=as_json)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)
