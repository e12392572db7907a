"""Live streams miss nothing, though nobody watches the log while none is open."""

import asyncio
import time
from random import Random
from typing import Any, cast

from api.http.live import Arrivals
from tests.workflows.store.events import refusal
from workflows.store.contract import Log
from workflows.store.sqlite import SQLiteLog, open_memory_log

ROUNDS = 40


class Slow:
    """A log that takes its time to say how far it goes, so that something comes meanwhile."""

    def __init__(self, log: SQLiteLog) -> None:
        self._log = log

    def head(self) -> int:
        time.sleep(0.005)
        return self._log.head()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def test_a_stream_gets_what_comes_as_it_opens() -> None:
    log, chance = open_memory_log(), Random(1)
    arrivals = Arrivals(cast("Log", Slow(log)), streams_max=1)

    async def append(number: int) -> None:
        await asyncio.sleep(chance.random() / 100)
        await asyncio.to_thread(log.append, [refusal(f"a:{number}")], {}, None)

    async def listen(after: int) -> list[int]:
        await asyncio.sleep(chance.random() / 100)
        async with arrivals.listening():
            return [one.position for one in await asyncio.wait_for(arrivals.after(after, 9), 5)]

    async def listened() -> None:
        async with arrivals.watching():
            for number in range(ROUNDS):
                found, _ = await asyncio.gather(listen(number), append(number))
                assert found == [number + 1]

    asyncio.run(listened())
    log.close()
