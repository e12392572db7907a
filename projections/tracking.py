"""How far each view has come in the log.

Views that have come equally far share one row, so that an event moves one row and not one per view.
"""

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

_TABLES = (
    "CREATE TABLE IF NOT EXISTS tracking (view TEXT PRIMARY KEY, form TEXT NOT NULL,"
    " position INTEGER, anchor TEXT, stopped_at INTEGER, topic TEXT, message TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS reached (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " position INTEGER NOT NULL, anchor TEXT NOT NULL)",
    "INSERT OR IGNORE INTO reached VALUES (1, 0, '')",
)
_TRACKED = (
    "SELECT view, form, coalesce(tracking.position, reached.position),"
    " coalesce(tracking.anchor, reached.anchor), stopped_at, topic, message FROM tracking, reached"
)
_SAVE = "REPLACE INTO tracking VALUES (?, ?, ?, ?, ?, ?, ?)"


class Track(NamedTuple):
    """How far a view has come.

    Attributes:
        view: its name.
        form: what its tables were made by.
        position: last event folded, 0 for none.
        anchor: SHA-256 of that event's bytes; shows when the log behind the views is another.
        stopped_at: position of the event it cannot fold, if there is one.
        topic, message: of that event, and what went wrong.
    """

    view: str
    form: str
    position: int = 0
    anchor: str = ""
    stopped_at: int | None = None
    topic: str | None = None
    message: str | None = None


class Tracks(NamedTuple):
    """How far all views have come.

    Attributes:
        position, anchor: of the views that have come farthest and go on.
        along: those views, name to form.
        apart: every other view, by name: it has stopped, or comes after.
    """

    position: int
    anchor: str
    along: Mapping[str, str]
    apart: Mapping[str, Track]

    @classmethod
    def of(cls, every: Mapping[str, Track]) -> "Tracks":
        """Return what the tracks of all views come to."""
        going = [t for t in every.values() if t.stopped_at is None]
        position, anchor = max(((t.position, t.anchor) for t in going), default=(0, ""))
        along = {t.view: t.form for t in going if (t.position, t.anchor) == (position, anchor)}
        return cls(
            position, anchor, along, {name: t for name, t in every.items() if name not in along}
        )

    @property
    def every(self) -> dict[str, Track]:
        """Return the track of each view, by name."""
        along = {
            name: Track(name, form, self.position, self.anchor) for name, form in self.along.items()
        }
        return {**along, **self.apart}

    @property
    def least(self) -> int | None:
        """Return the smallest position of the views that go on, none if all have stopped."""
        going = [t.position for t in self.apart.values() if t.stopped_at is None]
        if self.along:
            going.append(self.position)
        return min(going, default=None)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, where they are missing."""
    for statement in _TABLES:
        connection.execute(statement)


def tracks(connection: sqlite3.Connection) -> dict[str, Track]:
    """Return how far each view has come, by name."""
    return {row[0]: Track(*row) for row in connection.execute(_TRACKED)}


def track(connection: sqlite3.Connection, view: str) -> Track | None:
    """Return how far one view has come."""
    row = connection.execute(f"{_TRACKED} WHERE view = ?", (view,)).fetchone()
    return None if row is None else Track(*row)


def begin(connection: sqlite3.Connection, view: str, form: str) -> None:
    """Note that a view has folded nothing yet."""
    connection.execute(_SAVE, Track(view, form))


def forget(connection: sqlite3.Connection, view: str) -> None:
    """Forget a view that is no more."""
    connection.execute("DELETE FROM tracking WHERE view = ?", (view,))


def save(connection: sqlite3.Connection, before: Tracks | None, now: Tracks) -> None:
    """Write how far views have come; only what is new, where it is known what stands there."""
    if before is None or now.along is not before.along or now.apart is not before.apart:
        rows = [(name, form, *[None] * 5) for name, form in now.along.items()]
        connection.executemany(_SAVE, [*rows, *now.apart.values()])
    connection.execute("UPDATE reached SET position = ?, anchor = ?", (now.position, now.anchor))
