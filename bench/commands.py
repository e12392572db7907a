"""Durable commands: how many, at what price, how soon they are seen, and over HTTP."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter, process_time

from bench import clients, floors
from bench.table import Found, Ground, alternating
from bench.workload import CYCLE, Office, code_of
from projections.register import project
from workflows.store.contract import Log

ROUNDS = 7
COMMANDS = 150
SYNCS = 200
PAGE = 4096
CLIENTS = 8
TURN_S = 1.2
TURNS = 5
RATIO_MIN = 0.35
CPU_US_MAX = 300
VISIBLE_MS_MAX = 5
P99_TO_P50_MAX = 4


def disk_sync(here: Path) -> float:
    """Return the median seconds of one fdatasync after 4 KiB."""
    sync = getattr(os, "fdatasync", os.fsync)
    times = []
    with tempfile.TemporaryFile(dir=here, buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(PAGE))
            start = perf_counter()
            sync(file.fileno())
            times.append(perf_counter() - start)
    return median(times)


def durable(here: Ground) -> Found:
    """Measure commands one after the other, with every view following, against three inserts."""
    with (
        closing(Office(here.scratch / "durable")) as office,
        closing(floors.connect(here.scratch / "floor.db")) as floor,
    ):
        floor_s, ours_s, ratio, cpu = beside(office, lambda events: floors.carry_out(floor, events))
    return Found(
        f"{ratio:.2f}x; {cpu:.0f} µs",
        ratio >= RATIO_MIN and cpu <= CPU_US_MAX,
        f"{ours_s:,.0f} of {floor_s:,.0f} commands/s, CPU with all views;"
        f" fdatasync {disk_sync(here.scratch) * 1e6:.0f} µs",
    )


def beside(
    office: Office, hand_written: Callable[[list[floors.Happened]], None]
) -> tuple[float, float, float, float]:
    """Measure commands with every view following, in turns with what is written by hand.

    Returns:
        Commands per second by hand and ours, the ratio, and microseconds of processor time of ours.
    """
    office.begin(CYCLE)
    office.house.views.follow()
    turn = _Turns(office)
    spent: list[float] = []

    def ours() -> float:
        before, start = process_time(), perf_counter()
        turn.carry_out()
        taken = perf_counter() - start
        spent.append((process_time() - before) / COMMANDS)
        return COMMANDS / taken

    def floor() -> float:
        start = perf_counter()
        for events in turn.done:
            hand_written(events)
        return len(turn.done) / (perf_counter() - start)

    # One turn ahead, so that the floor writes the very events that were recorded here.
    turn.carry_out()
    return *alternating(ROUNDS, floor, ours), median(spent) * 1e6


class _Turns:
    """Turns of commands, and what the last one recorded."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.done: list[list[floors.Happened]] = []

    def carry_out(self) -> None:
        """Carry a turn out, and wait until the views have seen the last of it."""
        house = self._office.house
        before = house.log.head()
        for _ in range(COMMANDS):
            self._office.step()
        house.views.wait_for(house.log.head(), 10)
        self.done = list(_by_command(house.log, before))


def _by_command(log: Log, after: int) -> Iterator[list[floors.Happened]]:
    rows = log.contents(after, 100_000)
    for _, events in groupby(rows, lambda row: json.loads(row.content)["command"]):
        yield [floors.Happened(r.position, r.stream, r.version, r.content) for r in events]


def visible(here: Ground) -> Found:
    """Measure from the start of a command to its being in the answer of a query."""
    taken = []
    with closing(Office(here.scratch / "visible")) as office:
        office.begin(CYCLE)
        office.house.views.follow()
        reading = office.house.views.reading
        for _ in range(CYCLE):
            office.step()
        for _ in range(200):
            start = perf_counter()
            office.step()
            head = office.house.log.head()
            office.house.views.wait_for(head, 10)
            seen = project(reading, code_of(0)).position
            taken.append(perf_counter() - start)
            if seen < head:
                raise SystemExit(f"a query saw {seen}, the command was at {head}")
    middle = median(taken) * 1e3
    return Found(f"{middle:.2f} ms", middle < VISIBLE_MS_MAX, "the command itself included")


def over_http(here: Ground) -> Found:
    """Measure POSTs of 8 clients at once, in turns with a route that does nothing."""
    directory = here.scratch / "http"
    with closing(Office(directory)) as office:
        office.begin(CLIENTS)
        for _ in range(CLIENTS * 5):
            office.step()
    with Popen(
        [sys.executable, "-m", "bench.server", str(directory)],
        stdout=PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    ) as server:
        try:
            assert server.stdout is not None, "it was asked for"
            told = json.loads(server.stdout.readline())
            return _posted(told["port"], told["token"])
        finally:
            server.terminate()


def _posted(port: int, token: str) -> Found:
    fact = json.dumps({"fact": "risk", "value": {"number": "9"}}).encode()
    empty = [clients.request("/api/v1/bench-empty", token, fact)] * CLIENTS
    facts = [
        clients.request(f"/api/v1/projects/{code_of(number)}/facts", token, fact)
        for number in range(CLIENTS)
    ]
    slowness = []

    def per_second(requests: list[bytes]) -> float:
        times = clients.load(port, requests, TURN_S)
        if requests is facts:
            slowness.append(_p99(times) / median(times))
        return len(times) / TURN_S

    for requests in (empty, facts):
        clients.load(port, requests, 0.5)
    floor, ours, ratio = alternating(TURNS, lambda: per_second(empty), lambda: per_second(facts))
    worst = median(slowness)
    return Found(
        f"{ratio:.2f}x; p99 {worst:.1f}x",
        ratio >= RATIO_MIN and worst <= P99_TO_P50_MAX,
        f"{ours:,.0f} of {floor:,.0f} requests/s, the clients on the same cores",
    )


def _p99(times: list[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]
