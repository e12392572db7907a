"""Building the demo: in a folder beside the target, which takes its place once it is complete.

A start that is interrupted leaves nothing in the target. What it left beside it is removed by the
next start: only a folder whose writer's lock is held is still being built.
"""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from api.demo.timeline import Progress, play
from domain.office import OFFICE, Office, evolve
from domain.refusals import Taken
from workflows.store.contract import StoreUnavailable
from workflows.store.lock import WriterLock
from workflows.store.sqlite import EVENTS_FILE, LOCK_FILE, open_log

BESIDE = ".demo-"


def is_demo(data: Path) -> bool:
    """Return whether a directory holds a demo; not where it holds nothing yet.

    Raises:
        Taken: it holds another office, or other files.
    """
    if not (data / EVENTS_FILE).exists():
        if data.exists() and (not data.is_dir() or any(data.iterdir())):
            raise Taken(
                f"{data} holds other files, so no demo is loaded there",
                fix="Give an empty directory, or one that is not there yet, as --data.",
            )
        return False
    if not _office(data):
        raise Taken(
            f"{data} holds an office that is no demo",
            fix=f"Serve it as it is: quorate serve --data {data}; or give another --data.",
        )
    return True


def build(data: Path, loaded: datetime, progress: Progress | None = None) -> None:
    """Build the demo, whole or not at all.

    Args:
        data: the directory it is to be; there is nothing in it yet.
        loaded: the moment of loading, which the demo leads up to.
        progress: told how many days of the demo have passed, and of how many.

    Raises:
        StoreUnavailable: the disk cannot take it.
        Taken: somebody else has put something there meanwhile.
    """
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(data)
    with _beside(data) as folder:
        office = play(folder, loaded, progress)
        try:
            office.house.views.catch_up()
        finally:
            office.house.close()
        # The views can be made again from the log, which is all that must not be lost.
        _make_durable(folder / EVENTS_FILE)
        _make_durable(folder)
        try:
            folder.rename(data)
        except OSError:
            raise Taken(f"{data} was filled meanwhile", fix="Start again.") from None
        _make_durable(data.parent)


@contextmanager
def _beside(data: Path) -> Iterator[Path]:
    """Lend a folder beside the target; nothing is left of it when its making fails."""
    folder = data.with_name(f".{data.name}{BESIDE}{os.getpid()}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned(data: Path) -> None:
    """Remove what killed starts have left beside the target."""
    for folder in data.parent.glob(f".{glob.escape(data.name)}{BESIDE}*"):
        with suppress(StoreUnavailable):
            WriterLock(folder / LOCK_FILE).release()
            shutil.rmtree(folder)


def _office(data: Path) -> bool:
    log = open_log(data, writable=False)
    try:
        founded: Office | None = None
        for recorded in log.stream(OFFICE):
            founded = evolve(founded, recorded.event, recorded.position)
        return founded is not None and founded.demo
    finally:
        log.close()


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
