"""`quoth`, the command line. Results go to standard output, everything else to standard error.

Exit codes: 0 done; 1 something failed, or some sources were skipped; 2 the command, a question or a
setting is wrong; 130 interrupted.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import traceback
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa import progress, terminal
from qa.evaluation.command import evaluate
from qa.evaluation.making.command import make_questions
from qa.keys_command import keys_app
from qa.options import (
    After,
    AnswerFile,
    AnyCollection,
    ArticleId,
    ArticleIds,
    AsOf,
    Before,
    Collection,
    Home,
    Json,
    Source,
    Sources,
    Translating,
    assistant_of,
    day_of,
    filters_of,
    settings_of,
)

if TYPE_CHECKING:
    # What is not needed to show the help is imported where it is used: a start must be quick.
    from index.articles import Kept, Skipped
    from qa.answers import Answer
    from qa.assistant import Assistant
    from qa.client import Quoth

app = typer.Typer(
    name="quoth",
    cls=Translating,
    help="Answers from your articles, with an exact quote under every sentence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Which models are used, and where their weights lie.")
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")
app.command("eval")(evaluate)
app.command("questions")(make_questions)


def main() -> None:
    """The `quoth` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without “ ” still shows the words between
    try:
        app()
    except Exception as error:
        terminal.error(f"unexpected {type(error).__name__}: {error}; please report it with what follows")
        terminal.message(traceback.format_exc())
        sys.exit(1)


