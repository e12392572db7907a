"""``views.db`` on disk: which file it is, who may write it, and connections to it.

``views.db`` is a link to a numbered file. A rebuild makes the next number beside it and moves the
link, in one step for everybody who opens it after. Whoever still reads the file before it keeps a
whole database: that file goes when the next one comes.
"""

import fcntl
import os
import re
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINK = "views.db"
LOCK = "views.lock"
BUSY_TIMEOUT_S = 5
IDLE_READERS_MAX = 16
_NUMBERED = re.compile(r"^views\.(\d+)\.db(?:-wal|-shm|-journal)?$")
_WAL_KEPT_BYTES = 64 * 1024 * 1024
_CACHE_KIB = 64 * 1024
_READER_CACHE_KIB = 16 * 1024
_READER_MAP_BYTES = 1024 * 1024 * 1024


class ViewsUnavailable(Exception):  # noqa: N818  a state of the disk, named for what it is
    """There are no views to read yet, or they are closed."""


class ViewsFiles:
    """The files of the views in one data directory, and connections that read the present one."""

    def __init__(self, directory: Path) -> None:
        """Look after the views in a directory; nothing is opened yet."""
        self._directory = directory
        self._link = directory / LINK
        self._idle: deque[tuple[Path, sqlite3.Connection]] = deque()
        self._closed = False

    def current(self) -> Path | None:
        """Return the file the link names, if there is one."""
        try:
            path = self._directory / self._link.readlink()
        except OSError:
            return None
        return path if path.exists() else None

    def fresh(self) -> Path:
        """Return a path no file of the views has had while the present one exists."""
        number = max((n for n, _ in self._numbered()), default=0) + 1
        return self._directory / f"views.{number}.db"

    def point_to(self, path: Path) -> None:
        """Make a finished file the present one, for everybody who opens it from now on."""
        before = self.current()
        beside = self._directory / f"{LINK}.next"
        beside.unlink(missing_ok=True)
        beside.symlink_to(path.name)
        beside.replace(self._link)
        _sync(self._directory)
        self.sweep(*(p for p in (path, before) if p is not None))

    def sweep(self, *kept: Path) -> None:
        """Delete every file of the views that belongs to none of those kept."""
        names = {path.name for path in kept}
        for _number, path in self._numbered():
            if re.sub(r"-\w+$", "", path.name) not in names:
                path.unlink(missing_ok=True)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that can only read, to the file that is present now.

        Raises:
            ViewsUnavailable: there are no views yet, or they are closed.
        """
        path, connection = self._reader()
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.rollback()
            if self._closed or len(self._idle) >= IDLE_READERS_MAX:
                connection.close()
            else:
                self._idle.append((path, connection))

    def close(self) -> None:
        """Close every connection; one lent out is closed when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop()[1].close()

    def _reader(self) -> tuple[Path, sqlite3.Connection]:
        path = self.current()
        if self._closed or path is None:
            raise ViewsUnavailable("the views are closed" if self._closed else "no views yet")
        while True:
            try:
                kept, connection = self._idle.pop()
            except IndexError:
                break
            if kept == path:
                return path, connection
            connection.close()
        try:
            return path, _connect_to_read(path)
        except sqlite3.OperationalError:
            # A rebuild may have moved the link, and the sweep followed, since it was read.
            path = self.current() or path
            return path, _connect_to_read(path)

    def _numbered(self) -> list[tuple[int, Path]]:
        found = ((_NUMBERED.match(path.name), path) for path in self._directory.iterdir())
        return [(int(match[1]), path) for match, path in found if match]


class ViewsLock:
    """The right to write the views of a directory, held until released or the process ends."""

    def __init__(self, directory: Path) -> None:
        """Take the right if nobody has it; see `held`."""
        self._descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        self.held = True
        self.holder = str(os.getpid())
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.held = False
            text = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
            self.holder = text or "unknown"
            self.release()
            return
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, self.holder.encode(), 0)

    def release(self) -> None:
        """Give the right up; the file stays, and means nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def connect_to_write(path: Path) -> sqlite3.Connection:
    """Open a file of the views to follow the log into it: readers never wait for the writer."""
    connection = _connect(path, "rwc", _CACHE_KIB)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_build(path: Path) -> sqlite3.Connection:
    """Open a new file that nobody reads before it is finished, and that may be lost till then."""
    connection = _connect(path, "rwc", _CACHE_KIB)
    connection.execute("PRAGMA journal_mode = MEMORY").fetchone()
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
    return connection


def finish(path: Path) -> None:
    """Make sure that a built file is on the disk before the link names it."""
    _sync(path)


def discard(path: Path) -> None:
    """Delete a file of the views and what SQLite keeps beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = _connect(path, "ro", _READER_CACHE_KIB)
    # Looking back touches another page for every key. Mapped, a page costs no call and no copy; the
    # file never grows shorter while somebody has it open.
    connection.execute(f"PRAGMA mmap_size = {_READER_MAP_BYTES}").fetchone()
    return connection


def _connect(path: Path, mode: str, cache_kib: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,  # transactions begin where this package says, not by guess
        check_same_thread=False,  # lent to one thread at a time
    )
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    return connection


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
