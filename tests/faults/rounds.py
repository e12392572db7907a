"""Rounds of killing: a process is killed at a random moment, and everything goes on by itself.

After each round everything acknowledged is on record at its position, the office opens, acts, signs
and is verified without a fault, and nobody had to do anything by hand.
"""

import multiprocessing
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from random import Random
from unittest.mock import patch

from api.house import House
from tests.faults.places import PATIENCE_S, Place, until
from tests.faults.working import SCENES, Acknowledged, Clerk, backups_of, work
from workflows.backup.manifest import backups_in
from workflows.backup.restoring import restore_backup
from workflows.log.signed import LOG

LONGEST_S = 0.3
"""Longer than any of it takes once: a process that lives on only does the same again."""


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([work.__module__])


def killed_again_and_again(scene: str, place: Place, chance: Random, rounds: int) -> int:
    """Kill a process that does one thing, at random moments, and return what it had acknowledged.

    Raises:
        AssertionError: something acknowledged is lost, or something is torn or does not go on.
    """
    acknowledged: list[Acknowledged] = []
    for number in range(1, rounds + 1):
        delay_s = chance.uniform(0, LONGEST_S)
        sys.stdout.write(f"{scene}, round {number}: killed after {delay_s:.3f} s\n")
        with _working(scene, place) as (process, told):
            acknowledged += _meanwhile(scene, place, process, delay_s)
        acknowledged += told
        # The first look is that of a reader, before anybody could mend anything.
        allowed = {"tile_missing"} if scene == "tiles" else set()
        assert [one for one in place.verified().log.faults if one.kind not in allowed] == []
        if scene == "backup":
            _require_whole_backups(place)
        acknowledged += _going_on(place)
        _require_recorded(place, acknowledged)
        report = place.verified()
        assert (report.ok, report.log.faults, report.behind) == (True, (), ())
    return len(acknowledged)


@contextmanager
def _working(scene: str, place: Place) -> Iterator[tuple[BaseProcess, list[Acknowledged]]]:
    """Start a process that is to be killed; what it told is known when this ends."""
    ours, theirs = _processes.Pipe(duplex=False)
    process = _processes.Process(target=work, args=(scene, place, theirs))
    told: list[Acknowledged] = []
    process.start()
    theirs.close()
    try:
        assert ours.poll(PATIENCE_S), f"{scene} did not begin"
        told += ours.recv()
        yield process, told
        assert process.exitcode == -signal.SIGKILL, "it ended by itself"
        told += _heard(ours)
    finally:
        process.kill()
        process.join()
        ours.close()


def _meanwhile(
    scene: str, place: Place, process: BaseProcess, delay_s: float
) -> list[Acknowledged]:
    """Let others act until the process is killed; those who stand by take its work over."""
    end = time.monotonic() + delay_s
    told: list[Acknowledged] = []
    if scene in {"append", "tiles"}:
        time.sleep(delay_s)
        _kill(process)
        return told
    with (
        patch("projections.runner.RETRY_S", 0.05),
        closing(place.house()) as house,
    ):
        house.views.follow()
        while not told or time.monotonic() < end:
            told += Clerk(house).acts()
        _kill(process)
        until(lambda: house.views.writes, "nobody took the views over")
        assert house.views.wait_for(house.log.head(), PATIENCE_S)
    return told


def _kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def _heard(ours: Connection) -> list[Acknowledged]:
    """Return what was told before the end; a last word that was broken off was not."""
    told: list[Acknowledged] = []
    try:
        while True:
            told += ours.recv()
    except EOFError:
        return told


def _going_on(place: Place) -> list[Acknowledged]:
    """Open the office as its next start does, act in it, and sign."""
    with closing(place.house()) as house:
        told = Clerk(house).acts()
        house.views.catch_up()
        _require_shown(house)
    place.signed()
    # What arrives among shared files may be that of another machine, and is left there for a day.
    held = [place.data / LOG, place.signer, *([] if place.store else [place.data / "evidence"])]
    assert not [left for one in held for left in one.rglob("arriving-*")]
    return told


def _require_shown(house: House) -> None:
    health = house.views.health()
    assert {(view.lag, view.stopped_at) for view in health.views} == {(0, None)}


def _require_recorded(place: Place, acknowledged: list[Acknowledged]) -> None:
    with closing(place.log()) as log:
        for command, position in acknowledged:
            row = log.command(command)
            assert row is not None, f"the act {command} was acknowledged and is lost"
            assert row.last == position <= log.head()
            recorded = log.at(position)
            assert recorded is not None
            assert recorded.event.command == command


def _require_whole_backups(place: Place) -> None:
    """What bears the name of a backup comes back; the next backup clears the rest away."""
    backups = backups_of(place)
    last = backups_in(backups)[-1:]
    place.backed_up(backups)
    assert not list(backups.glob("arriving-*"))
    restored = Place(place.data.parent / f"{place.data.name}-restored", None)
    for path in (*last, backups):
        restore_backup(path, restored.data)  # which looks at every byte of it
        if path is backups:
            assert restored.verified().log.faults == ()
        shutil.rmtree(restored.data)
    for path in backups_in(backups)[:-1]:
        shutil.rmtree(path)


def scenes() -> list[str]:
    """Return what a process is killed at."""
    return list(SCENES)
