"""The window over a real socket, and a model that waits until a test releases it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage

from tests.conftest import ScriptedModel

QUESTION = "Why is Lukashenko under pressure?"
DRAFT = "Lukashenko is under pressure because of the Russian defeats in Ukraine [1]."
QUOTE = "As a result of the Russian defeats in the Ukraine Lukashenko is under pressure in two ways."
HOSTILE = '"><script>window.hit=1</script><img src=x onerror="window.hit=1">${window.hit=1}{{hit}}'

# Finds violations of WCAG 2.2: text with too little contrast, and controls without a name.
AUDIT = Path(__file__).with_name("accessibility.js").read_text()


class HeldChat(GenericFakeChatModel):
    """Streams its text once `released` is set."""

    model: Any

    async def _astream(self, *args: Any, **kwargs: Any) -> Any:
        self.model.started.set()
        try:
            async for chunk in super()._astream(*args, **kwargs):
                await asyncio.to_thread(self.model.released.wait, 60)
                self.model.said += 1
                yield chunk
        finally:
            self.model.ended.set()


class HeldModel(ScriptedModel):
    """A scripted model that waits before its first word while `released` is clear."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.said = 0
        self.started, self.released, self.ended = (threading.Event() for _ in range(3))
        self.released.set()

    @property
    def chat(self) -> BaseChatModel:
        return HeldChat(messages=iter([AIMessage(self.says)]), model=self)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    ready = threading.Event()
    original = server.startup

    async def startup(sockets: Any = None) -> None:
        await original(sockets)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(30)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
