"""The tables of ``events.db``, and the rules they enforce whoever writes.

A position is the row's own integer key, given explicitly: one above the greatest. The triggers
refuse a gap, a step back of the clock and any change of what is written, so that a fault in this
program, or somebody at an SQLite prompt, fails loudly instead of bending the record.
"""

import sqlite3

from workflows.store import tree

APPLICATION_ID = 0x51554F52
SCHEMA_VERSION = 3

HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
VERSION = "SELECT coalesce(max(originator_version), 0) FROM stored_events WHERE originator_id = ?"
COMMAND = "SELECT id, request_digest, first, last, answer FROM commands WHERE id = ?"

_TABLES = """
CREATE TABLE stored_events (
    notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    leaf BLOB NOT NULL,
    clock TEXT NOT NULL,
    UNIQUE (originator_id, originator_version)
);
CREATE INDEX stored_events_clock ON stored_events (clock);

CREATE TABLE documents (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL);

CREATE TABLE private (
    digest TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    disclosure TEXT NOT NULL
);
CREATE INDEX private_position ON private (position);
CREATE INDEX private_stream_name ON private (stream, name, position);

CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    request_digest TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    answer BLOB NOT NULL
);

CREATE TRIGGER stored_events_in_order BEFORE INSERT ON stored_events BEGIN
    SELECT RAISE(ABORT, 'a position is one above the greatest')
    WHERE NEW.notification_id IS NOT
        (SELECT coalesce(max(notification_id), 0) + 1 FROM stored_events);
    SELECT RAISE(ABORT, 'a version is one above the greatest of its stream')
    WHERE NEW.originator_version IS NOT
        (SELECT coalesce(max(originator_version), 0) + 1 FROM stored_events
         WHERE originator_id = NEW.originator_id);
    SELECT RAISE(ABORT, 'the clock of the log never goes back')
    WHERE NEW.clock < (SELECT max(clock) FROM stored_events);
END;
"""

_KEYED = (
    "ALTER TABLE private ADD COLUMN owner TEXT;",
    "CREATE INDEX private_owner ON private (owner);",
    "CREATE TABLE erased (position INTEGER PRIMARY KEY, person TEXT NOT NULL,"
    " generation INTEGER NOT NULL);",
)
"""Form 3: whose key a private field is sealed with, and who was erased."""

_NODES = """
CREATE TABLE nodes (position INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
"""

_KEPT_FOR_EVER = """
CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} BEGIN
    SELECT RAISE(ABORT, 'what is on record is never changed');
END;
CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} BEGIN
    SELECT RAISE(ABORT, 'what is on record is never deleted');
END;
"""


_EARLIER = {1: "its tree was not kept yet", 2: "private fields had no keys yet"}


class UnknownSchema(Exception):  # noqa: N818  a fault of the file, named for what it is
    """A database this version of the program cannot use."""


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables in an empty database; bring one of an earlier form to the present one.

    Raises:
        UnknownSchema: the database belongs to a newer version, or to another program.
    """
    if _is_empty(connection):
        keyed = " ".join(_KEYED)
        connection.executescript(
            f"BEGIN IMMEDIATE; {_TABLES} {_kept_for_ever('stored_events', 'documents')}"
            f" {_NODES} {_kept_for_ever('nodes')} {keyed}"
            f" PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
        return
    if _form(connection) == (APPLICATION_ID, 1):
        _keep_tree(connection)
    if _form(connection) == (APPLICATION_ID, 2):
        _key_private_fields(connection)
    check(connection)


def check(connection: sqlite3.Connection) -> None:
    """Make sure that a database is a log in the form this version knows.

    Raises:
        UnknownSchema: it is not.
    """
    application, version = _form(connection)
    if application != APPLICATION_ID:
        raise UnknownSchema("the file is an SQLite database, but not a log of this program")
    if version in _EARLIER:
        raise UnknownSchema(
            f"the log has form {version}, in which {_EARLIER[version]}; any writing command, or"
            " `quorate serve`, brings it to the present form, and changes no event"
        )
    if version != SCHEMA_VERSION:
        raise UnknownSchema(
            f"the log has form {version}, this program knows form {SCHEMA_VERSION};"
            " use the version that wrote it, or a newer one"
        )


def _is_empty(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(tables == 0)


def _form(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(application), int(version)


def _keep_tree(connection: sqlite3.Connection) -> None:
    """Bring a log of form 1 to form 2, in one step."""
    # Statement by statement: `executescript` would commit what was begun.
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_NODES)
        tree.keep_all(connection)
        for trigger in _kept_for_ever("nodes").split("END;")[:-1]:
            connection.execute(f"{trigger} END;")
        connection.execute("PRAGMA user_version = 2")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _key_private_fields(connection: sqlite3.Connection) -> None:
    """Bring a log of form 2 to form 3, in one step; its fields are sealed by `privacy.settle`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _KEYED:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _kept_for_ever(*names: str) -> str:
    return "".join(_KEPT_FOR_EVER.format(table=name) for name in names)
