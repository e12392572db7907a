"""The floors: what somebody would write by hand who wants no more than an event and two rows."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic_core import to_json

_TABLES = """
CREATE TABLE event (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL, UNIQUE (stream, version)
);
CREATE TABLE status (
    code TEXT PRIMARY KEY, title TEXT, portfolio TEXT, phase TEXT, standing TEXT, since TEXT,
    position INTEGER
) WITHOUT ROWID;
CREATE TABLE version (
    code TEXT, position INTEGER, title TEXT, portfolio TEXT, phase TEXT, standing TEXT, since TEXT,
    PRIMARY KEY (code, position)
) WITHOUT ROWID;
CREATE TABLE concerns (
    subject TEXT, position INTEGER, PRIMARY KEY (subject, position)
) WITHOUT ROWID;
"""
_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?)"
_STATUS = "REPLACE INTO status VALUES (?, ?, ?, ?, ?, ?, ?)"
_VERSION = "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)"


class Happened(NamedTuple):
    """An event for the floor: the very bytes our log holds."""

    position: int
    stream: str
    version: int
    content: bytes


def connect(path: Path) -> sqlite3.Connection:
    """Open a database as carefully kept as ours: WAL, and on the disk before it counts."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_TABLES)
    return connection


def carry_out(connection: sqlite3.Connection, events: Iterable[Happened]) -> None:
    """Keep one command: its events, a status row and a version row each, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for happened in events:
        keep(connection, happened)
    connection.execute("COMMIT")


def keep(connection: sqlite3.Connection, happened: Happened) -> None:
    """Write the three rows of one event."""
    row = (happened.stream, "Works", "BENCH", "idea", "proposed", "2026-01-05T09:00:00.000000Z")
    connection.execute(_EVENT, happened)
    connection.execute(_STATUS, (*row, happened.position))
    connection.execute(_VERSION, (row[0], happened.position, *row[1:]))


def fill_status(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Fill the status table with what our register says."""
    connection.execute("BEGIN")
    connection.executemany(_STATUS, rows)
    connection.execute("COMMIT")


def status(connection: sqlite3.Connection, rows: int) -> bytes:
    """Answer where every project stands, as JSON."""
    found = connection.execute(
        "SELECT code, title, portfolio, phase, standing, since, position FROM status"
        " ORDER BY code LIMIT ?",
        (rows,),
    )
    names = ("code", "title", "portfolio", "phase", "standing", "since", "position")
    return to_json({"projects": [dict(zip(names, row, strict=True)) for row in found]})


def fill_trail(connection: sqlite3.Connection, subject: str, events: Sequence[Happened]) -> None:
    """Keep what concerns one subject, and the events themselves."""
    connection.execute("BEGIN")
    connection.executemany(_EVENT, events)
    connection.executemany(
        "INSERT INTO concerns VALUES (?, ?)", [(subject, one.position) for one in events]
    )
    connection.execute("COMMIT")


def trail(connection: sqlite3.Connection, subject: str, rows: int) -> bytes:
    """Answer who did what about a subject, the newest first, as JSON."""
    found = connection.execute(
        "SELECT e.position, e.body FROM concerns AS c JOIN event AS e ON e.position = c.position"
        " WHERE c.subject = ? ORDER BY c.position DESC LIMIT ?",
        (subject, rows),
    )
    return to_json({"trail": [{"position": p, **json.loads(body)} for p, body in found]})


def bytes_per_event(path: Path, log: Path) -> tuple[float, float]:
    """Return bytes per event of our log's events and tree, and of a bare table of the bytes."""
    ours = _size(path.with_suffix(".ours"), log, _SCHEMA_OF_LOG, ("stored_events", "nodes"))
    bare = _size(path.with_suffix(".bare"), log, _BARE, ())
    return ours, bare


_SCHEMA_OF_LOG = "SELECT sql FROM log.sqlite_master WHERE tbl_name = ? AND sql NOT LIKE '%TRIGGER%'"
_BARE = "CREATE TABLE bare (position INTEGER PRIMARY KEY, state BLOB NOT NULL)"


def _size(path: Path, log: Path, schema: str, tables: tuple[str, ...]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF").fetchone()
    connection.execute("ATTACH ? AS log", (str(log),))
    for table in tables:
        for (sql,) in connection.execute(schema, (table,)).fetchall():
            connection.execute(sql)
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM log.{table}")
    if not tables:
        connection.execute(schema)
        connection.execute("INSERT INTO bare SELECT notification_id, state FROM log.stored_events")
    (events,) = connection.execute("SELECT count(*) FROM log.stored_events").fetchone()
    connection.execute("DETACH log")
    connection.execute("VACUUM")
    connection.close()
    return path.stat().st_size / int(events)
