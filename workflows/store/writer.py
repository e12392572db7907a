"""The one place that writes: many commands, one transaction, one flush of the disk.

Where several share one, each piece of work runs under its own savepoint, so a refusal among them
concerns its own caller only. Nobody is told of success before that transaction is durable.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from workflows.store import schema
from workflows.store.contract import StoreUnavailable
from workflows.store.database import Database
from workflows.store.turns import Outcome, Turns

SQLiteWork = Callable[[sqlite3.Connection], Any]

_CALLERS_OWN_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)

_ADVICE = {
    "SQLITE_FULL": "free some space on the disk, then send it again",
    "SQLITE_READONLY": "make the disk and the file writable, then send it again",
    "SQLITE_BUSY": "another program has locked the database; end it, then send it again",
    "SQLITE_IOERR": "check the disk and the space left on it, then send it again",
}


class Writer(Turns[SQLiteWork]):
    """Carries out work; whatever a piece of it raises undoes what that piece wrote."""

    def __init__(self, database: Database, announce: Callable[[int], None]) -> None:
        """Write to a database.

        Args:
            database: what to write to.
            announce: told the head after each transaction, before its callers are; never raises.
        """
        super().__init__(announce)
        self._database = database

    def _transact(self, works: list[SQLiteWork]) -> tuple[int, list[Outcome]]:
        with self._database.writing() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                # A savepoint costs as much as all the rows of a command: only where it is needed.
                attempt = _alone if len(works) == 1 else _among_others
                outcomes = [attempt(connection, work) for work in works]
                head = _head(connection, outcomes)
                connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise
            return head, outcomes

    def _unavailable(self, fault: Exception) -> StoreUnavailable:
        return _unavailable(fault)


def _head(connection: sqlite3.Connection, outcomes: list[Outcome]) -> int:
    """Return the last position: that of the last append, or what the log says if there was none."""
    appended = [o.result[-1] for o in outcomes if isinstance(o.result, range) and o.result]
    return max(appended) if appended else int(connection.execute(schema.HEAD).fetchone()[0])


def _undo(connection: sqlite3.Connection) -> None:
    # A full disk makes SQLite roll back by itself; a second time would hide the first fault.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _attempt(connection: sqlite3.Connection, work: SQLiteWork) -> Outcome:
    """Run one piece of work; a fault of the disk is raised, any other is the caller's own."""
    try:
        return Outcome(result=work(connection))
    except Exception as fault:
        if isinstance(fault, sqlite3.Error) and not isinstance(fault, _CALLERS_OWN_FAULT):
            raise
        return Outcome(fault=fault)


def _alone(connection: sqlite3.Connection, work: SQLiteWork) -> Outcome:
    """Run the only work of a transaction; if it fails, the transaction is begun anew, empty."""
    outcome = _attempt(connection, work)
    if outcome.fault is not None:
        connection.execute("ROLLBACK")
        connection.execute("BEGIN")
    return outcome


def _among_others(connection: sqlite3.Connection, work: SQLiteWork) -> Outcome:
    """Run one of several pieces of work; if it fails, what the others wrote stays."""
    connection.execute("SAVEPOINT command")
    outcome = _attempt(connection, work)
    if outcome.fault is not None:
        connection.execute("ROLLBACK TO command")
    connection.execute("RELEASE command")
    return outcome


def _unavailable(fault: Exception) -> StoreUnavailable:
    if isinstance(fault, StoreUnavailable):
        return StoreUnavailable(*fault.args)
    name = getattr(fault, "sqlite_errorname", "")
    advice = next((text for code, text in _ADVICE.items() if name.startswith(code)), None)
    told = StoreUnavailable(
        f"nothing was written: {fault}; {advice or 'look at the log of the server'}"
    )
    told.__cause__ = fault
    return told
