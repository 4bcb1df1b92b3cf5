"""What both clients know of their server: how it is reached, and what its refusals mean."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from json import loads
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from index.errors import QuothError, SnapshotInvalid
from qa.client.endpoints import Endpoint, asked
from qa.errors import ServerUnavailable, kind_of
from qa.schemas import Answer, Event, Evidence, Question, Token

# A question may wait for others to be answered; only a server that is gone is silent for longer.
SECONDS = 600.0

_EVENTS: dict[str, type[Event]] = {"evidence": Evidence, "token": Token, "answer": Answer}

T = TypeVar("T")


class Transport:
    """A server at an address, which may want a key."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/")
        #: how httpx reaches it; proxies of the environment are not used
        self.options: dict[str, Any] = {
            "base_url": self.url,
            "trust_env": False,
            "timeout": SECONDS,
            "headers": {"authorization": f"Bearer {key}"} if key else {},
        }

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Raises ServerUnavailable where the connection fails."""
        try:
            yield
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServerUnavailable(
                f"{self.url} does not answer ({reason}); see whether `quoth serve` still runs there"
            ) from error

    @contextmanager
    def exported(self, file: Path, *, replace: bool) -> Iterator[BinaryIO]:
        """The file that is to be imported, open; a server replaces nothing that it answers from."""
        if replace:
            raise ServerUnavailable(
                f"{self.url} answers from the collection that is to be replaced; stop it first, or import "
                "under another name with --as"
            )
        try:
            content = file.open("rb")
        except FileNotFoundError:
            raise SnapshotInvalid(
                f"{file} cannot be imported: there is no such file; correct the path"
            ) from None
        with content:
            yield content

    def value(self, call: Endpoint[T], response: httpx.Response) -> T:
        """What the response says, or the error it tells of."""
        if not response.is_success:
            raise self.error(response.content)
        with self._understood():
            return call.read(response.content)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValidationError, KeyError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else f"no {error}"
            raise ServerUnavailable(
                f"{self.url} does not answer as this version of Quoth does; is it another program, or "
                f"another version? ({reason})"
            ) from error

    def error(self, content: str | bytes) -> QuothError:
        """The error that a problem (RFC 9457) tells of."""
        try:
            problem = loads(content)
            kind, title, detail = (str(problem[name]) for name in ("type", "title", "detail"))
        except (ValueError, KeyError, TypeError):
            return ServerUnavailable(f"{self.url} is no Quoth server; correct the address")
        if known := kind_of(kind):
            return known(detail)
        return ServerUnavailable(f"{self.url} refused: {title}; {detail}")

    async def stream(self, question: Question) -> AsyncGenerator[Event, None]:
        """Evidence, tokens of the unchecked draft, and the checked Answer last, each as it comes.

        Leaving the stream early stops the model.
        """
        # A connection belongs to the event loop that opened it, and each stream may have its own.
        client = httpx.AsyncClient(**self.options)
        asking = client.stream("POST", "/api/ask/stream", json=asked(question))
        with self.reached():
            async with client, asking as response:
                if not response.is_success:
                    raise self.error(await response.aread())
                async for name, data in _events(response):
                    if name == "error":
                        raise self.error(data)
                    with self._understood():
                        event: Event = TypeAdapter(_EVENTS[name]).validate_json(data)
                    yield event
                    if isinstance(event, Answer):
                        return
        raise ServerUnavailable(f"{self.url} broke off before the answer; ask again")


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Name and data of each server-sent event. Only \n and \r\n end a line; an article may have other
    characters that Python takes for line ends.
    """
    rest = ""
    async for text in response.aiter_text():
        *whole, rest = (rest + text).replace("\r\n", "\n").split("\n\n")
        for event in whole:
            lines = (line.split(": ", 1) for line in event.split("\n") if not line.startswith(":"))
            fields = dict(line for line in lines if len(line) == 2)
            if fields:
                yield fields["event"], fields["data"]
