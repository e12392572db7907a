"""Measure, and print one table: each row a ratio to a floor measured in the same run."""

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

from bench import pages, stores
from domain.act import Act
from domain.catalogue import read_event
from domain.event import seal
from domain.office import FoundOffice, found

ROUNDS = 15
BATCH = 400
SYNCS = 200
PAGE = 4096

Work = Callable[[], object]


def disk_sync() -> float:
    """Return the median seconds of one fdatasync after 4 KiB, in the working folder."""
    sync = getattr(os, "fdatasync", os.fsync)
    times = []
    with tempfile.TemporaryFile(dir=".", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(PAGE))
            start = perf_counter()
            sync(file.fileno())
            times.append(perf_counter() - start)
    return median(times)


def each(work: Work) -> float:
    """Return the seconds one call takes, over a batch."""
    start = perf_counter()
    for _ in range(BATCH):
        work()
    return (perf_counter() - start) / BATCH


def beside(floor: Work, work: Work) -> tuple[float, float, float]:
    """Return median seconds of floor and work, in turns, and the median of their ratios."""
    pairs = [(each(floor), each(work)) for _ in range(ROUNDS)]
    floors, works = zip(*pairs, strict=True)
    return median(floors), median(works), median(w / f for f, w in pairs)


def main() -> None:
    """Measure everything and print the table."""
    now = datetime(2026, 1, 2, tzinfo=UTC)
    act = Act(by="p1", recorded_by="p1", command="c1", now=now, seed=bytes(32))
    (draft,) = found(None, FoundOffice(title="Office of the benchmark"), act)
    sealed = seal(draft, act, version=1, basis=0)
    plain = json.loads(sealed.content)
    rows: list[tuple[str, Work, Work]] = [
        ("encode office.founded/1 | json.dumps", lambda: json.dumps(plain), sealed.event.to_bytes),
        (
            "read office.founded/1 | json.loads",
            lambda: json.loads(sealed.content),
            lambda: read_event(sealed.content),
        ),
    ]
    print(f"fdatasync, median of {SYNCS}: {disk_sync() * 1e6:.0f} µs\n")
    print(f"{'what | floor':<40}{'floor µs':>10}{'ours µs':>10}{'ratio':>8}")
    for what, floor, work in rows:
        floor_s, work_s, ratio = beside(floor, work)
        print(f"{what:<40}{floor_s * 1e6:>10.2f}{work_s * 1e6:>10.2f}{ratio:>7.1f}x")
    stores.main()
    pages.main()


if __name__ == "__main__":
    main()
