"""The MCP tools as a client sees them, over both transports."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from qa.client import Quoth
from qa.schemas import Answer
from tests.conftest import MODELS
from tests.serving import QUOTH, Serving

QUESTION = "When was the Vey Bridge in Ostleigh opened?"
NEWS = {
    "id": "news/1",
    "title": "Ferry",
    "date": "2024-03-02",
    "text": "The “Astrid” 🚢 left at 18:40.",
}
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def seeded_copy(tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "models").symlink_to(MODELS, target_is_directory=True)
    shutil.copytree(seeded_folder / "collections", home / "collections")
    return home


def stdio_server(home: Path) -> StdioServerParameters:
    """`quoth mcp` on this home, in the environment of the tests."""
    return StdioServerParameters(
        command=str(QUOTH), args=["mcp", "--home", str(home)], env={**os.environ, "QUOTH_MODEL": "none"}
    )


@pytest.fixture(params=["http", "stdio through a server", "stdio alone"])
def connection(
    request: pytest.FixtureRequest,
    server: Serving,
    tmp_path_factory: pytest.TempPathFactory,
    seeded_folder: Path,
) -> Iterator[StdioServerParameters | str]:
    if request.param == "stdio alone":
        yield stdio_server(seeded_copy(tmp_path_factory, seeded_folder))
        return
    yield f"{server.url}/mcp" if request.param == "http" else stdio_server(server.home)
    with Quoth(server.url) as quoth:
        quoth.remove([NEWS["id"]])


@pytest.mark.slow
def test_agent_uses_every_tool(connection: StdioServerParameters | str) -> None:
    async def use_tools() -> None:
        async with Client(connection) as client:
            assert "declined" in (client.instructions or "")
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == {"ask", "check_text", "search", "get_article", "add_article"}
            assert all(tool.description and tool.output_schema for tool in tools.values())
            assert [name for name, t in tools.items() if t.annotations and t.annotations.read_only_hint] == [
                "ask",
                "check_text",
                "search",
                "get_article",
            ]
            messages: list[str | None] = []

            async def on_progress(progress: float, total: float | None, message: str | None) -> None:
                messages.append(message)

            result = await client.call_tool("ask", {"question": QUESTION}, progress_callback=on_progress)
            answer = Answer.model_validate(result.structured_content)
            assert answer.status == "answered"
            assert messages[0] == "reading" and "writing" in messages
            [citation, *_] = answer.citations
            article = await call(client, "get_article", article_id=citation.article_id)
            assert article["text"][citation.start : citation.end] == citation.quote

            assert await call(client, "add_article", **NEWS) == {
                "article_id": "news/1",
                "how": "added",
                "warnings": [],
            }
            assert (await call(client, "add_article", **NEWS))["how"] == "unchanged"
            search = {"query": "Astrid left", "k": 1, "filters": {"after": "2024-03-01"}}
            [hit] = (await call(client, "search", **search))["hits"]
            assert (hit["article_id"], hit["text"]) == ("news/1", NEWS["text"])
            early = await call(client, "search", query="Astrid left", as_of="2024-03-01")
            assert "news/1" not in {hit["article_id"] for hit in early["hits"]}

            assert "no article has the id 'none'" in await refusal(client, "get_article", article_id="none")
            undated = await call(client, "add_article", text="A text.", date="soon")
            assert "names no certain day" in " ".join(undated["warnings"])
            assert "stored: empty" in await refusal(client, "add_article", text=" ")
            assert "text is empty" in await refusal(client, "check_text", text=" ")
            assert "set QUOTH_VERIFIER" in await refusal(client, "check_text", text="It rained.")
            assert "question is empty" in await refusal(client, "ask", question=" ")
            assert "filters.soure" in await refusal(client, "ask", question="x", filters={"soure": "x"})
            assert "'none' has no articles yet" in await refusal(
                client, "search", query="x", collection="none"
            )

    asyncio.run(use_tools())


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content or {})


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "evil.example"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_requests_of_other_sites_are_refused(server: Serving, headers: dict[str, str], status: int) -> None:
    url = f"{server.url}/mcp"
    assert httpx.post(url, json=LIST, headers=HEADERS | headers, trust_env=False).status_code == status


def test_invalid_requests_are_refused(server: Serving) -> None:
    url = f"{server.url}/mcp"
    get = httpx.get(url, headers=HEADERS, trust_env=False)
    assert (get.status_code, get.headers["content-type"]) == (405, "application/problem+json")
    large = httpx.post(url, content=b" " * 4_100_000, headers=HEADERS, trust_env=False)
    assert large.status_code == 413
    invalid = httpx.post(
        url, content=b"{", headers=HEADERS | {"content-type": "application/json"}, trust_env=False
    )
    assert invalid.status_code == 400 and "Traceback" not in invalid.text
