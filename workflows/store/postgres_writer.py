"""Appends to PostgreSQL: whatever is waiting goes there as one statement, and is one transaction.

The statement holds the advisory lock of the log from its first line until it is durable, so any
number of processes may write. It refuses by what it answers, never by a fault, so a refusal among
many undoes nothing. What has private values, or destroys some, needs the keys under that lock,
and so three statements or four.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.numeric import Int4, Int8

from domain.disposal_events import RecordDisposed
from domain.erasure import PersonErased
from domain.event import stream_code
from domain.private import Disclosure, owner_of
from domain.refusals import Conflict, KeyReused
from workflows.store import postgres_vault
from workflows.store.append import Append, command_row
from workflows.store.contract import AlreadyDone, StoreUnavailable
from workflows.store.mapper import SealedRow
from workflows.store.postgres_link import PATIENCE_S, Lent, Links, is_lost
from workflows.store.postgres_schema import LOCK
from workflows.store.postgres_vault import Named
from workflows.store.turns import BROKEN_OFF, Outcome, Turns
from workflows.store.vault import sealed_with

_APPEND = (
    "SELECT said, first_position, last_position, moved, stood, expected FROM quorate.append("
    "%t::text[], %t::text[], %b::bytea[], %b::integer[], %b::integer[], %t::text[], %b::bigint[],"
    " %t::text[], %b::bigint[], %t::text[], %b::bytea[], %b::bytea[], %t::text[],"
    " %b::integer[], %t::text[], %b::bytea[], %b::integer[], %t::text[], %t::text[], %b::bytea[],"
    " %t::text[])"
)
_CALLERS_OWN_FAULT = (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError)
_ADVICE = {
    "53100": "free some space on the disk of the database, then send it again",
    "25006": "make the database writable, then send it again",
    "42501": "grant its user what `docs/postgresql.md` lists, then send it again",
    "55P03": "another program has locked the log; end it, then send it again",
}

Row = tuple[Any, ...]


class PostgresWriter(Turns[Append]):
    """Writes appends from many threads, as many at once as wait."""

    def __init__(self, links: Links, announce: Callable[[int], None]) -> None:
        """Write over the connections of this process.

        Args:
            links: where connections come from.
            announce: told the head after each transaction, before its callers are; never raises.
        """
        super().__init__(announce)
        self._links = links

    def _transact(self, works: list[Append]) -> tuple[int, list[Outcome]]:
        if len(works) > 1 and any(_erased(work) or _disposed(work) for work in works):
            # What is written after an erasure is sealed with another key than what it destroys.
            return self._one_by_one(works)
        with self._links.reading() as lent:
            try:
                rows = self._sent(lent, works)
            except _CALLERS_OWN_FAULT as fault:
                if len(works) == 1:
                    return 0, [Outcome(fault=fault)]
                # One of them cannot be written, and took the others along: each for itself now.
                return self._one_by_one(works)
            outcomes = [_outcome(lent, *pair) for pair in zip(works, rows, strict=True)]
        return max(row[2] for row in rows), outcomes

    def _unavailable(self, fault: Exception) -> StoreUnavailable:
        if isinstance(fault, StoreUnavailable):
            return StoreUnavailable(*fault.args)
        state = getattr(fault, "sqlstate", None) or ""
        said = " ".join(str(fault).split())
        advice = _ADVICE.get(state, "look at the log of the database")
        told = StoreUnavailable(f"nothing was written: {said}; {advice}")
        told.__cause__ = fault
        return told

    def _one_by_one(self, works: list[Append]) -> tuple[int, list[Outcome]]:
        head, outcomes = 0, []
        for work in works:
            try:
                reached, (outcome,) = self._transact([work])
                head = max(head, reached)
            except (psycopg.Error, StoreUnavailable) as fault:
                # Those before it are written, and must not be told that nothing was.
                outcome = Outcome(fault=self._unavailable(fault))
            outcomes.append(outcome)
        return head, outcomes

    def _sent(self, lent: Lent, works: list[Append]) -> list[Row]:
        try:
            return _asked(lent.connection, works)
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            if not is_lost(lent.connection):
                raise
            lent.connection.close()
            self._links.forget_idle()
            lent.connection = self._links.connect(PATIENCE_S)
            # It may have been written before the connection was lost. A command says so itself
            # when it comes twice; without one nobody could tell.
            if any(work.command is None for work in works):
                raise StoreUnavailable(BROKEN_OFF) from fault
        return _asked(lent.connection, works)


def _asked(connection: psycopg.Connection, works: Sequence[Append]) -> list[Row]:
    owners = {owner for work in works for row in work.rows for owner, _ in _fields(row) if owner}
    erased = [person for work in works for person in _erased(work)]
    disposed = [body for work in works for body in _disposed(work)]
    if not owners and not erased and not disposed:
        return connection.execute(_APPEND, _values(works, {}), prepare=True).fetchall()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        keys = postgres_vault.keys_for(connection, owners)
        said = connection.execute(_APPEND, _values(works, keys), prepare=True).fetchall()
        # An append that destroys something comes alone.
        if said[0][0] == "done":
            for person in erased:
                postgres_vault.erase(connection, person)
            for body in disposed:
                postgres_vault.dispose(connection, body)
    return said


def _erased(work: Append) -> list[str]:
    """Return whom an append erases."""
    events = (row.sealed.event for row in work.rows)
    return [stream_code(event.stream) for event in events if isinstance(event.data, PersonErased)]


def _disposed(work: Append) -> list[RecordDisposed]:
    """Return what an append disposes of."""
    bodies = (row.sealed.event.data for row in work.rows)
    return [body for body in bodies if isinstance(body, RecordDisposed)]


def _fields(row: SealedRow) -> Iterator[tuple[str, Disclosure]]:
    """Yield the private values of an event, each with whose it is."""
    event = row.sealed.event
    for field in row.sealed.disclosures:
        yield owner_of(event.stream, event.by, field.name), field


def _outcome(lent: Lent, work: Append, row: Row) -> Outcome:
    said, first, last, moved, found, expected = row
    if said == "done":
        return Outcome(result=range(first, last + 1) if first else range(0))
    if said == "conflict":
        return Outcome(fault=Conflict(f"{moved} is at version {found}, no longer at {expected}"))
    if said == "reused":
        return Outcome(fault=KeyReused("this idempotency key was used before, for another request"))
    assert work.command is not None, "only a command is on record already"
    kept = command_row(lent, work.command.id)
    assert kept is not None, "what is on record stays"
    return Outcome(fault=AlreadyDone(kept))


def _values(works: Sequence[Append], keys: Mapping[str, Named]) -> list[Any]:
    """Return the arguments of ``quorate.append``, in its order."""
    checks = [_checks(work) for work in works]
    rows = [row for work in works for row in work.rows]
    documents = [(n, kept) for n, row in enumerate(rows, 1) for kept in row.sealed.documents]
    fields = [(n, *field) for n, row in enumerate(rows, 1) for field in _fields(row)]
    commands = [work.command for work in works]
    return [
        [None if c is None else c.id for c in commands],
        [None if c is None else c.request_digest for c in commands],
        [b"" if c is None else c.answer for c in commands],
        [Int4(len(check)) for check in checks],
        [Int4(len(work.rows)) for work in works],
        [stream for check in checks for stream, _ in check],
        [Int8(version) for check in checks for _, version in check],
        [row.originator_id for row in rows],
        [Int8(row.originator_version) for row in rows],
        [row.topic for row in rows],
        [row.state for row in rows],
        [row.leaf for row in rows],
        [row.at for row in rows],
        [Int4(number) for number, _ in documents],
        [kept.digest for _, kept in documents],
        [kept.content for _, kept in documents],
        [Int4(number) for number, _, _ in fields],
        [field.digest for _, _, field in fields],
        [field.name for _, _, field in fields],
        [
            _sealed(keys[owner], field) if owner else field.text.encode()
            for _, owner, field in fields
        ],
        [keys[owner].name if owner else "" for _, owner, _ in fields],
    ]


def _sealed(named: Named, field: Disclosure) -> bytes:
    return sealed_with(named.key, field.digest, field.text)


def _checks(work: Append) -> list[tuple[str, int]]:
    """Return where each stream must stand: those read, then those written.

    Events that do not follow on each other ask one stream to stand at two places, and conflict.
    """
    checks = dict.fromkeys(work.read.items())
    written: dict[str, int] = {}
    for row in work.rows:
        stream = str(row.originator_id)
        before = written.get(stream, 0)
        checks[(stream, row.originator_version - 1 - before)] = None
        written[stream] = before + 1
    return list(checks)
