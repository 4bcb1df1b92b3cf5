"""API keys: stored as hashes, and managed on the command line."""

from __future__ import annotations

import re
import stat

import pytest
from typer.testing import CliRunner

from qa.cli import main
from qa.errors import KeysInvalid
from qa.web.auth.api_keys import ApiKeyFile, hash_token


def test_only_hashes_are_stored_in_a_private_file(tmp_path):
    keys = ApiKeyFile(tmp_path)
    token = keys.add("program", "reader")
    assert re.fullmatch(r"quoth_[\w-]{43}", token)
    file = tmp_path / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token not in file.read_text() and hash_token(token) in file.read_text()
    assert keys.find(token) and not keys.find(token + "x") and not keys.find("")
    file.chmod(0o644)
    with pytest.raises(KeysInvalid, match="chmod 600"):
        ApiKeyFile(tmp_path).all()


def test_keys_are_added_listed_and_removed_on_the_command_line(tmp_path):
    def quoth(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(main.app, ["keys", *arguments, "--home", str(tmp_path)])
        return result.exit_code, result.stdout, result.stderr

    assert quoth("list")[:2] == (0, "")
    code, token, message = quoth("add", "press-desk", "--role", "editor", "--collection", "news")
    assert code == 0 and ApiKeyFile(tmp_path).find(token.strip()) and "cannot be shown again" in message
    _, listed, _ = quoth("list")
    assert listed.startswith("press-desk  editor  news") and token.strip() not in listed
    assert quoth("list", "--json")[1].count('"name": "press-desk"') == 1
    assert "there is a key named" in quoth("add", "press-desk")[2]
    assert "not a valid key name" in quoth("add", "press desk")[2]
    assert quoth("add", "x", "--collection", "../up")[0] == 2
    assert quoth("remove", "press-desk")[0] == 0
    assert "no key named" in quoth("remove", "press-desk")[2]
    assert not ApiKeyFile(tmp_path).all()
