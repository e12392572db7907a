"""One append, as work for the writer: checks, then rows, all under one savepoint."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.refusals import Conflict, KeyReused
from workflows.store import privacy, schema, tree
from workflows.store.contract import AlreadyDone, CommandRow
from workflows.store.mapper import SealedRow
from workflows.store.rows import Connection
from workflows.store.vault import Vault

_INSERT_EVENT = "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_DOCUMENT = "INSERT INTO documents VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
_INSERT_COMMAND = "INSERT INTO commands VALUES (?, ?, ?, ?, ?)"
_LAST = "SELECT notification_id, clock FROM stored_events ORDER BY notification_id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Append:
    """What one command wants kept.

    Attributes:
        rows: its events, in order.
        read: version of each stream that was read to decide them.
        command: what to keep of the command itself.
        basis: position at which what was read is known to hold.
    """

    rows: Sequence[SealedRow]
    read: Mapping[str, int]
    command: CommandRow | None
    basis: int | None

    def __call__(self, connection: sqlite3.Connection, vault: Vault) -> range:
        """Write everything, private fields sealed, and return the positions of the events.

        Raises:
            AlreadyDone: the command is on record with this request digest.
            KeyReused: the command is on record with another one.
            Conflict: a stream read or written has moved.
        """
        if self.command is not None:
            _require_new(connection, self.command)
        head, clock = connection.execute(_LAST).fetchone() or (0, "")
        if head != self.basis:
            self._require_unmoved(connection)
        for position, row in enumerate(self.rows, head + 1):
            clock = max(clock, row.at)
            _insert(connection, position, clock, row)
            _keep_private(connection, vault, position, row)
        positions = range(head + 1, head + 1 + len(self.rows))
        if self.command is not None:
            _keep(connection, self.command, positions)
        return positions

    def _require_unmoved(self, connection: sqlite3.Connection) -> None:
        written = {str(row.originator_id) for row in self.rows}
        versions = {stream: _version(connection, stream) for stream in written | self.read.keys()}
        for stream, version in self.read.items():
            _require_at(stream, version, versions[stream])
        for row in self.rows:
            stream = str(row.originator_id)
            _require_at(stream, row.originator_version - 1, versions[stream])
            versions[stream] += 1


def command_row(connection: Connection, command_id: str) -> CommandRow | None:
    """Return what is kept of a command."""
    found = connection.execute(schema.COMMAND, (command_id,)).fetchone()
    if found is None:
        return None
    command, request_digest, first, last, answer = found
    return CommandRow(
        id=command, request_digest=request_digest, first=first, last=last, answer=answer
    )


def _require_new(connection: sqlite3.Connection, command: CommandRow) -> None:
    kept = command_row(connection, command.id)
    if kept is None:
        return
    if kept.request_digest != command.request_digest:
        raise KeyReused("this idempotency key was used before, for another request")
    raise AlreadyDone(kept)


def _version(connection: sqlite3.Connection, stream: str) -> int:
    (version,) = connection.execute(schema.VERSION, (stream,)).fetchone()
    return int(version)


def _require_at(stream: str, expected: int, found: int) -> None:
    if found != expected:
        raise Conflict(f"{stream} is at version {found}, no longer at {expected}")


def _insert(connection: sqlite3.Connection, position: int, clock: str, row: SealedRow) -> None:
    stream = row.originator_id
    connection.execute(
        _INSERT_EVENT,
        (position, stream, row.originator_version, row.topic, row.state, row.leaf, clock),
    )
    tree.keep(connection, position, row.leaf)
    for kept in row.sealed.documents:
        connection.execute(_INSERT_DOCUMENT, (kept.digest, kept.content))


def _keep_private(
    connection: sqlite3.Connection, vault: Vault, position: int, row: SealedRow
) -> None:
    for field in row.sealed.disclosures:
        privacy.keep(connection, vault, position, row.sealed.event, field)
    privacy.erase(connection, vault, position, row.sealed.event)


def _keep(connection: sqlite3.Connection, command: CommandRow, positions: range) -> None:
    first, last = (positions[0], positions[-1]) if positions else (0, 0)
    connection.execute(
        _INSERT_COMMAND, (command.id, command.request_digest, first, last, command.answer)
    )
