"""A small server with OpenAI's `/v1/embeddings`, whose vectors are sums of the hashes of words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import shake_256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from index.embedding.embedder import Vectors


class Server:
    """It keeps what it is asked, and first gives the replies of `failures`."""

    def __init__(self, *, dimension: int = 8, seed: str = "", window: int | None = None) -> None:
        self.dimension, self.seed, self.window = dimension, seed, window
        self.requests: list[dict[str, Any]] = []
        self.failures: list[tuple[int, Any]] = []

    def vector(self, text: str) -> Vectors:
        words = text.replace("query: ", "").replace("passage: ", "").split()
        digests = (shake_256(f"{self.seed}{word}".encode()).digest(self.dimension) for word in words)
        rows = [np.frombuffer(digest, dtype=np.int8) for digest in digests]
        return np.asarray(np.sum(rows, axis=0), dtype=np.float32)

    @contextmanager
    def running(self) -> Iterator[str]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                told = {"data": [{"id": "words", "max_model_len": outer.window}]}
                self._send(*((200, told) if outer.window and self.path == "/v1/models" else (404, {})))

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if outer.failures:
                    self._send(*outer.failures.pop(0))
                    return
                outer.requests.append(request | {"authorization": self.headers["authorization"]})
                rows = [
                    {"index": at, "embedding": outer.vector(text).tolist()}
                    for at, text in enumerate(request["input"])
                ]
                self._send(200, {"data": rows[::-1]})

            def _send(self, status: int, reply: Any) -> None:
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Logs nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/v1"
            server.shutdown()
