"""Disks that fill up or cannot be written: nothing is kept by half, and the log goes on after."""

import ctypes
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.workflows.store.events import command, refusal
from workflows.store.contract import StoreUnavailable
from workflows.store.sqlite import SQLiteLog, open_log


def _pragma(log: SQLiteLog, pragma: str) -> None:
    assert log.writer is not None
    log.writer.carry_out(lambda connection: connection.execute(f"PRAGMA {pragma}"))


@contextmanager
def _database_full(log: SQLiteLog, directory: Path) -> Iterator[None]:
    _pragma(log, "max_page_count = 1")  # SQLite takes the present size as the least
    yield
    _pragma(log, "max_page_count = 1000000")


@contextmanager
def _files_may_not_grow(log: SQLiteLog, directory: Path) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (directory / "events.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 6000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _database_read_only(log: SQLiteLog, directory: Path) -> Iterator[None]:
    _pragma(log, "query_only = 1")
    yield
    with log._database.writing() as connection:  # nothing goes through the writer now
        connection.execute("PRAGMA query_only = 0")


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (_database_full, "full; free some space"),
        (_files_may_not_grow, "disk I/O error; check the disk"),
        (_database_read_only, "readonly database; make the disk"),
    ],
)
def test_a_disk_that_cannot_be_written_fails_whole_appends_and_the_log_goes_on_after(
    file_log: SQLiteLog,
    tmp_path: Path,
    trouble: Callable[[SQLiteLog, Path], AbstractContextManager[None]],
    why: str,
) -> None:
    big = [refusal("a:1", version, ground="x" * 20_000) for version in range(2, 60)]
    file_log.append([refusal("a:1")], {}, None)
    with trouble(file_log, tmp_path):
        with pytest.raises(StoreUnavailable, match=f"nothing was written: .*{why}"):
            file_log.append(big, {}, command())
        assert (file_log.head(), file_log.command("c1")) == (1, None)
        assert [r.content for r in file_log.read()] == [refusal("a:1").content]
    assert file_log.append(big, {}, command()) == range(2, 60)
    assert file_log.wait(1, 1) == 59


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    libc = ctypes.CDLL(None, use_errno=True)
    disk = tmp_path / "disk"
    disk.mkdir()
    if libc.mount(b"tmpfs", bytes(disk), b"tmpfs", 0, b"size=1m") != 0:
        pytest.skip("this process may not mount a disk")
    yield disk
    libc.umount2(bytes(disk), 2)


def test_a_full_disk_loses_nothing_and_works_again_once_there_is_space(tiny_disk: Path) -> None:
    log = open_log(tiny_disk, writable=True)
    (tiny_disk / "ballast").write_bytes(b"x" * 300_000)
    version = 0
    with pytest.raises(StoreUnavailable, match="nothing was written"):  # noqa: PT012
        for version in range(1, 500):
            log.append([refusal("a:1", version, ground="x" * 2000)], {}, command(f"c{version}"))
    kept = version - 1
    assert log.head() == len(log.read()) == kept > 10
    (tiny_disk / "ballast").unlink()
    assert log.append([refusal("a:1", version)], {}, command(f"c{version}")) == range(
        version, version + 1
    )
    log.close()
    again = open_log(tiny_disk, writable=True)
    assert [r.position for r in again.read()] == list(range(1, version + 1))
    again.close()
