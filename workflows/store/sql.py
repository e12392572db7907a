"""A log kept in the tables of a database: what is asked in SQL is the same for each of them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.base import moment_text
from domain.event import Sealed
from domain.merkle import root as root_of
from workflows.store import privacy, schema, tree
from workflows.store.append import command_row
from workflows.store.arrivals import Arrivals
from workflows.store.contract import (
    CommandRow,
    Disclosed,
    Gone,
    Leaf,
    Recorded,
    Stored,
    Unreadable,
)
from workflows.store.mapper import Entry
from workflows.store.recorded import recorded, whole_bytes
from workflows.store.recorder import LogApplication, LogRecorder
from workflows.store.rows import Readable
from workflows.store.turns import Turns
from workflows.store.vault import Keys

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
_MOVED = (
    "SELECT originator_id, max(notification_id) FROM stored_events WHERE notification_id > ?"
    " GROUP BY originator_id"
)
_LEAVES = (
    "SELECT leaf FROM stored_events WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
)
_LEAVES_AT = "SELECT notification_id, state, leaf FROM stored_events WHERE notification_id IN"
_DOCUMENTS = "SELECT digest, bytes FROM documents WHERE digest > ? ORDER BY digest LIMIT ?"


class SQLLog(ABC):
    """The one gapless sequence of events in a database. Implements `contract.Log`.

    Attributes:
        application: the library's application over this log, for its repository and
            subscriptions.
        writer: the one that writes; absent when the log is open for reading only.
    """

    writer: Turns[Any] | None

    listed = "(SELECT value FROM json_each(?))"
    """The positions of a JSON list, as this database reads them."""

    listed_digests = "(SELECT value FROM json_each(?))"
    """Likewise the digests of one."""

    def __init__(
        self, database: Readable, recorder: LogRecorder, arrivals: Arrivals, vault: Keys
    ) -> None:
        """Build on an open database, and on the keys of its private fields."""
        self._database = database
        self._vault = vault
        self._arrivals = arrivals
        self._recorder = recorder
        self.application = LogApplication(recorder)

    def append(
        self,
        events: Sequence[Sealed],
        read: Mapping[str, int],
        command: CommandRow | None,
        basis: int | None = None,
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
        recordings = self.application.events.put(entries, read=read, command=command, basis=basis)
        if not recordings:
            return range(0)
        first = recordings[0].notification.id
        return range(first, first + len(recordings))

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""
        return int(self._one(schema.HEAD)[0])

    def version(self, stream: str) -> int:
        """Return the version of a stream, 0 if there is none."""
        return int(self._one(schema.VERSION, stream)[0])

    def moved(self, after: int) -> tuple[int, list[str]]:
        """Return the head, and the streams with events at positions above ``after``."""
        rows = self._all(_MOVED, after)
        return max((int(row[1]) for row in rows), default=after), [str(row[0]) for row in rows]

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, oldest first.

        Raises:
            UnreadableEvent: a row that is not what was written.
        """
        query = f"{_OF_STREAM} ORDER BY originator_version LIMIT {PAGE}"
        while page := self._all(query, stream, after):
            # Page by page, so that neither memory nor a read transaction grows with the stream.
            yield from map(recorded, page)
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
        return [recorded(row) for row in self._all(query, after, limit)]

    def contents(self, after: int = 0, limit: int = PAGE) -> list[Stored]:
        """Return at most ``limit`` rows at positions above ``after``, in order and unchecked."""
        query = f"{_RECORDED} WHERE notification_id > ? ORDER BY notification_id LIMIT ?"
        return [Stored(*row) for row in self._all(query, after, limit)]

    def leaves_at(self, positions: Sequence[int]) -> list[Leaf]:
        """Return the leaves at some positions, in the order of the log and unchecked."""
        query = f"{_LEAVES_AT} {self.listed} ORDER BY notification_id"
        return [Leaf._make(row) for row in self._all(query, json.dumps(positions))]

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
        return recorded(rows[0]) if rows else None

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
        return whole_bytes(rows[0][0]) if rows else None

    def documents_of(self, digests: Collection[str]) -> dict[str, bytes]:
        """Return those of some documents that are held as bytes, by digest, in one question."""
        if not digests:
            return {}
        query = f"SELECT digest, bytes FROM documents WHERE digest IN {self.listed_digests}"
        rows = self._all(query, json.dumps(sorted(digests)))
        return {name: whole_bytes(held) for name, held in rows if isinstance(held, bytes | str)}

    def documents(self, after: str = "", limit: int = PAGE) -> list[tuple[str, bytes]]:
        """Return at most ``limit`` documents with digests above ``after``, in their order."""
        return [
            (digest, whole_bytes(content))
            for digest, content in self._all(_DOCUMENTS, after, limit)
        ]

    def disclosed(self, positions: Sequence[int]) -> list[Disclosed]:
        """Return the private fields still held of the events at some positions."""
        return privacy.opened(self._private(positions), self._vault)

    def unreadable(self, positions: Sequence[int]) -> list[Unreadable]:
        """Return the private fields of the events at some positions that should open and do not."""
        return privacy.unreadable(self._private(positions), self._vault)

    def private_of_no_event(self, limit: int = 1_000) -> list[tuple[int, str]]:
        """Return position and name of at most ``limit`` private fields that no event stands by."""
        rows = self._all(privacy.OF_NO_EVENT, limit)
        return [(at if isinstance(at, int) else 0, str(name)) for at, name in rows]

    def private_streams(self, person: str) -> list[str]:
        """Return the streams that hold private fields of a person, sorted."""
        with self._database.reading() as connection:
            return privacy.streams_of(connection, person)

    def disclosed_of(self, stream: str, name: str) -> Disclosed | None:
        """Return the newest value still held of one private field of a stream."""
        query = f"{privacy.ROWS} WHERE stream = ? AND name = ? ORDER BY position DESC"
        rows: Any = self._all(query, stream, name)
        return next(iter(privacy.opened(rows, self._vault)), None)

    def disposed(self) -> list[Gone]:
        """Return what was disposed of, also by acts that an older copy of the log does not hold."""
        return self._vault.disposed()

    def keys_destroyed(self) -> frozenset[str]:
        """Return the ids of the people some key of whom was destroyed."""
        return frozenset(name.rpartition("/")[0] for name in self._vault.destroyed())

    def of_topic(self, topic: str, after: int = 0, limit: int = PAGE) -> list[Stored]:
        """Return at most ``limit`` rows of a topic at positions above ``after``, unchecked."""
        query = (
            f"{_RECORDED} WHERE topic = ? AND notification_id > ? ORDER BY notification_id LIMIT ?"
        )
        return [Stored(*row) for row in self._all(query, topic, after, limit)]

    def command(self, command_id: str) -> CommandRow | None:
        """Return what is kept of a command."""
        with self._database.reading() as connection:
            return command_row(connection, command_id)

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""
        return self._arrivals.wait(after, timeout_s)

    @abstractmethod
    def close(self) -> None:
        """Stop writing and release everything held."""

    def _private(self, positions: Sequence[int]) -> Any:
        query = f"{privacy.ROWS} WHERE position IN {self.listed} ORDER BY position, name"
        return self._all(query, json.dumps(list(positions)))

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        return self._all(query, *values)[0]
