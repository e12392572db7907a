"""What goes through the whole log: rebuild, re-check, verification; and how much room it takes."""

import resource
import sys
from contextlib import closing
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bench import floors
from bench.table import Found, Ground, apart
from projections.every import VIEWS
from projections.runner import Runner
from projections.verifying import compare
from workflows.log.verification import Against, verify
from workflows.recheck import recheck
from workflows.store.sqlite import EVENTS_FILE, open_log

MILLION = 1_000_000
REBUILD_MIN = 50_000
GROWTH_MIB_MAX = 32
RECHECK_MIN = 20_000
VERIFY_S_MAX = 60
BYTES_MAX = 1.7
BUNDLE_S_MAX = 1


def rebuild(here: Ground) -> Found:
    """Measure building all views anew, each time in a process of its own."""
    directory, _ = here.lives
    found = [apart(_rebuild, directory) for _ in range(1 if here.long else 3)]
    speed, growth, peak = (median(values) for values in zip(*found, strict=True))
    return Found(
        f"{speed:,.0f} events/s; +{growth:.0f} MiB",
        speed >= REBUILD_MIN and growth <= GROWTH_MIB_MAX,
        f"{len(VIEWS)} views; memory after the first 20,000 events, peak {peak:.0f} MiB",
    )


def _rebuild(directory: Path) -> tuple[float, float, float]:
    """Return events per second, MiB taken after the first transaction, and the peak."""
    peaks: list[float] = []

    def progress(_position: int, _head: int) -> None:
        peaks.append(_peak_mib())

    with (
        TemporaryDirectory(dir=directory) as views,
        closing(open_log(directory, writable=False)) as log,
        closing(Runner(Path(views), log, VIEWS)) as runner,
    ):
        start = perf_counter()
        runner.rebuild(progress)
        taken = perf_counter() - start
        return log.head() / taken, peaks[-1] - peaks[0], peaks[-1]


def re_check(here: Ground) -> Found:
    """Measure making every ruling of the log again."""
    directory, _ = here.lives
    speed, events, core = apart(_recheck, directory)
    return Found(
        f"{speed:,.0f} rulings/s",
        speed >= RECHECK_MIN,
        f"{events:,.0f} events/s, all of them read; {core:,.0f} rulings/s of processor time",
    )


def _recheck(directory: Path) -> tuple[float, float, float]:
    """Return rulings and events per second, and rulings per second of processor time."""
    with closing(open_log(directory, writable=False)) as log:
        start, begun = perf_counter(), process_time()
        result = recheck(log)
        taken, spent = perf_counter() - start, process_time() - begun
    if result.equal != result.computed or result.faults:
        raise SystemExit(f"the re-check found {len(result.faults)} faults")
    return result.equal / taken, result.position / taken, result.equal / spent


def verification(here: Ground) -> Found:
    """Measure `quorate verify`: the log, and every view against a fresh fold."""
    directory, _ = here.lives
    events, log_s, views_s, log_us = apart(_verify, directory)
    million = (log_s + views_s) / events * MILLION
    return Found(
        f"{million:.0f} s",
        million < VERIFY_S_MAX,
        f"of {MILLION:,} events, scaled from {events:,}: log {log_s / events * MILLION:.0f} s,"
        f" views {views_s / events * MILLION:.0f} s; the log {log_us:.0f} µs of processor time"
        " an event",
    )


def _verify(directory: Path) -> tuple[int, float, float, float]:
    """Return how many events, seconds for the log and for the views, and processor µs an event."""
    with closing(open_log(directory, writable=False)) as log:
        start, begun = perf_counter(), process_time()
        result = verify(log, directory, Against())
        log_s, spent = perf_counter() - start, process_time() - begun
        with closing(Runner(directory, log, VIEWS)) as runner:
            runner.catch_up()
        start = perf_counter()
        compared = compare(directory, log, VIEWS)
        views_s = perf_counter() - start
    if result.faulty or compared.doubts or compared.behind:
        raise SystemExit(f"verification found {result.faulty} faults: {result.faults[:3]}")
    return result.position, log_s, views_s, spent / result.position * MILLION


def bundle(here: Ground) -> Found:
    """Measure the verification of one bundle by the script inside it, where there are bundles."""
    cli = [sys.executable, "-c", "from api.cli import main; main()"]
    if run([*cli, "bundle", "--help"], stdout=DEVNULL, stderr=DEVNULL, check=False).returncode:
        return Found("not there yet", None)
    directory, _ = here.lives
    packed, script = here.scratch / "ruling.zip", here.scratch / "verify.py"
    signed = here.scratch / "held-elsewhere"
    for words in (
        ["checkpoint", "--data", str(directory), "--out", str(signed)],
        ["bundle", "P0000001/g1/1", "--data", str(directory), "-o", str(packed)],
        ["bundle", "--verifier", "--data", str(directory), "-o", str(script)],
    ):
        run([*cli, *words], stdout=DEVNULL, check=True)
    key = directory / "log" / "key"
    start = perf_counter()
    done = run([sys.executable, str(script), str(packed), "--key", str(key)], check=False)
    taken = perf_counter() - start
    if done.returncode:
        return Found("its verifier refused it", False)
    return Found(f"{taken:.2f} s", taken < BUNDLE_S_MAX)


def room(here: Ground) -> Found:
    """Measure the events with their indexes and their tree, against a table of the same bytes."""
    directory, _ = here.lives
    log = directory / EVENTS_FILE
    ours, bare = floors.bytes_per_event(here.scratch / "room", log)
    with closing(open_log(directory, writable=False)) as opened:
        whole = log.stat().st_size / opened.head()
    return Found(
        f"{ours / bare:.2f}x",
        ours / bare <= BYTES_MAX,
        f"{ours:.0f} of {bare:.0f} B; with documents and private fields {whole:.0f} B",
    )


def _peak_mib() -> float:
    per_mib = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib
