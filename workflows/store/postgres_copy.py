"""A whole log copied between a database and files, as it is at one moment.

The files have the form of ``events.db`` and ``vault.db``. So a backup is the same whichever store
it is of, and comes back to either.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from domain.erasure import PersonErased
from domain.event import stream_code
from domain.merkle import root as root_of
from domain.refusals import Malformed
from workflows.store import schema, tree
from workflows.store.contract import NoNode, StoreUnavailable
from workflows.store.postgres_link import Lent, Links
from workflows.store.postgres_schema import LOCK
from workflows.store.rows import Connection
from workflows.store.vault import empty_vault

_BYTES = "bytea"
Row = tuple[Any, ...]


class _Table(NamedTuple):
    """A table both stores have: its columns, the first of which orders it, each with its type."""

    name: str
    columns: str
    types: tuple[str, ...]


def _table(name: str, /, **columns: str) -> _Table:
    return _Table(name, ", ".join(columns), tuple(columns.values()))


_EVENTS = _table(
    "stored_events", notification_id="int8", originator_id="text", originator_version="int8",
    topic="text", state=_BYTES, leaf=_BYTES, clock="text",
)  # fmt: skip
_PRIVATE = _table(
    "private", digest="text", position="int8", stream="text", name="text", disclosure=_BYTES,
    owner="text",
)  # fmt: skip
_LOG = (
    _EVENTS,
    _table("nodes", position="int8", hashes=_BYTES),
    _table("documents", digest="text", bytes=_BYTES),
    _PRIVATE,
    _table("commands", id="text", request_digest="text", first="int8", last="int8", answer=_BYTES),
)
_VAULT = (
    _table("keys", owner="text", generation="int4", key=_BYTES),
    _table("disposed", position="int8", leaf=_BYTES, sha256="text"),
)
TABLES = {table.name: table.columns for table in (*_LOG, *_VAULT)}
"""Every table that is copied, each with its columns: all there are but the form of the schema."""

_ERASED = (
    f"SELECT notification_id, originator_id FROM stored_events WHERE topic = '{PersonErased.TOPIC}'"
)
_DESTROYED = "SELECT owner, max(generation) + 1 FROM keys WHERE key IS NULL GROUP BY owner"


def copy_to_files(address: str, events: Path, vault: Path) -> None:
    """Copy a log and the keys of its private values, whoever writes meanwhile, into two new files.

    Raises:
        StoreUnavailable: the database cannot be reached, or holds no log of the form known here.
    """
    with _linked(address, "could not be copied") as (_links, connection):
        # Both are of one moment: none of the values lacks its key, and none is erased by half.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with (
            connection.transaction(),
            closing(sqlite3.connect(events, isolation_level=None)) as log,
            closing(empty_vault(vault)) as keys,
        ):
            schema.prepare(log)
            with _at_once(log):
                for table in _LOG:
                    _fill(log, table, _rows_of(connection, table))
                _fill_erased(log, connection)
            with _at_once(keys):
                for table in _VAULT:
                    _fill(keys, table, _rows_of(connection, table))


def copy_to_database(events: Path, vault: Path, address: str) -> bool:
    """Put a log and its keys into a database that `migrate` has prepared, all or nothing.

    Returns:
        Whether it was put there; it was there already where it is the whole of this one.

    Raises:
        Malformed: the database holds something else.
        StoreUnavailable: it cannot be reached, cannot take it, or `migrate` has not prepared it.
    """
    with (
        _linked(address, "could not take the log") as (links, connection),
        closing(_to_read(events)) as log,
        closing(_to_read(vault)) as keys,
        connection.transaction(),
    ):
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        lent = Lent(links, connection)
        if _whole(lent) == _whole(log) != (0, None):
            return False
        _require_empty(links.told, connection)
        for tables, source in ((_LOG, log), (_VAULT, keys)):
            for table in tables:
                _send(connection, table, source)
        if _whole(lent) != _whole(log):
            raise StoreUnavailable(f"{links.told} did not keep the log as it was given")
        return True


@contextmanager
def _linked(address: str, what: str) -> Iterator[tuple[Links, psycopg.Connection]]:
    links = Links(address)
    try:
        links.check()
        with links.lent() as connection:
            yield links, connection
    except psycopg.Error as fault:
        said = " ".join(str(fault).split())
        raise StoreUnavailable(f"{links.told} {what}: {said}") from fault
    finally:
        links.close()


@contextmanager
def _at_once(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction; a file that is broken off is thrown away, so nothing is rolled back."""
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def _to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _rows_of(connection: psycopg.Connection, table: _Table) -> Iterator[Row]:
    order = table.columns.split(", ")[0]
    rows = f"SELECT {table.columns} FROM {table.name} ORDER BY {order}"
    query = f"COPY ({rows}) TO STDOUT (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
        copy.set_types(table.types)
        for row in copy.rows():
            # What is not sealed is text in files, and bytes in the database.
            clear = table is _PRIVATE and not row[-1]
            yield (*row[:-2], row[-2].decode(), row[-1]) if clear else row


def _fill(connection: sqlite3.Connection, table: _Table, rows: Iterable[Row]) -> None:
    places = ", ".join("?" * len(table.types))
    query = f"INSERT INTO {table.name} ({table.columns}) VALUES ({places})"
    connection.executemany(query, rows)


def _fill_erased(log: sqlite3.Connection, connection: psycopg.Connection) -> None:
    """Say of whom which keys are to be destroyed again, should an older vault bring them back."""
    below: dict[str, int] = dict(connection.execute(_DESTROYED.encode()).fetchall())
    for position, stream in connection.execute(_ERASED.encode()):
        person = stream_code(stream)
        log.execute("INSERT INTO erased VALUES (?, ?, ?)", (position, person, below.get(person, 0)))


def _require_empty(told: str, connection: psycopg.Connection) -> None:
    for table in (*_LOG, *_VAULT):
        found = connection.execute(f"SELECT count(*) FROM {table.name}".encode()).fetchone()
        if found and found[0]:
            raise Malformed(
                f"{told} is not empty: quorate.{table.name} holds {found[0]} rows, and nothing is"
                " overwritten",
                fix="Make a new database, prepare it with `quorate migrate`, and give that one.",
            )


def _send(connection: psycopg.Connection, table: _Table, source: sqlite3.Connection) -> None:
    order = table.columns.split(", ")[0]
    rows = source.execute(f"SELECT {table.columns} FROM {table.name} ORDER BY {order}")
    query = f"COPY {table.name} ({table.columns}) FROM STDIN (FORMAT BINARY)"
    ready: tuple[Callable[[Any], Any], ...] = tuple(
        _in_bytes if one == _BYTES else _as_it_is for one in table.types
    )
    with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
        copy.set_types(table.types)
        for row in rows:
            copy.write_row([make(value) for make, value in zip(ready, row, strict=True)])


def _in_bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _as_it_is(value: Any) -> Any:
    return value


def _whole(connection: Connection) -> tuple[int, bytes | None]:
    """Return the head of a log and the root over all of it; no root where nodes are missing."""
    (head,) = connection.execute(schema.HEAD).fetchone()
    try:
        return head, root_of(head, lambda level, place: tree.node(connection, level, place))
    except NoNode:
        return head, None
