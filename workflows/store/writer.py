"""The one place that writes: many commands, one transaction, one flush of the disk.

Each piece of work runs under its own savepoint, so a refusal among them concerns its own caller
only. Nobody is told of success before the transaction they shared is durable.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from workflows.store import schema
from workflows.store.contract import StoreUnavailable
from workflows.store.database import Database

BATCH_MAX = 256

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]

_CALLERS_OWN_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)

_ADVICE = {
    "SQLITE_FULL": "free some space on the disk, then send it again",
    "SQLITE_READONLY": "make the disk and the file writable, then send it again",
    "SQLITE_BUSY": "another program has locked the database; end it, then send it again",
    "SQLITE_IOERR": "check the disk and the space left on it, then send it again",
}


_BROKEN_OFF = "writing was broken off; send it again under the same key to learn what was kept"


class _Job:
    """Work that waits for its turn, and what came of it."""

    __slots__ = ("outcome", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.outcome: _Outcome | None = None


class _Outcome(NamedTuple):
    result: Any = None
    fault: Exception | None = None


class Writer:
    """Carries out work in the order it comes, as much at once as is waiting.

    There is one turn to write. Whoever gets it writes for everybody who waits, so a caller alone
    needs no other thread, and many callers share one flush.
    """

    def __init__(self, database: Database, announce: Callable[[int], None]) -> None:
        """Write to a database.

        Args:
            database: what to write to.
            announce: told the head after each transaction, before its callers are; never raises.
        """
        self._database = database
        self._announce = announce
        self._waiting: deque[_Job] = deque()
        self._turn = threading.Lock()
        self._closed = False

    def carry_out(self, work: Work[Result]) -> Result:
        """Run some work under a savepoint, and return its result once that is durable.

        Whatever the work raises undoes what it wrote, and is raised here.

        Raises:
            StoreUnavailable: the disk cannot be written, or the log is closed; nothing was kept.
        """
        job = _Job(work)
        self._waiting.append(job)
        outcome = job.outcome
        while outcome is None:
            with self._turn:
                # Somebody may have written it while this caller waited for the turn.
                if job.outcome is None:
                    self._write_batch()
            outcome = job.outcome
        if outcome.fault is not None:
            raise outcome.fault
        result: Result = outcome.result
        return result

    def close(self) -> None:
        """Let the transaction under way end, and refuse everything after it."""
        with self._turn:
            self._closed = True

    def _write_batch(self) -> None:
        jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
        if not jobs:
            # The one who took this caller's job along was interrupted before it could say so.
            raise StoreUnavailable(_BROKEN_OFF)
        try:
            if self._closed:
                raise StoreUnavailable("the log is closed; nothing was written")
            head, outcomes = self._transact([job.work for job in jobs])
            self._announce(head)
        except Exception as fault:  # noqa: BLE001  it concerns every caller, not just this one
            outcomes = [_Outcome(fault=_unavailable(fault)) for _ in jobs]
        except BaseException:
            # This caller is being interrupted; the others must not wait for ever.
            outcomes = [_Outcome(fault=StoreUnavailable(_BROKEN_OFF)) for _ in jobs]
            raise
        finally:
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.outcome = outcome

    def _transact(self, works: list[Work[Any]]) -> tuple[int, list[_Outcome]]:
        with self._database.writing() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                outcomes = [_attempt(connection, work) for work in works]
                (head,) = connection.execute(schema.HEAD).fetchone()
                connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise
            return head, outcomes


def _undo(connection: sqlite3.Connection) -> None:
    # A full disk makes SQLite roll back by itself; a second time would hide the first fault.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _attempt(connection: sqlite3.Connection, work: Work[Any]) -> _Outcome:
    """Run one piece of work; a fault of the disk is raised, any other is the caller's own."""
    connection.execute("SAVEPOINT command")
    try:
        outcome = _Outcome(result=work(connection))
    except Exception as fault:
        if isinstance(fault, sqlite3.Error) and not isinstance(fault, _CALLERS_OWN_FAULT):
            raise
        connection.execute("ROLLBACK TO command")
        outcome = _Outcome(fault=fault)
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
