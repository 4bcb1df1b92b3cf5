"""A server of OpenAI's `/v1/embeddings` whose vectors are made of words' hashes, so that neither servers nor
workers of the tests load a model, and texts that share words are near each other.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np

from index.embedding.embedder import Vectors
from index.text.normalization import stems

DIMENSION = 384


@lru_cache(maxsize=100_000)
def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32)


def hashed(text: str) -> Vectors:
    """The unit vector of a text, the mean of its words' directions."""
    vector = np.sum([_direction(word) for word in ["", *stems(text)]], axis=0)
    return np.asarray(vector / np.linalg.norm(vector))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        data = [
            {"index": at, "embedding": [round(float(x), 5) for x in hashed(text)]}
            for at, text in enumerate(given["input"])
        ]
        self._reply({"data": data})

    def do_GET(self) -> None:
        self._reply({"data": [{"max_model_len": 256}]})

    def _reply(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def embedding_server() -> Iterator[str]:
    """The address of a running server, for QUOTH_EMBEDDER_URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
