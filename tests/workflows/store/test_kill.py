"""A process killed at any moment loses nothing it acknowledged, and restart needs no hand."""

import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from domain.base import digest
from tests.workflows.store.appender import opened
from tests.workflows.store.test_privacy import filled
from workflows.store.sql import SQLLog
from workflows.store.sqlite import open_log

ROOT = Path(__file__).parents[3]
ROUNDS = 5


@pytest.mark.slow
def test_a_killed_process_has_lost_nothing_it_acknowledged(tmp_path: Path) -> None:
    _killed_again_and_again(str(tmp_path), _integrity_checked(tmp_path))


@pytest.mark.slow
@pytest.mark.postgres
def test_a_killed_worker_has_lost_nothing_it_acknowledged_and_stops_nobody(database: str) -> None:
    with _appending(database, "b") as beside:
        _killed_again_and_again(database, lambda: None)
        assert beside.poll() is None
        beside.kill()
        assert beside.stdout is not None
        told = _told(beside.stdout.readlines())
    log = opened(database, writable=False)
    _require_whole(log, told)
    log.close()


def _killed_again_and_again(place: str, also: Callable[[], None]) -> None:
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    acknowledged: dict[int, str] = {}
    for _ in range(ROUNDS):
        told = _killed_after(chance.uniform(0.02, 1.2), place)
        assert not acknowledged.keys() & told.keys()
        acknowledged |= told
        # The first look is that of a reader, while nobody has opened the log for writing yet.
        for writable in (False, True):
            log = opened(place, writable=writable)
            _require_whole(log, acknowledged)
            log.close()
        also()
    assert acknowledged


def _integrity_checked(directory: Path) -> Callable[[], None]:
    def check() -> None:
        with closing(sqlite3.connect(directory / "events.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    return check


@contextmanager
def _appending(place: str, kind: str = "a") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.store.appender", place, kind],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _killed_after(delay_s: float, place: str) -> dict[int, str]:
    with _appending(place) as process:
        assert process.stdout is not None
        first = process.stdout.readline()  # the delay counts from the first acknowledgement
        threading.Timer(delay_s, process.kill).start()
        return _told([first, *process.stdout])


def _told(lines: list[str]) -> dict[int, str]:
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {int(position): content_digest for position, content_digest in whole}


def _require_whole(log: SQLLog, acknowledged: dict[int, str]) -> None:
    found, versions, head = {}, Counter[str](), 0
    while page := log.read(after=head):
        for recorded in page:
            head += 1
            versions[recorded.event.stream] += 1
            assert recorded.position == head
            assert recorded.event.version == versions[recorded.event.stream]
            found[head] = digest(recorded.content)
    assert found.items() >= acknowledged.items()
    for stream, version in versions.items():
        assert version % 2 == 0, "half of an append was kept"
        assert log.command(f"{stream}/{version - 2}") is not None
        assert log.disclosed_of(stream, "name") is not None


# --- Keys ------------------------------------------------------------------------------------

KEYS_BROKEN_OFF = """
import os, signal, sqlite3, sys
vault = sqlite3.connect(sys.argv[1], isolation_level=None)
vault.execute("PRAGMA journal_mode = PERSIST")
vault.execute("PRAGMA cache_size = 1")  # so that half of the transaction reaches the file
vault.execute("BEGIN")
vault.execute("UPDATE keys SET key = x'00'")
vault.executemany("INSERT INTO keys VALUES (?, 0, ?)", ((f"q{n}", bytes(999)) for n in range(99)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_keys_written_by_half_are_undone_by_whoever_reads_next(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
        before = log.disclosed(range(1, 5))
    killed = subprocess.run([sys.executable, "-c", KEYS_BROKEN_OFF, str(tmp_path / "vault.db")])
    assert killed.returncode == -9
    with closing(open_log(tmp_path, writable=False)) as log:
        assert log.disclosed(range(1, 5)) == before
        assert log.unreadable(range(1, 5)) == []
