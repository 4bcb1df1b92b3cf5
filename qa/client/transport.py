"""The connection of both clients to their server, and the meaning of its responses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from json import loads
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx
from httpx_sse import EventSource, SSEError
from pydantic import TypeAdapter, ValidationError

from index.errors import QuothError, SnapshotInvalid
from qa.client.endpoints import Endpoint, question_body, text_body
from qa.errors import ServerUnavailable, error_of_type
from qa.schemas import (
    Answer,
    CheckedSentence,
    CheckedText,
    CheckEvent,
    Event,
    Evidence,
    Progress,
    Question,
    TextToCheck,
    Token,
)

# A question may wait until others are answered; a server that is silent for longer is gone.
TIMEOUT_SECONDS = 600.0

_EVENTS: dict[str, type[Event]] = {
    "evidence": Evidence,
    "progress": Progress,
    "token": Token,
    "answer": Answer,
}
_CHECK_EVENTS: dict[str, type[CheckEvent]] = {"sentence": CheckedSentence, "result": CheckedText}

T = TypeVar("T")
Sent = TypeVar("Sent")


class Transport:
    """The address of a server, and the API key to use there."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        #: arguments of the httpx client; proxies of the environment are not used
        self.options: dict[str, Any] = {
            "base_url": self.url,
            "trust_env": False,
            "timeout": TIMEOUT_SECONDS,
            "headers": {"authorization": f"Bearer {key}"} if key else {},
        }

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Raises ServerUnavailable if the connection fails."""
        try:
            yield
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServerUnavailable(
                f"{self.url} does not respond ({reason}); check that `quoth serve` is running there"
            ) from error

    @contextmanager
    def import_file(self, file: Path, *, replace: bool) -> Iterator[BinaryIO]:
        """The content of a file to import. Raises ServerUnavailable if it would `replace` a collection."""
        if replace:
            raise ServerUnavailable(
                f"{self.url} is serving the collection to be replaced; stop it first, or import under "
                "another name with --as"
            )
        try:
            content = file.open("rb")
        except FileNotFoundError:
            raise SnapshotInvalid(
                f"{file} cannot be imported: there is no such file; correct the path"
            ) from None
        with content:
            yield content

    def read(self, endpoint: Endpoint[T], response: httpx.Response) -> T:
        """The value of the response. Raises the server's error, or ServerUnavailable."""
        if not response.is_success:
            raise self.error(response.content)
        with self._validated():
            return endpoint.read(response.content)

    @contextmanager
    def _validated(self) -> Iterator[None]:
        try:
            yield
        except (ValidationError, KeyError, SSEError) as error:
            reason = f"no {error}" if isinstance(error, KeyError) else str(error)
            if isinstance(error, ValidationError):
                reason = error.errors()[0]["msg"]
            raise ServerUnavailable(
                f"{self.url} does not respond like this version of Quoth ({reason}); check that it is not "
                "another program or another version"
            ) from error

    def error(self, content: str | bytes) -> QuothError:
        """The error that a problem document (RFC 9457) describes."""
        try:
            problem = loads(content)
            type_, title, detail = (str(problem[name]) for name in ("type", "title", "detail"))
        except (ValueError, KeyError, TypeError):
            return ServerUnavailable(f"{self.url} is not a Quoth server; correct the address")
        if known := error_of_type(type_):
            return known(detail)
        return ServerUnavailable(f"{self.url} refused the request: {title}; {detail}")

    def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, then tokens of the draft, then the verified Answer, each as it arrives.

        Closing the stream early stops the model.
        """
        return self._events("/api/ask/stream", question_body(question), _EVENTS)

    def check_stream(self, text: TextToCheck) -> AsyncGenerator[CheckEvent, None]:
        """Each sentence as soon as it is checked, and the CheckedText last.

        Closing the stream early stops the model.
        """
        return self._events("/api/check/stream", text_body(text), _CHECK_EVENTS)

    async def _events(
        self, path: str, body: Mapping[str, Any], kinds: Mapping[str, type[Sent]]
    ) -> AsyncGenerator[Sent, None]:
        """The events of a stream, which ends with one of the last of the `kinds`."""
        # A connection belongs to the event loop that opened it, and each stream may run in another loop.
        client = httpx.AsyncClient(**self.options)
        request = client.stream("POST", path, json=body)
        *_, last = kinds
        with self.connected(), self._validated():
            async with client, request as response:
                if not response.is_success:
                    raise self.error(await response.aread())
                async with aclosing(EventSource(response).aiter_sse()) as events:
                    async for sent in events:
                        if sent.event == "error":
                            raise self.error(sent.data)
                        yield TypeAdapter(kinds[sent.event]).validate_json(sent.data)
                        if sent.event == last:
                            return
        raise ServerUnavailable(f"{self.url} closed the connection before the {last}; ask again")
