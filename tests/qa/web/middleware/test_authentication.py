"""Which requests need a key, and whom it identifies."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from qa.cli import main
from qa.web.api import create_api
from qa.web.app import protect
from qa.web.auth.api_keys import ApiKeyFile
from qa.web.auth.server_access import ServerAccess


@pytest.mark.parametrize("headers", [{"authorization": "Bearer quoth_wrong"}, {"authorization": "Bearer "}])
def test_unknown_key_is_refused_and_not_logged(keyed, headers, caplog):
    _, client = keyed
    response = client("").post("/api/ask", json={"question": "Who?"}, headers=headers)
    assert response.status_code == 401
    assert response.json()["type"] == "urn:quoth:key-unknown"
    assert "quoth_wrong" not in response.text + caplog.text
    assert client("").get("/healthz", headers=headers).status_code == 200  # public


def test_owner_token_gives_full_access(keyed):
    _, client = keyed
    assert client("owner").get("/api/articles?collection=other").status_code == 200


def test_loopback_needs_no_key_until_one_exists(answering):
    assistant = answering(None)
    keys = ApiKeyFile(assistant.home)
    client = TestClient(protect(create_api(assistant), ServerAccess(), keys), base_url="http://localhost")
    # Some clients must send a key, and send any.
    assert client.get("/api/articles", headers={"authorization": "Bearer none"}).status_code == 200
    token = keys.add("program", "reader")
    assert client.get("/api/articles").status_code == 401
    assert client.get("/api/articles", headers={"authorization": f"bearer {token}"}).status_code == 200
    keys.remove("program")
    assert client.get("/api/articles").status_code == 401  # stays closed without a key
    (assistant.home / "keys.json").write_text("[")
    refused = client.get("/api/articles", headers={"authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["type"]) == (500, "urn:quoth:keys-invalid")


@pytest.mark.parametrize("options", [["--host", "0.0.0.0"], ["--host", "::"]])
def test_exposed_server_does_not_start_without_a_key(tmp_path, options):
    result = CliRunner().invoke(main.app, ["serve", *options, "--port", "0", "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "quoth keys add" in result.stderr and "--open" in result.stderr
    assert not (tmp_path / "owner.lock").exists()
