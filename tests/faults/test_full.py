"""Disks that are full or cannot be written, beneath the whole office, and beneath a database."""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from api.house import House
from domain.event import Sealed
from tests.faults.places import Place, begun, until, words
from tests.faults.working import Acknowledged, Clerk
from tests.workflows.store.events import command, refusal
from tests.workflows.store.servers import NOBODY, Server
from workflows.backup.manifest import backups_in
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres import migrate, open_postgres_log

_REMOUNT, _READ_ONLY = 32, 1


@contextmanager
def mounted(directory: Path, size: str) -> Iterator[Path]:
    """Lend a small disk of its own; skips where this process may not mount one."""
    libc = ctypes.CDLL(None, use_errno=True)
    directory.mkdir()
    if libc.mount(b"tmpfs", bytes(directory), b"tmpfs", 0, f"size={size}".encode()) != 0:
        pytest.skip("this process may not mount a disk")
    try:
        yield directory
    finally:
        libc.umount2(bytes(directory), 2)


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes of room on a disk, and return what takes the rest."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        free = os.statvfs(disk)
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - left)))
    return ballast


def acting_until_refused(house: House) -> tuple[list[Acknowledged], str]:
    """Act until the disk takes no more, and return what was acknowledged and what was said."""
    told: list[Acknowledged] = []
    while True:
        try:
            told += Clerk(house).acts()
        except StoreUnavailable as fault:
            return told, str(fault)


def test_an_office_on_a_full_disk_loses_nothing_and_goes_on_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.runner.RETRY_S", 0.02)
    with mounted(tmp_path / "disk", "32m") as disk:
        place = begun(Place(disk / "data", None))
        with closing(place.house()) as house:
            house.views.follow()
            ballast = fill(disk, 20_000)
            told, said = acting_until_refused(house)
            assert "was not kept" in said or "nothing was written" in said
            assert "disk" in said
            for attempt in (place.signed, lambda: place.backed_up(disk / "backups")):
                with pytest.raises((OSError, StoreUnavailable), match=r"space|disk|full"):
                    attempt()
            ballast.unlink()
            told += Clerk(house).acts()
            assert house.views.wait_for(house.log.head(), 60)
            until(lambda: house.views.health().fault is None, "following does not go on")
            assert {one.stopped_at for one in house.views.health().views} == {None}
            for act, position in told:
                row = house.log.command(act)
                assert row is not None
                assert row.last == position
        place.signed()
        backup = place.backed_up(disk / "backups")
        assert backups_in(disk / "backups") == [backup.path]
        assert not list(disk.rglob("arriving-*"))
        assert place.verified().log.faults == ()


def test_an_office_on_a_disk_that_cannot_be_written_is_read_and_not_begun(tmp_path: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with mounted(tmp_path / "disk", "32m") as disk:
        place = begun(Place(disk / "data", None))
        with closing(place.house()) as house:
            house.views.catch_up()
            position = house.log.head()
        assert libc.mount(b"tmpfs", bytes(disk), b"tmpfs", _REMOUNT | _READ_ONLY, None) == 0
        with pytest.raises(StoreUnavailable, match=r"writer\.lock: Read-only file system"):
            place.house()
        with closing(place.log()) as log:
            assert log.head() == position
            assert "So says ana." in words(log)
        report = place.verified()
        assert (report.ok, report.log.faults) == (True, ())
        assert report.behind, "views are kept where they can be made again"
        backup = place.backed_up(tmp_path / "backups")
        assert backup.manifest.position == position


@pytest.mark.postgres
@pytest.mark.slow
def test_a_full_disk_of_a_database_keeps_whole_appends_and_it_goes_on_after(
    server: Server,
) -> None:
    with mounted(server.directory / "disk", "48m") as disk:
        space = disk / "space"
        space.mkdir()
        if os.geteuid() == 0:
            shutil.chown(space, NOBODY)
        server.statement(f"CREATE TABLESPACE tiny LOCATION '{space}'")
        try:
            server.statement("CREATE DATABASE tiny TABLESPACE tiny")
            migrate(server.at("tiny"))
            _filled_and_freed(server.at("tiny"), disk)
        finally:
            server.statement("DROP DATABASE IF EXISTS tiny WITH (FORCE)")
            server.statement("DROP TABLESPACE tiny")


def _long(version: int) -> Sealed:
    # What cannot be made shorter by whoever keeps it.
    return refusal("a:1", version, ground=token_hex(9000))


def _filled_and_freed(database: str, disk: Path) -> None:
    with closing(open_postgres_log(database)) as log:
        ballast, version = fill(disk, 600_000), 0
        with pytest.raises(StoreUnavailable, match=r"nothing was written: .*free some space on"):  # noqa: PT012
            for version in range(1, 5000):
                log.append([_long(version)], {}, command(f"c{version}"))
        kept = version - 1
        assert log.head() == len(log.contents(0, 5000)) == kept > 0
        assert log.command(f"c{version}") is None
        ballast.unlink()
        assert log.append([_long(version)], {}, command(f"c{version}")) == range(
            version, version + 1
        )
    with closing(open_postgres_log(database)) as log:
        assert [one.position for one in log.read(limit=5000)] == list(range(1, version + 1))
        log.root(version)
