"""A remote model never reveals its API key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qa.assistant import Assistant
from qa.errors import ModelUnavailable
from qa.llm.chat_models import ChatModel, RemoteChatModel


def test_key_is_removed_from_a_providers_errors(answering: Callable[[ChatModel | None], Assistant]) -> None:
    class EchoingHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps({"error": {"message": f"bad: {self.headers['authorization']}"}}).encode()
            self.send_response(401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with HTTPServer(("127.0.0.1", 0), EchoingHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        model = RemoteChatModel("openai:x", f"http://127.0.0.1:{server.server_port}/v1", "sk-very-secret")
        with pytest.raises(ModelUnavailable, match=r"bad: Bearer \(the key\)") as error:
            answering(model).ask("Who made Zelenskyy an offer of an alliance?")
        server.shutdown()
    assert "sk-very-secret" not in str(error.value)
