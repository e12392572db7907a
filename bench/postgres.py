"""The same on PostgreSQL: durable commands, two processes at once, and who follows them."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter

import psycopg

from bench import floors
from bench.commands import RATIO_MIN, beside
from bench.stores import AT_ONCE, NO_SERVER, TABLES
from bench.table import Found, Ground
from bench.workload import CYCLE, Office
from tests.workflows.store.servers import Server, programs
from workflows.store.postgres import open_postgres_log

PROCESSES = 2
ROUNDS = 5
COMMANDS = 200
WARM = 20
SCALES_MIN = 1.35
PAGE = 500
FOLLOW_S = 10


def durable(here: Ground) -> Found:
    """Measure commands one after the other on PostgreSQL, against one statement by hand."""
    found = programs()
    if found is None:
        return NO_SERVER
    with ExitStack() as stack:
        server = stack.enter_context(closing(Server(found)))
        ours, url = server.database(), server.database(migrated=False)
        server.statement(TABLES.format(serial="BIGSERIAL PRIMARY KEY", bytes="BYTEA"), url)
        office = stack.enter_context(closing(Office(here.scratch / "pg-durable", store=ours)))
        floor = stack.enter_context(psycopg.connect(url, autocommit=True))
        floor_s, ours_s, ratio, cpu = beside(office, partial(_carry_out, floor))
    return Found(
        f"{ratio:.2f}x; {cpu:.0f} µs",
        ratio >= RATIO_MIN,
        f"{ours_s:,.0f} of {floor_s:,.0f} commands/s, CPU with all views, without the server's",
    )


def _carry_out(floor: psycopg.Connection, events: list[floors.Happened]) -> None:
    rows = [{"s": one.stream, "v": one.version, "c": one.content} for one in events]
    if len(rows) == 1:
        floor.execute(AT_ONCE, rows[0], prepare=True)
        return
    with floor.pipeline():  # one round trip and one transaction
        for row in rows:
            floor.execute(AT_ONCE, row, prepare=True)


def two_processes(here: Ground) -> Found:
    """Measure commands of two processes on one log against one, while somebody follows it."""
    found = programs()
    if found is None:
        return NO_SERVER
    with closing(Server(found)) as server:
        pairs, missed, seen = _scaled(here, server.database)
    one, two = (median(speeds) for speeds in zip(*pairs, strict=True))
    scale = median(both / alone for alone, both in pairs)
    return Found(
        f"{scale:.2f}x; {missed} missed",
        scale >= SCALES_MIN and missed == 0,
        f"{two:,.0f} of {one:,.0f} commands/s; {seen:,} events followed as they came",
    )


def _scaled(
    here: Ground, database: Callable[[], str]
) -> tuple[list[tuple[float, float]], int, int]:
    """Return the speeds of one process and of two, and how many events a follower missed."""
    url, pairs = database(), []
    directory = here.scratch / "pg-processes"
    Office(directory, store=url).close()
    with _followed(url) as follower:
        for number in range(ROUNDS):
            first = 1 + number * (PROCESSES + 1)
            shares = range(first, first + PROCESSES + 1)
            alone = _together(directory, url, shares[:1])
            pairs.append((alone, _together(directory, url, shares[1:])))
        return pairs, follower.missed(), follower.seen


class _Follower(threading.Thread):
    """Whoever follows a log through a connection of its own, and counts what comes in order."""

    def __init__(self, url: str) -> None:
        super().__init__(name="follower", daemon=True)
        self._log = open_postgres_log(url, writable=False)
        self._ended = threading.Event()
        self.seen = 0
        self._wrong = 0

    def run(self) -> None:
        position = 0
        while not self._ended.is_set() or position < self._log.head():
            self._log.wait(position, 0.25)
            for row in self._log.contents(position, PAGE):
                self._wrong += row.position != position + 1
                self.seen, position = self.seen + 1, row.position

    def missed(self) -> int:
        """Wait until it has come to the end, and return what it did not see, or not in order."""
        self._ended.set()
        self.join(FOLLOW_S)
        return max(self._wrong, self._log.head() - self.seen)

    def close(self) -> None:
        self._ended.set()
        self.join(FOLLOW_S)
        self._log.close()


@contextmanager
def _followed(url: str) -> Iterator[_Follower]:
    with closing(_Follower(url)) as follower:
        follower.start()
        yield follower


def _together(directory: Path, url: str, shares: range) -> float:
    """Return the commands per second of some processes that write at once."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                Popen(
                    [sys.executable, "-m", "bench.postgres", str(directory), url, str(share)],
                    stdin=PIPE, stdout=PIPE, text=True,
                )
            )
            for share in shares
        ]  # fmt: skip
        for one in running:
            assert one.stdout is not None, "it was asked for"
            one.stdout.readline()
        for one in running:
            assert one.stdin is not None, "it was asked for"
            one.stdin.write("\n")
            one.stdin.flush()
        return sum(float(json.loads(one.communicate()[0])) for one in running)


def _be_one(directory: Path, url: str, share: int) -> None:
    """Be one of several processes: say when ready, carry commands out when told, say how fast."""
    with closing(Office(directory, store=url, share=share)) as office:
        office.begin(CYCLE)
        office.house.views.follow()
        for _ in range(WARM):
            office.step()
        print("ready", flush=True)
        sys.stdin.readline()
        start = perf_counter()
        for _ in range(COMMANDS):
            office.step()
        office.house.views.wait_for(office.house.log.head(), FOLLOW_S)
        print(json.dumps(COMMANDS / (perf_counter() - start)), flush=True)


if __name__ == "__main__":
    _be_one(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
