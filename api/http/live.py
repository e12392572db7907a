"""The live stream: every event as it is recorded, as server-sent events that can be resumed."""

import asyncio
import threading
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.http.acting import house_of, settings_of
from api.http.looking import Look, Looking
from api.http.section import Section
from api.problems import Turned
from api.sight import sight_of
from domain.base import INTEGER_MAX
from workflows.store.contract import Log, Recorded

router = Section(tags=["trail"])

WAIT_S = 0.1


class Arrivals:
    """Tells live streams that the log has grown: one thread waits, however many listen.

    While nobody listens it does not, so no act pays for waking it.
    """

    def __init__(self, log: Log, streams_max: int) -> None:
        """Watch a log for at most so many streams."""
        self._log = log
        self._streams_max = streams_max
        self._streams = 0
        self._grown = asyncio.Event()
        self._ended = threading.Event()
        self._wanted = threading.Event()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch while the application runs, then end every stream."""
        loop = asyncio.get_running_loop()
        thread = threading.Thread(target=self._watch, args=(loop,), name="arrivals", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.end()
            await run_in_threadpool(thread.join)

    def end(self) -> None:
        """Let every stream end."""
        self._ended.set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take one of the places there are.

        Raises:
            Turned: there is none left.
        """
        if self._streams >= self._streams_max:
            raise Turned(
                "too_many_streams",
                f"{self._streams_max} live streams are open, and no more are allowed",
                "Close one, or read /api/v1/trail from time to time instead.",
            )
        self._streams += 1
        self._wanted.set()
        try:
            yield
        finally:
            self._streams -= 1
            if not self._streams:
                self._wanted.clear()

    async def after(self, position: int, limit: int) -> list[Recorded]:
        """Return the events above a position as soon as there are any; none when all ends."""
        while not self._ended.is_set():
            grown = self._grown
            found = await run_in_threadpool(self._log.read, position, limit)
            if found:
                return found
            await grown.wait()
        return []

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._ended.is_set():
            if self._wanted.wait(WAIT_S):
                self._watch_for_streams(loop)
        loop.call_soon_threadsafe(self._wake)

    def _watch_for_streams(self, loop: asyncio.AbstractEventLoop) -> None:
        seen = self._log.head()
        # What came before this thread looked may have come after a stream did.
        loop.call_soon_threadsafe(self._wake)
        while self._wanted.is_set() and not self._ended.is_set():
            head = self._log.wait(seen, WAIT_S)
            if head != seen:
                seen = head
                loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        # Whoever waits holds the old event; whoever comes after reads the log first.
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


LastSeen = Annotated[
    int | None,
    Header(alias="Last-Event-ID", ge=0, le=INTEGER_MAX, description="Position seen last."),
]
After = Annotated[
    int | None,
    Query(ge=0, le=INTEGER_MAX, description="Begin above this position; at the end when absent."),
]


async def _place(request: Request, response: Response) -> AsyncIterator[Arrivals]:
    head = await run_in_threadpool(house_of(request).log.head)
    response.headers["Quorate-Position"] = str(head)
    arrivals: Arrivals = request.app.state.arrivals
    async with arrivals.listening():
        yield arrivals


Place = Annotated[Arrivals, Depends(_place)]


@router.get("/stream", response_class=EventSourceResponse)
async def follow_log(
    request: Request,
    look: Look,
    arrivals: Place,
    after: After = None,
    last_seen: LastSeen = None,
) -> AsyncIterable[ServerSentEvent]:
    """Follow the log: one event per record, its id the position. With ``as_of`` it ends there."""
    seen = await _beginning(look, after if last_seen is None else last_seen)
    until = None if look.asked is None else look.asked.position
    batch = settings_of(request).stream_batch
    while until is None or seen < until:
        found = await arrivals.after(seen, batch)
        if not found or look.house.now() >= look.person.expires:
            return
        shown = await run_in_threadpool(_shown, look, found)
        for recorded in found:
            if until is not None and recorded.position > until:
                return
            if recorded.position in shown:
                yield _told(recorded)
            seen = recorded.position


def _shown(look: Looking, found: list[Recorded]) -> frozenset[int]:
    """Return the positions that may be told, by what is restricted at this moment."""
    sight = sight_of(look.house, look.person)
    return frozenset(recorded.position for recorded in found if sight.shows(recorded))


async def _beginning(look: Looking, after: int | None) -> int:
    if after is not None:
        return after
    return 0 if look.asked is not None else await run_in_threadpool(look.house.log.head)


def _told(recorded: Recorded) -> ServerSentEvent:
    fields = recorded.event.as_json()
    data: dict[str, Any] = {
        name: fields[name] for name in ("topic", "stream", "version", "at", "effective_at")
    }
    return ServerSentEvent(
        id=str(recorded.position), event="recorded", data={"position": recorded.position, **data}
    )
