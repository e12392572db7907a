"""The log in SQLite: one data directory with one writer process, or memory for tests."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from domain.disposal_events import RecordDisposed
from domain.erasure import PersonErased
from domain.event import Sealed
from workflows.store import privacy, schema
from workflows.store.append import Append
from workflows.store.arrivals import Announced, Polled
from workflows.store.contract import CommandRow, StoreUnavailable
from workflows.store.database import Database, FileDatabase, MemoryDatabase
from workflows.store.lock import WriterLock
from workflows.store.recorder import LogRecorder
from workflows.store.sql import SQLLog
from workflows.store.vault import VAULT_FILE, Vault
from workflows.store.writer import Writer

EVENTS_FILE = "events.db"
LOCK_FILE = "writer.lock"


def open_log(directory: Path, *, writable: bool, durable: bool = True) -> "SQLiteLog":
    """Open the log of a data directory; a writable one is made when there is none.

    Args:
        directory: the data directory.
        writable: whether it is to be written.
        durable: whether every append is on the disk before it is acknowledged; only a directory
            that is thrown away when its making is interrupted can do without.

    Raises:
        StoreUnavailable: another process writes here, there is no log to read, or the file is
            none this program knows.
    """
    path = directory / EVENTS_FILE
    if not writable:
        if not path.exists():
            raise StoreUnavailable(f"there is no log in {directory}")
        vault = Vault(directory / VAULT_FILE, writable=False)
        return SQLiteLog(FileDatabase(path, writable=False), vault, writable=False)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreUnavailable(f"cannot make {directory}: {fault.strerror}") from fault
    lock = WriterLock(directory / LOCK_FILE)
    try:
        database = FileDatabase(path, writable=True, durable=durable)
        try:
            vault = privacy.open_vault(database, directory / VAULT_FILE, durable=durable)
        except BaseException:
            database.close()
            raise
        return SQLiteLog(database, vault, lock=lock)
    except BaseException:
        lock.release()
        raise


def open_memory_log() -> "SQLiteLog":
    """Open an empty log that is gone when it is closed."""
    return SQLiteLog(MemoryDatabase(), Vault(None, writable=True))


class _Sealing(NamedTuple):
    """The one that writes, with the keys it seals private fields with."""

    writer: Writer
    vault: Vault

    def carry_out(self, work: Append, /) -> range:
        positions: range = self.writer.carry_out(partial(work, vault=self.vault))
        return positions


class SQLiteLog(SQLLog):
    """The one gapless sequence of events in an SQLite database. Implements `contract.Log`."""

    writer: Writer | None
    _database: Database
    _vault: Vault

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        writable: bool = True,
        lock: WriterLock | None = None,
    ) -> None:
        """Start on an open database; `open_log` and `open_memory_log` are the ways here."""
        self._lock = lock
        self.writer = sealing = self._announced = None
        arrivals: Announced | Polled
        if writable:
            self._announced = arrivals = Announced(_head(database))
            self.writer = Writer(database, arrivals.announce)
            sealing = _Sealing(self.writer, vault)
        else:
            arrivals = Polled(lambda: _head(database))
        super().__init__(database, LogRecorder(database, sealing, arrivals), arrivals, vault)

    def moved(self, after: int) -> tuple[int, list[str]]:
        """Return the head, and the streams with events at positions above ``after``.

        The only one that writes knows when there is nothing, without asking the disk.
        """
        if self._announced is not None and self._announced.head == after:
            return after, []
        return super().moved(after)

    def append(
        self,
        events: Sequence[Sealed],
        read: Mapping[str, int],
        command: CommandRow | None,
        basis: int | None = None,
    ) -> range:
        """Append as every log does, then destroy the keys of whom that erased.

        What it disposed of is remembered then, too.
        """
        positions = super().append(events, read, command, basis)
        bodies = [sealed.event.data for sealed in events]
        disposed = [body for body in bodies if isinstance(body, RecordDisposed)]
        if disposed:
            with self._database.reading() as connection:
                privacy.remember(connection, self._vault, disposed)
        if any(isinstance(body, PersonErased) for body in bodies):
            with self._database.reading() as connection:
                privacy.destroy_keys(connection, self._vault, positions[0] - 1)
        return positions

    def close(self) -> None:
        """Let the append under way end, then release the files and the lock."""
        if self.writer is not None:
            self.writer.close()
        self._arrivals.end()
        self._database.close()
        self._vault.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _head(database: Database) -> int:
    with database.reading() as connection:
        (head,) = connection.execute(schema.HEAD).fetchone()
    return int(head)
