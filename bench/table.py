"""The table: rows are values, each with its bar; what is measured is told with whether it holds."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

from bench import history, large

Result = TypeVar("Result")


class Found(NamedTuple):
    """What was measured.

    Attributes:
        measured: in the words of the bar.
        holds: whether the bar holds; None where nothing could be measured.
        note: what the figure is made of.
    """

    measured: str
    holds: bool | None
    note: str = ""


class Ground:
    """What the rows share: a place on the disk, and logs that are made once.

    Attributes:
        scratch: where everything is written; gone at the end.
        long: whether sizes are those of the design, or smaller ones that say so.
    """

    def __init__(self, scratch: Path, *, long: bool) -> None:
        self.scratch = scratch
        self.long = long
        self._made: dict[str, tuple[Path, int]] = {}

    @property
    def lives(self) -> tuple[Path, int]:
        """Return a log of whole lives of projects, and how many projects."""
        events = 1_000_000 if self.long else 60_000
        return self._once("lives", lambda path: large.large_log(path, events))

    @property
    def heights(self) -> tuple[int, int]:
        """Return the two numbers of events at which looking back is compared."""
        return (100_000, 1_000_000) if self.long else (40_000, 120_000)

    @property
    def register(self) -> tuple[Path, int]:
        """Return a log of 20,000 projects that grows to the greater height."""
        return self._once("register", lambda path: history.write(path, self.heights[1]))

    def _once(self, name: str, make: Callable[[Path], int]) -> tuple[Path, int]:
        if name not in self._made:
            path = self.scratch / name
            with told(f"make the log of {name}"):
                self._made[name] = path, make(path)
        return self._made[name]


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        what: what is measured.
        bar: what is wanted of it.
        measure: measures it.
    """

    what: str
    bar: str
    measure: Callable[[Ground], Found]


@contextlib.contextmanager
def ground(*, long: bool, scratch: Path | None = None) -> Iterator[Ground]:
    """Lend a ground; everything on it is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="quorate-bench-", dir=scratch) as folder:
        yield Ground(Path(folder), long=long)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Say on the terminal what is being done, and leave no trace of it."""
    wide = shutil.get_terminal_size().columns
    shown = os.isatty(2)
    if shown:
        os.write(2, f"\r{what} ...".ljust(wide)[:wide].encode())
    try:
        yield
    finally:
        if shown:
            os.write(2, b"\r" + b" " * wide + b"\r")


def alternating(
    rounds: int, floor: Callable[[], float], ours: Callable[[], float]
) -> tuple[float, float, float]:
    """Return the medians of floor and ours measured in turns, and the median of ours / floor."""
    pairs = [(floor(), ours()) for _ in range(rounds)]
    floors, works = zip(*pairs, strict=True)
    return median(floors), median(works), median(work / base for base, work in pairs)


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds some work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def apart(work: Callable[..., Result], *given: Any) -> Result:
    """Run some work in a process of its own, where memory is that of this work alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as one:
        return one.submit(work, *given).result()


def show(rows: tuple[Row, ...], here: Ground) -> bool:
    """Measure every row and print it; tell whether every bar holds that was measured."""
    print("| what | bar | measured | holds |\n|---|---|---|---|")
    sound = True
    for row in rows:
        with told(row.what):
            found = row.measure(here)
        holds = {True: "yes", False: "**no**", None: "-"}[found.holds]
        note = f" ({found.note})" if found.note else ""
        print(f"| {row.what} | {row.bar} | {found.measured}{note} | {holds} |", flush=True)
        sound = sound and found.holds is not False
    return sound
