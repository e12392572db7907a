"""Folding the log into the tables of one file, batch by batch."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from domain.catalogue import UnreadableEvent
from projections import tables
from projections.occurrence import Occurrence
from projections.source import Source
from projections.tables import Row
from projections.view import State, View

ROWS_KEPT_MAX = 16_384


class Latest:
    """The latest rows of one view: those used most recently in memory, the others on disk."""

    def __init__(self, connection: sqlite3.Connection, view: View, rows_max: int) -> None:
        """Keep at most some number of rows in memory."""
        self._connection = connection
        self._view = view
        self._rows_max = rows_max
        self._kept: OrderedDict[str, State] = OrderedDict()
        self._pending: dict[str, State] = {}
        # While every row that will be needed again lies in memory, a key that does not is new.
        self._all_here = tables.is_empty(connection, view)

    def get(self, key: str) -> State | None:
        """Return the latest row of a key, the batch being folded included."""
        state = self._pending.get(key)
        if state is not None:
            return state
        state = self._kept.get(key)
        if state is not None:
            self._kept.move_to_end(key)
            return state
        if self._all_here and self._view.remembers(key):
            return None
        state = tables.latest(self._connection, self._view, key)
        if state is not None:
            self._keep(key, state)
        return state

    def put(self, key: str, state: State) -> None:
        """Note a row that is about to be written."""
        self._pending[key] = state

    def settle(self) -> None:
        """Keep what was noted: it was written."""
        for key, state in self._pending.items():
            self._keep(key, state)
        self._pending.clear()

    def let_go(self) -> None:
        """Drop what was noted: it was not written."""
        self._pending.clear()

    def clear(self) -> None:
        """Drop everything; the next asking reads it from the disk."""
        self._pending.clear()
        self._kept.clear()
        self._all_here = False

    def _keep(self, key: str, state: State) -> None:
        self._kept[key] = state
        self._kept.move_to_end(key)
        if len(self._kept) > self._rows_max:
            self._kept.popitem(last=False)
            self._all_here = False


class Folding:
    """Views over one open file that nobody else writes.

    Attributes:
        tracks: how far each view has come, by name, as last committed.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        views: Sequence[View],
        source: Source,
        rows_max: int = ROWS_KEPT_MAX,
    ) -> None:
        """Go on where the file stands; views that stopped are tried again.

        Raises:
            sqlite3.DatabaseError: the file is no database.
        """
        self._connection = connection
        self._views = tuple(views)
        tables.prepare(connection, views)
        self._reset_strangers(source)
        self._latest = {view.name: Latest(connection, view, rows_max) for view in views}
        self.tracks = {
            name: track._replace(stopped_at=None, topic=None, message=None)
            for name, track in tables.tracks(connection).items()
        }
        self._ahead = self.tracks

    @property
    def position(self) -> int | None:
        """Return the smallest position of the views that go on, none if all have stopped."""
        going = [t.position for t in self.tracks.values() if t.stopped_at is None]
        return min(going, default=None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write rows and tracking together or not at all.

        Raises:
            sqlite3.Error: the disk refuses; nothing of it was written.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        self._ahead = dict(self.tracks)
        try:
            yield
            tables.save_tracks(self._connection, self._ahead.values())
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for latest in self._latest.values():
                latest.clear()
            raise
        self.tracks = self._ahead

    def take(self, batch: Sequence[Occurrence]) -> None:
        """Fold consecutive events into every view that goes on; inside a `transaction`."""
        for view in self._views:
            track = self._ahead[view.name]
            if track.stopped_at is not None or batch[-1].position <= track.position:
                continue
            due = batch
            if batch[0].position <= track.position:
                due = [one for one in batch if one.position > track.position]
            self._advance(view, due)

    def reached(self) -> int | None:
        """Return what `position` will be when the transaction ends."""
        going = [t.position for t in self._ahead.values() if t.stopped_at is None]
        return min(going, default=None)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _advance(self, view: View, batch: Sequence[Occurrence]) -> None:
        fault = self._try(view, batch)
        if fault is None:
            return
        for one in batch:
            # Event by event, to keep what comes before the poisoned one and to name it.
            fault = self._try(view, [one])
            if fault is not None:
                self._ahead[view.name] = self._ahead[view.name]._replace(
                    stopped_at=one.position, topic=one.topic, message=_message(fault)
                )
                return

    def _try(self, view: View, batch: Sequence[Occurrence]) -> Exception | None:
        latest = self._latest[view.name]
        due = _concerning(view, batch)
        if not due:
            self._move(view, batch[-1])
            return None
        self._connection.execute("SAVEPOINT view")
        try:
            rows, keys = _folded(view, latest, due)
            tables.insert(self._connection, view, rows, keys)
        except Exception as fault:
            if _is_of_the_disk(fault):
                raise
            self._connection.execute("ROLLBACK TO view")
            self._connection.execute("RELEASE view")
            latest.let_go()
            return fault
        self._connection.execute("RELEASE view")
        latest.settle()
        self._move(view, batch[-1])
        return None

    def _move(self, view: View, last: Occurrence) -> None:
        anchor = sha256(last.content).hexdigest()
        track = self._ahead[view.name]
        self._ahead[view.name] = track._replace(position=last.position, anchor=anchor)

    def _reset_strangers(self, source: Source) -> None:
        """Empty the views that folded another log than this one: a restored or replaced one."""
        by_name = {view.name: view for view in self._views}
        with_rows = [t for t in tables.tracks(self._connection).values() if t.position]
        anchors = {(t.position, t.anchor) for t in with_rows}
        strange = {a for a in anchors if not _anchored(source, *a)}
        for track in with_rows:
            if (track.position, track.anchor) in strange:
                self._connection.execute("BEGIN IMMEDIATE")
                tables.drop(self._connection, track.view)
                tables.create(self._connection, by_name[track.view])
                self._connection.execute("COMMIT")


def _concerning(view: View, batch: Sequence[Occurrence]) -> Sequence[Occurrence]:
    """Return the events a view listens to; one that cannot be read might be any."""
    topics = view.topics
    if topics is None:
        return batch
    return [one for one in batch if one.topic in topics or one.fault is not None]


def _folded(view: View, latest: Latest, batch: Sequence[Occurrence]) -> tuple[list[Row], list[Row]]:
    rows: list[Row] = []
    keys: list[Row] = []
    keys_of, fold, links = view.keys, view.fold, view.links
    remembers, get, put, row_of = view.remembers, latest.get, latest.put, tables.rows_of(view)
    for one in batch:
        if one.fault is not None:
            raise UnreadableEvent(one.fault)
        for key in keys_of(one, get):
            remembered = remembers(key)
            last = get(key) if remembered else None
            state = fold(key, last, one)
            if state is None:
                continue
            rows.append(row_of(key, one, state))
            if links is not None:
                keys += tables.keys_of(links, key, one.position, last, state)
            if remembered:
                put(key, state)
    return rows, keys


def _is_of_the_disk(fault: Exception) -> bool:
    """Whether a fault says something about the file rather than about the event."""
    return isinstance(fault, sqlite3.OperationalError) or type(fault) is sqlite3.DatabaseError


def _message(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:1_000]


def _anchored(source: Source, position: int, anchor: str) -> bool:
    found = source.contents(position - 1, 1)
    return bool(found) and sha256(found[0].content).hexdigest() == anchor
