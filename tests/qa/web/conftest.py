"""Servers and clients that the tests of the web package share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from index.embedding.embedder import SentenceEmbedder
from index.library import Library
from qa.assistant import Assistant
from qa.auth import ROLES
from qa.web.api import create_api
from qa.web.app import create_app
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess
from tests.conftest import ScriptedModel, SharedArchive
from tests.qa.web.responses import DRAFT, api_client

OWNER_TOKEN = "a token of the home's owner"
ClientFor = Callable[[str], TestClient]


def scripted_api(library: Library) -> FastAPI:
    return create_api(Assistant(library, ScriptedModel(DRAFT), evidence_tokens=360))


@pytest.fixture
def client(shared_archive: SharedArchive, seeded: Library) -> TestClient:
    """The API over the seed articles, with a scripted model."""
    return TestClient(shared_archive.made(scripted_api), raise_server_exceptions=False)


@pytest.fixture
def empty_client(library: Library) -> Iterator[TestClient]:
    """The API over an empty archive, without a model."""
    with api_client(Assistant(library, None, evidence_tokens=360)) as client:
        yield client


@pytest.fixture(scope="package")
def keyed(
    tmp_path_factory: pytest.TempPathFactory, seeded_folder: Path, embedder: SentenceEmbedder
) -> Iterator[tuple[ApiKeyFile, ClientFor]]:
    """The keys of a whole server, and clients by name: one for each role, "other" with access to the
    collection of that name, "owner", "wrong", and "" without a key.
    """
    home = tmp_path_factory.mktemp("keyed")
    shutil.copytree(seeded_folder / "collections", home / "collections")
    keys = ApiKeyFile(home)
    tokens: dict[str, str] = {role: keys.add(role, role) for role in ROLES}
    tokens |= {"other": keys.add("other", "editor", ["other"]), "owner": OWNER_TOKEN, "wrong": "quoth_wrong"}
    with Library(home, embedder) as library, Assistant(library, ScriptedModel("Nothing."), 360) as assistant:
        app = create_app(assistant, ServerAccess(owner_token=OWNER_TOKEN, requests_per_minute=10_000))
        with TestClient(app, base_url="http://localhost") as client:

            def client_for(name: str) -> TestClient:
                client.headers.pop("authorization", None)
                client.cookies.clear()
                if name:
                    client.headers["authorization"] = f"Bearer {tokens[name]}"
                return client

            yield keys, client_for
