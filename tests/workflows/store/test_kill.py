"""A process killed at any moment loses nothing it acknowledged, and restart needs no hand."""

import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from domain.base import digest
from workflows.store.sqlite import SQLiteLog, open_log

ROOT = Path(__file__).parents[3]
ROUNDS = 5


@pytest.mark.slow
def test_a_killed_process_has_lost_nothing_it_acknowledged(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    acknowledged: dict[int, str] = {}
    for _ in range(ROUNDS):
        told = _killed_after(chance.uniform(0.02, 1.2), tmp_path)
        assert not acknowledged.keys() & told.keys()
        acknowledged |= told
        # The first look is that of a reader, while nobody has opened the log for writing yet.
        for writable in (False, True):
            log = open_log(tmp_path, writable=writable)
            _require_whole(log, acknowledged)
            log.close()
        with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert acknowledged


def _killed_after(delay_s: float, directory: Path) -> dict[int, str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.store.appender", str(directory)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()  # the delay counts from the first acknowledgement
    threading.Timer(delay_s, process.kill).start()
    lines = [first, *process.stdout]
    process.wait()
    process.stdout.close()
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {int(position): content_digest for position, content_digest in whole}


def _require_whole(log: SQLiteLog, acknowledged: dict[int, str]) -> None:
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
