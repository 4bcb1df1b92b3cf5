"""The queue in front of the model."""

from __future__ import annotations

import asyncio
import threading

import pytest

from qa.errors import Busy
from qa.pipeline.model_queue import ModelQueue


def test_turns_come_in_order() -> None:
    queue, order = ModelQueue(slots=2, max_waiting=10), []

    async def visit(n: int) -> None:
        async with queue.slot():
            order.append(n)
            await asyncio.sleep(0.01)

    async def visits() -> None:
        await asyncio.gather(*(visit(n) for n in range(9)))

    asyncio.run(visits())
    assert order == sorted(order) and len(queue) == 0


def test_wait_that_is_too_long_is_an_error_and_loses_no_turn() -> None:
    queue = ModelQueue(slots=1, max_waiting=5, timeout=0.1)

    async def visits() -> None:
        async with queue.slot():
            with pytest.raises(Busy, match="not free within"):
                async with queue.slot():
                    raise AssertionError("two have the model")

            async def wait() -> None:
                async with queue.slot():
                    raise AssertionError("two have the model")

            left = asyncio.create_task(wait())
            await asyncio.sleep(0.01)
            left.cancel()
        async with queue.slot():
            assert len(queue) == 0

    asyncio.run(visits())


def test_event_loops_share_a_queue() -> None:
    queue, inside, most = ModelQueue(slots=1, max_waiting=100), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        for _ in range(20):
            async with queue.slot():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=lambda: asyncio.run(visit())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (inside, most, len(queue)) == (0, 1, 0)