@app.command()
def add(
    sources: Sources, collection: Collection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Add files, folders, patterns such as 'news/**/*.html', zips, feeds and web addresses.

    Formats: .txt .md .html .pdf .docx .epub .jsonl .csv .rss .atom .xml .zip

    What is there unchanged is left alone.
    """
    from index.articles import IngestReport
    from index.reading import count_sources, read_sources

    outcomes: list[Kept | Skipped] = []
    with assistant_of(home) as assistant:
        reading = read_sources(sources, private_urls=settings_of(home).private_urls)
        adding = assistant.add(reading, collection=collection)
        try:
            with progress.adding(lambda: count_sources(sources)) as advance:
                for outcome in adding:
                    outcomes.append(outcome)
                    advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt("add the same again to go on") from None
        finally:
            report = IngestReport.of(outcomes)
            terminal.show_report(report, as_json=as_json)
    if report.skipped:
        raise typer.Exit(1)


@app.command()
def ask(
    question: str,
    as_of: AsOf = None,
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Answer a question, with the quotes the answer rests on."""
    details: dict[str, object] = {
        "filters": filters_of(source, after, before),
        "as_of": day_of(as_of),
        "collection": collection,
    }
    with assistant_of(home) as assistant:
        answer = asyncio.run(_followed(assistant, question, details))
    if as_json:
        terminal.show_text(answer.model_dump_json(indent=2))
    else:
        terminal.show_answer(answer, question)


async def _followed(assistant: Assistant | Quoth, question: str, details: dict[str, object]) -> Answer:
    """The last item of the stream; the others say how far it is."""
    from qa.answers import Answer, Token, checked_question

    checked = checked_question(question, **details)
    try:
        with progress.waiting() as say:
            say("searching")
            async with aclosing(assistant.stream(checked)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        return event
                    say("writing" if isinstance(event, Token) else "reading")
    except asyncio.CancelledError:
        # Ctrl-C. Python would wait for threads that load models or read for them, which takes seconds and
        # cannot be cut short. Asking writes nothing, so that nothing is lost by leaving at once.
        terminal.message("interrupted")
        os._exit(130)
    raise AssertionError("a stream ends with an answer")


@app.command()
def search(
    query: str,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=50, help="How many passages.")] = 10,
    as_of: AsOf = None,
    source: Source = None,
    after: After = None,
    before: Before = None,
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Find passages, best first, with their scores and the words that were looked for."""
    filters = filters_of(source, after, before, as_of)
    with assistant_of(home) as assistant, progress.waiting() as say:
        say("searching")
        hits = assistant.search(query, k=k, filters=filters, collection=collection)
    if as_json:
        terminal.show_json({"hits": [hit.model_dump(mode="json") for hit in hits]})
    else:
        terminal.show_passages(hits, query)


@app.command("list")
def list_(
    search: Annotated[str, typer.Option(help="Only those with this in their title or source.")] = "",
    collection: Collection = "default",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the articles, newest first."""
    with assistant_of(home) as assistant:
        listing = assistant.articles(collection=collection, search=search)
    terminal.show_listing(listing, collection, search=search, as_json=as_json)


@app.command()
def show(
    article_id: ArticleId, collection: Collection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Show an article with its text."""
    with assistant_of(home) as assistant:
        article = assistant.article(article_id, collection=collection)
    terminal.show_article(article, as_json=as_json)


@app.command()
def remove(article_ids: ArticleIds, collection: Collection = "default", home: Home = None) -> None:
    """Remove articles; nothing is removed if one of them is not there."""
    with assistant_of(home) as assistant:
        ids = list(dict.fromkeys(article_ids))
        articles = [assistant.article(article_id, collection=collection) for article_id in ids]
        assistant.remove(ids, collection=collection)
    for article in articles:
        terminal.show_text(f"removed {article.id}  {article.title}".rstrip())


@app.command()
def reindex(
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None, home: Home = None
) -> None:
    """Make collections anew with the embedder that QUOTH_EMBEDDER names.

    The old ones answer until the new ones are whole. Interrupted, the same command goes on.
    """
    from index.errors import ArchiveEmpty, ArchiveLocked
    from qa.assistant import open_assistant

    try:
        assistant = open_assistant(settings_of(home))
    except ArchiveLocked as locked:
        where = str(locked).rpartition("; ")[0]
        raise ArchiveLocked(f"{where}; stop that one, then run `quoth reindex` again") from None
    with assistant:
        if collection and collection not in assistant.collections():
            raise ArchiveEmpty(f"there is no collection '{collection}'; `quoth add` makes one")
        outdated = assistant.outdated()
        wanted = {name: count for name, count in outdated.items() if collection in (None, name)}
        for name, count in wanted.items():
            _reindexed(assistant, name, count)
        if not wanted:
            terminal.message(f"nothing to do: all was embedded with {assistant.embedder_name}")


def _reindexed(assistant: Assistant, name: str, count: int) -> None:
    with progress.adding(lambda: count, f"reindexing {name}") as advance:
        try:
            for _ in assistant.reindex(name):
                advance()
        except KeyboardInterrupt:
            raise KeyboardInterrupt("run `quoth reindex` again to go on; the old one still answers") from None
    terminal.show_text(f"{name}: {terminal.many(count, 'article')} embedded with {assistant.embedder_name}")


@app.command()
def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write; one that is there is replaced.")
    ],
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    home: Home = None,
) -> None:
    """Save collections, with their vectors, to one file; also while they are served and added to."""
    part = file.with_name(f"{file.name}.part")
    try:
        with assistant_of(home) as assistant, part.open("wb") as sink, progress.waiting() as say:
            for _ in assistant.export(sink, collection=collection):
                say(f"exporting, {sink.tell() / 1e6:,.1f} MB")
            sink.flush()
            os.fsync(sink.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    terminal.show_text(f"{file}: {file.stat().st_size:,} bytes")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `quoth export` has written.")],
    name: Annotated[str | None, typer.Option("--as", help="Another name for its only collection.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of what is there under that name.")
    ] = False,
    collection: AnyCollection = "default",
    home: Home = None,
) -> None:
    """Make the collections of an exported file: all of it, or nothing if anything is wrong."""
    from index.snapshot import articles_in

    with assistant_of(home) as assistant, progress.adding(lambda: articles_in(file), "importing") as advance:
        for _ in assistant.restore(file, name=name, replace=replace):
            advance()
    terminal.show_text(f"imported {terminal.many(articles_in(file), 'article')}")


@app.command()
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
    from qa import server

    server.serve(settings_of(home), host=host, port=port, open_to_all=open_)


@app.command()
def mcp(collection: AnyCollection = "default", home: Home = None) -> None:
    """Offer ask, search, get_article and add_article to an MCP client, over stdin and stdout.

    While `quoth serve` runs, its archive answers; so do its tools at /mcp.
    """
    from qa import logs
    from qa.mcp import create_mcp

    logs.configure(settings_of(home).logs)
    with assistant_of(home) as assistant:
        create_mcp(assistant).run("stdio")


@app.command()
def verify(
    file: AnswerFile, collection: Collection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Check again whether the quotes of a saved answer or conversation stand in the articles."""
    from qa.verifying import read_answers, recheck

    saved = read_answers(file)
    with assistant_of(home) as assistant:
        rechecked = [
            recheck(citation, partial(assistant.article, collection=each.collection or collection))
            for each in saved
            if each.answer
            for citation in each.answer.citations
        ]
    terminal.show_rechecks(rechecked, as_json=as_json)
    if not all(one.holds for one in rechecked):
        raise typer.Exit(1)


@app.command()
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
    from qa.doctor import examine

    with progress.waiting() as say:
        say("examining")
        findings = examine(settings_of(home), collection=collection, deep=deep, mend=mend)
    terminal.show_findings(findings, as_json=as_json)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)


@models_app.callback(invoke_without_command=True)
def models(
    ctx: typer.Context, collection: AnyCollection = "default", home: Home = None, as_json: Json = False
) -> None:
    """Which models are used, and where their weights lie."""
    if ctx.invoked_subcommand:
        ctx.obj = home
        return
    from qa import finders

    settings = settings_of(home)
    terminal.show_models(finders.listing(settings), settings.model, as_json=as_json)


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
    from qa import chosen, weights

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
            places[name] = chosen.pull(
                name, settings.home / "models", local=local, progress=report, replace=replace
            )
    for name, place in places.items():
        terminal.show_text(f"{name}: {place}")


@app.callback(invoke_without_command=True)
def _quoth(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        terminal.show_text(f"quoth {version_of('quoth')}")
        raise typer.Exit
