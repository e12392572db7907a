"""Folding the log into the tables of one file, batch by batch."""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from domain.catalogue import UnreadableEvent
from projections import tables, tracking
from projections.occurrence import Occurrence
from projections.source import Source
from projections.tables import Row
from projections.tracking import Track, Tracks
from projections.view import State, View, always

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


class _Into:
    """A view, and what its rows are written with."""

    __slots__ = ("insert", "latest", "row_of", "view")

    def __init__(self, connection: sqlite3.Connection, view: View, rows_max: int) -> None:
        self.view = view
        self.latest = Latest(connection, view, rows_max)
        self.row_of = tables.rows_of(view)
        self.insert = tables.inserting(view)


class Folding:
    """Views over one open file that nobody else writes."""

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
        tables.prepare(connection, views)
        self._reset_strangers(source, views)
        self._into = {view.name: _Into(connection, view, rows_max) for view in views}
        self._listening: dict[str, tuple[str, ...]] = {}
        self._saved: Tracks | None = None
        found = tracking.tracks(connection)
        self._tracks = Tracks.of(
            {
                name: track._replace(stopped_at=None, topic=None, message=None)
                for name, track in found.items()
            }
        )
        self._ahead = self._tracks

    @property
    def tracks(self) -> dict[str, Track]:
        """Return how far each view has come, by name, as last committed."""
        return self._tracks.every

    @property
    def position(self) -> int | None:
        """Return the smallest position of the views that go on, none if all have stopped."""
        return self._tracks.least

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write rows and tracking together or not at all.

        Raises:
            sqlite3.Error: the disk refuses; nothing of it was written.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        self._ahead = self._tracks
        try:
            yield
            tracking.save(self._connection, self._saved, self._ahead)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            for into in self._into.values():
                into.latest.clear()
            raise
        self._tracks = self._saved = self._ahead

    def take(self, batch: Sequence[Occurrence]) -> None:
        """Fold consecutive events into every view that goes on; inside a `transaction`."""
        if not self._together(batch):
            self._one_by_one(batch)

    def reached(self) -> int | None:
        """Return what `position` will be when the transaction ends."""
        return self._ahead.least

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _together(self, batch: Sequence[Occurrence]) -> bool:
        """Fold into all views that go on at once, if they stand before it and none stops."""
        ahead = self._ahead
        behind = any(track.stopped_at is None for track in ahead.apart.values())
        if behind or batch[0].position != ahead.position + 1:
            return False
        due = self._due(batch)
        if due is None or self._write([(self._into[n], some) for n, some in due.items()]):
            return False
        self._ahead = ahead._replace(position=batch[-1].position, anchor=_anchor(batch[-1]))
        return True

    def _due(self, batch: Sequence[Occurrence]) -> dict[str, list[Occurrence]] | None:
        """Return which views listen to what of a batch; nothing, where some cannot be read."""
        due: dict[str, list[Occurrence]] = {}
        along = self._ahead.along
        for one in batch:
            if one.fault is not None:
                return None
            for name in self._listening.get(one.topic) or self._listeners(one.topic):
                if name in along:
                    due.setdefault(name, []).append(one)
        return due

    def _listeners(self, topic: str) -> tuple[str, ...]:
        views = (into.view for into in self._into.values())
        found = tuple(v.name for v in views if v.topics is None or topic in v.topics)
        self._listening[topic] = found
        return found

    def _one_by_one(self, batch: Sequence[Occurrence]) -> None:
        every = self._ahead.every
        for name, track in every.items():
            if track.stopped_at is not None or batch[-1].position <= track.position:
                continue
            due = [one for one in batch if one.position > track.position]
            every[name] = self._advanced(self._into[name], track, due)
        self._ahead = Tracks.of(every)

    def _advanced(self, into: _Into, track: Track, batch: Sequence[Occurrence]) -> Track:
        if self._write([(into, _concerning(into.view, batch))]) is None:
            return track._replace(position=batch[-1].position, anchor=_anchor(batch[-1]))
        for one in batch:
            # Event by event, to keep what comes before the poisoned one and to name it.
            fault = self._write([(into, _concerning(into.view, [one]))])
            if fault is not None:
                why = _message(fault)
                return track._replace(stopped_at=one.position, topic=one.topic, message=why)
            track = track._replace(position=one.position, anchor=_anchor(one))
        return track

    def _write(self, due: Sequence[tuple[_Into, Sequence[Occurrence]]]) -> Exception | None:
        """Fold events into views and write the rows; none, but the fault, if one cannot be."""
        written: list[_Into] = []
        try:
            folded = [(into, _folded(into, batch)) for into, batch in due if batch]
            for into, (rows, keys) in folded:
                written.append(into)
                into.insert(self._connection, rows, keys)
        except Exception as fault:
            if _is_of_the_disk(fault):
                raise
            self._take_back(due, written)
            return fault
        for into, _ in due:
            into.latest.settle()
        return None

    def _take_back(
        self, due: Sequence[tuple[_Into, Sequence[Occurrence]]], written: Sequence[_Into]
    ) -> None:
        # A savepoint would do it too, and would cost every act as much as a third of its rows.
        for into, batch in due:
            into.latest.let_go()
            if into in written:
                tables.take_back(self._connection, into.view, batch[0].position)

    def _reset_strangers(self, source: Source, views: Sequence[View]) -> None:
        """Empty the views that folded another log than this one: a restored or replaced one."""
        by_name = {view.name: view for view in views}
        with_rows = [t for t in tracking.tracks(self._connection).values() if t.position]
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


def _folded(into: _Into, batch: Sequence[Occurrence]) -> tuple[list[Row], list[Row]]:
    rows: list[Row] = []
    keys: list[Row] = []
    view, get, put, row_of = into.view, into.latest.get, into.latest.put, into.row_of
    keys_of, fold, links, remembers = view.keys, view.fold, view.links, view.remembers
    all_remembered = remembers is always
    for one in batch:
        if one.fault is not None:
            raise UnreadableEvent(one.fault)
        for key in keys_of(one, get):
            remembered = all_remembered or remembers(key)
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


def _anchor(last: Occurrence) -> str:
    return sha256(last.content).hexdigest()


def _is_of_the_disk(fault: Exception) -> bool:
    """Whether a fault says something about the file rather than about the event."""
    return isinstance(fault, sqlite3.OperationalError) or type(fault) is sqlite3.DatabaseError


def _message(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:1_000]


def _anchored(source: Source, position: int, anchor: str) -> bool:
    found = source.contents(position - 1, 1)
    return bool(found) and sha256(found[0].content).hexdigest() == anchor
