"""Connections to ``events.db``: many that read at once, one that writes."""

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from workflows.store import schema
from workflows.store.contract import StoreUnavailable

BUSY_TIMEOUT_S = 5
IDLE_READERS_MAX = 16
_WAL_KEPT_BYTES = 64 * 1024 * 1024


class Database(Protocol):
    """Where connections come from."""

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection to read with."""

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend the one connection that writes."""

    def close(self) -> None:
        """Close every connection that is not lent out, and the others as they come back."""


class FileDatabase:
    """A database file in WAL mode: readers never wait for the writer, nor it for them."""

    def __init__(self, path: Path, *, writable: bool, durable: bool = True) -> None:
        """Open the file; create and prepare it when writable.

        Args:
            path: the file.
            writable: whether it is to be written.
            durable: whether a transaction is on the disk before it counts as committed; only what
                is thrown away when it is interrupted can do without.

        Raises:
            StoreUnavailable: it cannot be opened, or is no log this program knows.
        """
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False
        self._writer: sqlite3.Connection | None = None
        try:
            if writable:
                self._writer = _writer(path, "FULL" if durable else "OFF")
            with self.reading() as connection:
                schema.check(connection)
        except (sqlite3.Error, schema.UnknownSchema) as fault:
            self.close()
            raise StoreUnavailable(f"cannot open {path}: {fault}") from fault

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that can only read.

        Raises:
            StoreUnavailable: the log is closed.
        """
        if self._closed:
            raise StoreUnavailable("the log is closed")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connect_to_read(self._path)
        try:
            yield connection
        finally:
            self._take_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the one connection that writes; only the `Writer` may ask.

        Raises:
            StoreUnavailable: the log was opened for reading only, or is closed.
        """
        if self._writer is None:
            raise StoreUnavailable(f"{self._path} is open for reading only")
        yield self._writer

    def close(self) -> None:
        """Close every connection; one lent out is closed when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None:
            # Last of all, so that the closing checkpoint finds no reader in its way.
            self._writer.close()
            self._writer = None

    def _take_back(self, connection: sqlite3.Connection) -> None:
        if self._closed or len(self._idle) >= IDLE_READERS_MAX:
            connection.close()
        else:
            self._idle.append(connection)


class MemoryDatabase:
    """A database that lives in one connection, lent to one thread at a time."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(
            ":memory:", check_same_thread=False, isolation_level=None
        )
        self._turn = threading.Lock()
        self._closed = False
        schema.prepare(self._connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection, once nobody else has it.

        Raises:
            StoreUnavailable: the log is closed.
        """
        with self._turn:
            if self._closed:
                raise StoreUnavailable("the log is closed")
            yield self._connection

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend the connection, once nobody else has it."""
        return self.reading()

    def close(self) -> None:
        """Let go of the connection and with it of everything."""
        with self._turn:
            self._closed = True
            self._connection.close()


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the file of a log to read it, also where it lies on a disk that cannot be written."""
    return _connect(path, "ro&immutable=1" if _never_changes(path) else "ro")


def _never_changes(path: Path) -> bool:
    """Return whether nobody can write a file: a copy on a disk that is mounted for reading only.

    SQLite would want to share its memory with a writer, and cannot even look without.
    """
    try:
        apart = path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        apart = 0
    try:
        return not apart and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,  # transactions begin where the writer says, not by guess
        check_same_thread=False,  # lent to one thread at a time
    )


def _writer(path: Path, synchronous: str) -> sqlite3.Connection:
    connection = _connect(path, "rwc")
    try:
        with closing(connection.execute("PRAGMA journal_mode = WAL")) as mode:
            if mode.fetchone() != ("wal",):
                raise sqlite3.OperationalError("this disk cannot keep a write-ahead log")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(
            "PRAGMA secure_delete = ON"
        )  # what is erased leaves no trace in free pages
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_KEPT_BYTES}")
        schema.prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection
