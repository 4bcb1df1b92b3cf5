"""An embedder behind an API: a server with OpenAI's `/v1/embeddings`, such as TEI, vLLM or Infinity."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import Any

import httpx
import numpy as np

from index.embedding.embedder import RECENT_QUERIES, TextTokenizer, Vectors
from index.embedding.model_config import MAX_WINDOW, family_prompts, family_unrelated
from index.errors import EmbedderUnavailable
from index.text.letters import normalize_letters

TIMEOUT = httpx.Timeout(60, connect=5)
# TEI accepts no more texts in a request unless it is told to.
BATCH_TEXTS = 32
# Servers put the requests of several connections into one batch.
CONNECTIONS = 4
# A server that restarts is back within seconds; a longer absence is the caller's to wait for.
ATTEMPTS, PAUSE_SECONDS = 3, 0.5
_TRY_AGAIN = (429, 502, 503, 504)
# The window of a model whose server tells none.
UNKNOWN_WINDOW = 256
# Special tokens, and the newline after a title.
RESERVED_TOKENS = 8
# Tokenizers of real models divide words into longer parts, as a rule.
_TOKEN = re.compile(r"[A-Za-z]{1,4}|[^\sA-Za-z]")


class ServedEmbedder:
    """The embedding model `model` of the server at `url`. Nothing is asked before it is used.

    Without a `tokenizer` tokens are estimated, at a number that few texts exceed; the server clips or
    rejects a text that does.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        name: str = "",
        key: str | None = None,
        languages: Collection[str] = (),
        tokenizer: TextTokenizer | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.name = name or model
        self.languages = languages
        self.unrelated = family_unrelated(model)
        self._model = model
        self._key = key
        self._prompts = family_prompts(model)
        self.tokens: TextTokenizer = tokenizer or EstimatedTokenizer(self)
        self._cached_query = lru_cache(maxsize=RECENT_QUERIES)(self._encode_query)
        self._workers = ThreadPoolExecutor(CONNECTIONS, "quoth-embed")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages or sentences, float32, shape (len(texts), dimension).

        Raises EmbedderUnavailable.
        """
        prompt = self._prompts.get("passage", "")
        # Texts of similar length make a server pad less.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        batches = [order[at : at + BATCH_TEXTS] for at in range(0, len(order), BATCH_TEXTS)]
        if not batches:
            return np.empty((0, self._dimension), dtype=np.float32)
        parts = list(
            self._workers.map(lambda batch: self._request([prompt + texts[at] for at in batch]), batches)
        )
        vectors = np.concatenate(parts)
        ordered = np.empty_like(vectors)
        ordered[order] = vectors
        return ordered

    def encode_query(self, query: str) -> Vectors:
        """The unit vector of a query, float32, shape (dimension,), read-only. Raises EmbedderUnavailable."""
        return self._cached_query(query)

    def check(self) -> None:
        """Raises EmbedderUnavailable unless the server embeds a word now."""
        self._request(["ready"], attempts=1)

    @cached_property
    def window(self) -> int:
        """The tokens that the model reads at once, at most MAX_WINDOW, as vLLM and TEI tell them. Raises
        EmbedderUnavailable if the server is away: what it would tell is not known.
        """
        told = (
            self._told(f"{self.url}/models", lambda page: page["data"][0]["max_model_len"]),
            self._told(f"{self.url.removesuffix('/v1')}/info", lambda page: page["max_input_length"]),
        )
        return min([size for size in told if size] + [MAX_WINDOW]) if any(told) else UNKNOWN_WINDOW

    def _told(self, address: str, read: Callable[[Any], Any]) -> int | None:
        try:
            reply = self._client.get(address)
            if reply.status_code in _TRY_AGAIN:
                raise self._unavailable(f"status {reply.status_code}")
            size = read(reply.raise_for_status().json())
        except httpx.TransportError as error:
            raise self._unavailable(f"{type(error).__name__}: {error}") from error
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return None  # most servers have only one of the pages
        return size if isinstance(size, int) and size > 0 else None

    @cached_property
    def _dimension(self) -> int:
        return int(self._request(["ready"]).shape[1])

    def _encode_query(self, query: str) -> Vectors:
        [vector] = self._request([self._prompts.get("query", "") + query])
        vector.flags.writeable = False
        return np.asarray(vector)

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(headers=headers, timeout=TIMEOUT)

    def _request(self, texts: Sequence[str], *, attempts: int = ATTEMPTS) -> Vectors:
        body = {
            "model": self._model,
            "input": list(map(normalize_letters, texts)),
            "encoding_format": "float",
        }
        for left in reversed(range(attempts)):
            try:
                reply = self._client.post(f"{self.url}/embeddings", json=body)
                if reply.status_code in _TRY_AGAIN and left:
                    time.sleep(PAUSE_SECONDS)
                    continue
                return _vectors(reply.raise_for_status().json(), len(texts))
            except httpx.HTTPStatusError as error:
                reason = f"status {error.response.status_code}: {error.response.text[:200]}"
            except (httpx.ConnectError, httpx.RemoteProtocolError) as error:
                if left:
                    time.sleep(PAUSE_SECONDS)
                    continue
                reason = f"{type(error).__name__}: {error}"
            except httpx.HTTPError as error:
                reason = f"{type(error).__name__}: {error}"
            except (ValueError, LookupError, TypeError) as error:
                reason = f"its reply has no vectors: {error}"
            break
        raise self._unavailable(reason)

    def _unavailable(self, reason: str) -> EmbedderUnavailable:
        return EmbedderUnavailable(
            f"the server at {self.url} did not embed with '{self._model}' ({self._redacted(reason)}); "
            "start it, or correct QUOTH_EMBEDDER_URL and QUOTH_EMBEDDER"
        )

    def _redacted(self, reason: str) -> str:
        """A server's message without the API key, which it may repeat."""
        return reason.replace(self._key, "(the key)") if self._key else reason

    def close(self) -> None:
        self._workers.shutdown(cancel_futures=True)
        self._client.close()


def _vectors(reply: Mapping[str, Any], count: int) -> Vectors:
    """The unit vectors of a reply in the order of its texts. Raises ValueError, LookupError or TypeError."""
    rows = sorted(reply["data"], key=lambda row: row["index"])
    vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != count:
        raise ValueError(f"{len(rows)} vectors for {count} texts")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("a vector is zero, or not of numbers")
    return np.asarray(vectors / lengths)


class EstimatedTokenizer:
    """Counts tokens without the model's tokenizer: up to four Latin letters are one, and any other sign."""

    slack = 1

    def __init__(self, embedder: ServedEmbedder) -> None:
        self._embedder = embedder

    @cached_property
    def limit(self) -> int:
        return self._embedder.window - RESERVED_TOKENS

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(text)]
