"""Measure, and print one table: each bar, what was measured, and whether it holds."""

import argparse
import os
import platform
import sqlite3
from pathlib import Path
from time import perf_counter

from bench import pages
from bench.commands import disk_sync
from bench.rows import ROWS
from bench.table import ground, show


def main() -> None:
    """Measure what was asked for, and print it."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--long", action="store_true", help="at the sizes of the design; an hour")
    asked.add_argument("--pages", action="store_true", help="the pages of the demo alone")
    asked.add_argument("--only", metavar="WORD", default="", help="only rows that say this")
    asked.add_argument("--scratch", metavar="DIR", type=Path, help="on the disk to be measured")
    given = asked.parse_args()
    if given.pages:
        pages.main()
        return
    start = perf_counter()
    with ground(long=given.long, scratch=given.scratch) as here:
        print(_machine(here.scratch), end="\n\n")
        show(tuple(row for row in ROWS if given.only in row.what), here)
    if not given.only:
        pages.main()
    print(f"\n{perf_counter() - start:.0f} s; load at the end {_loads()}")


def _machine(scratch: Path) -> str:
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {os.cpu_count()} cores, load {_loads()};"
        f" fdatasync of 4 KiB, median: {disk_sync(scratch) * 1e6:.0f} µs"
    )


def _loads() -> str:
    return "/".join(f"{load:.1f}" for load in os.getloadavg())


if __name__ == "__main__":
    main()
