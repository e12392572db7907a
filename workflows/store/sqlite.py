"""The log in SQLite: one data directory with one writer process, or memory for tests."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.base import moment_text
from domain.erasure import PersonErased
from domain.event import Sealed
from domain.merkle import root as root_of
from workflows.store import privacy, schema, tree
from workflows.store.append import command_row
from workflows.store.arrivals import Announced, Polled
from workflows.store.contract import (
    CommandRow,
    Disclosed,
    Recorded,
    Stored,
    StoreUnavailable,
    Unreadable,
)
from workflows.store.database import Database, FileDatabase, MemoryDatabase
from workflows.store.lock import WriterLock
from workflows.store.mapper import Entry
from workflows.store.recorder import LogApplication, LogRecorder
from workflows.store.rows import document_bytes, recorded_from
from workflows.store.vault import VAULT_FILE, Vault
from workflows.store.writer import Writer

EVENTS_FILE = "events.db"
LOCK_FILE = "writer.lock"
PAGE = 500

_RECORDED = (
    "SELECT notification_id, originator_id, originator_version, topic, state, leaf, clock"
    " FROM stored_events"
)
_OF_STREAM = f"{_RECORDED} WHERE originator_id = ? AND originator_version > ?"
_STREAMS = (
    "SELECT DISTINCT originator_id FROM stored_events"
    " WHERE originator_id >= ? AND originator_id < ? ORDER BY originator_id"
)
_POSITION_AT = (
    "SELECT notification_id FROM stored_events WHERE clock <= ?"
    " ORDER BY clock DESC, notification_id DESC LIMIT 1"
)
_LEAVES = (
    "SELECT leaf FROM stored_events WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
)
_DOCUMENTS = "SELECT digest, bytes FROM documents WHERE digest > ? ORDER BY digest LIMIT ?"


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


class SQLiteLog:
    """The one gapless sequence of events in an SQLite database. Implements `contract.Log`.

    Attributes:
        application: the library's application over this log, for its repository and
            subscriptions.
        writer: the one that writes; absent when the log is open for reading only.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        writable: bool = True,
        lock: WriterLock | None = None,
    ) -> None:
        """Start on an open database; `open_log` and `open_memory_log` are the ways here."""
        self._database = database
        self._vault = vault
        self._lock = lock
        self.writer: Writer | None = None
        self._arrivals: Announced | Polled
        if writable:
            self._arrivals = Announced(self.head())
            self.writer = Writer(database, self._arrivals.announce)
        else:
            self._arrivals = Polled(self.head)
        self._recorder = LogRecorder(database, self.writer, self._arrivals, vault)
        self.application = LogApplication(self._recorder)

    def append(
        self, events: Sequence[Sealed], read: Mapping[str, int], command: CommandRow | None
    ) -> range:
        """Append all or nothing, and return the positions once they are durable.

        Raises:
            Conflict: a stream read or written has moved.
            KeyReused: the command id is on record with another request digest.
            AlreadyDone: the command id is on record with this request digest.
            StoreUnavailable: the disk is full or read-only; nothing was written.
            Unsound: an event, document or private field is not what it is said to be.
        """
        entries = [Entry(sealed) for sealed in events]
        recordings = self.application.events.put(entries, read=read, command=command)
        if not recordings:
            return range(0)
        first = recordings[0].notification.id
        if any(isinstance(sealed.event.data, PersonErased) for sealed in events):
            with self._database.reading() as connection:
                privacy.destroy_keys(connection, self._vault, first - 1)
        return range(first, first + len(recordings))

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""
        return int(self._one(schema.HEAD)[0])

    def version(self, stream: str) -> int:
        """Return the version of a stream, 0 if there is none."""
        return int(self._one(schema.VERSION, stream)[0])

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, oldest first.

        Raises:
            UnreadableEvent: a row that is not what was written.
        """
        query = f"{_OF_STREAM} ORDER BY originator_version LIMIT {PAGE}"
        while page := self._all(query, stream, after):
            # Page by page, so that neither memory nor a read transaction grows with the stream.
            yield from map(recorded_from, page)
            after += len(page)
            if len(page) < PAGE:
                break

    def streams(self, kind: str) -> list[str]:
        """Return the names of the streams of a kind, sorted."""
        # The character after a colon ends the range, so that the index answers.
        return [str(row[0]) for row in self._all(_STREAMS, f"{kind}:", f"{kind};")]

    def read(self, after: int = 0, limit: int = PAGE) -> list[Recorded]:
        """Return at most ``limit`` events at positions above ``after``, in order.

        Raises:
            UnreadableEvent: a row that is not what was written.
        """
        query = f"{_RECORDED} WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        return [recorded_from(row) for row in self._all(query, after, limit)]

    def contents(self, after: int = 0, limit: int = PAGE) -> list[Stored]:
        """Return at most ``limit`` rows at positions above ``after``, in order and unchecked."""
        query = f"{_RECORDED} WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        return [Stored(*row) for row in self._all(query, after, limit)]

    def leaves(self, after: int = 0, limit: int = PAGE) -> list[bytes]:
        """Return at most ``limit`` leaf hashes at positions above ``after``, in order."""
        return [row[0] for row in self._all(_LEAVES, after, limit)]

    def node(self, level: int, place: int) -> bytes:
        """Return the hash of a complete node of the tree; level 0 are the leaves, from place 0.

        Raises:
            NoNode: it is not kept.
        """
        with self._database.reading() as connection:
            return tree.node(connection, level, place)

    def nodes(self, after: int, last: int) -> list[tuple[int, bytes]]:
        """Return what is kept at positions above ``after`` and up to ``last``, in order."""
        return [(row[0], row[1]) for row in self._all(tree.NODES, after, last)]

    def root(self, size: int) -> bytes:
        """Return the root of the tree over the first ``size`` events, from the nodes kept.

        Raises:
            NoNode: the log is shorter, or a node is not kept.
        """
        with self._database.reading() as connection:
            return root_of(size, lambda level, place: tree.node(connection, level, place))

    def at(self, position: int) -> Recorded | None:
        """Return the event at one position.

        Raises:
            UnreadableEvent: a row that is not what was written.
        """
        rows = self._all(f"{_RECORDED} WHERE notification_id = ?", position)
        return recorded_from(rows[0]) if rows else None

    def position_at(self, moment: datetime) -> int:
        """Return the last position whose clock is not after a moment, 0 if none."""
        rows = self._all(_POSITION_AT, moment_text(moment))
        return int(rows[0][0]) if rows else 0

    def clock(self, position: int) -> datetime | None:
        """Return the clock at a position."""
        rows = self._all("SELECT clock FROM stored_events WHERE notification_id = ?", position)
        return datetime.fromisoformat(rows[0][0]) if rows else None

    def document(self, digest: str) -> bytes | None:
        """Return a document's bytes."""
        rows = self._all("SELECT bytes FROM documents WHERE digest = ?", digest)
        return document_bytes(rows[0][0]) if rows else None

    def documents(self, after: str = "", limit: int = PAGE) -> list[tuple[str, bytes]]:
        """Return at most ``limit`` documents with digests above ``after``, in their order."""
        return [
            (digest, document_bytes(content))
            for digest, content in self._all(_DOCUMENTS, after, limit)
        ]

    def disclosed(self, positions: Sequence[int]) -> list[Disclosed]:
        """Return the private fields still held of the events at some positions."""
        return privacy.opened(self._private(positions), self._vault)

    def unreadable(self, positions: Sequence[int]) -> list[Unreadable]:
        """Return the private fields of the events at some positions that should open and do not."""
        return privacy.unreadable(self._private(positions), self._vault)

    def private_streams(self, person: str) -> list[str]:
        """Return the streams that hold private fields of a person, sorted."""
        with self._database.reading() as connection:
            return privacy.streams_of(connection, person)

    def disclosed_of(self, stream: str, name: str) -> Disclosed | None:
        """Return the newest value still held of one private field of a stream."""
        query = f"{privacy.ROWS} WHERE stream = ? AND name = ? ORDER BY position DESC"
        rows: Any = self._all(query, stream, name)
        return next(iter(privacy.opened(rows, self._vault)), None)

    def command(self, command_id: str) -> CommandRow | None:
        """Return what is kept of a command."""
        with self._database.reading() as connection:
            return command_row(connection, command_id)

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""
        return self._arrivals.wait(after, timeout_s)

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

    def _private(self, positions: Sequence[int]) -> Any:
        query = (
            f"{privacy.ROWS} WHERE position IN (SELECT value FROM json_each(?))"
            " ORDER BY position, name"
        )
        return self._all(query, json.dumps(list(positions)))

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        return self._all(query, *values)[0]
