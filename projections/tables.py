"""The tables of ``views.db``: version rows and lists of keys."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from projections import tracking
from projections.occurrence import Occurrence
from projections.tracking import Track
from projections.view import EVERYTHING, Links, State, View

LAYOUT = 2
"""Number of the layout common to all views; another number on disk rebuilds them all."""

Row = tuple[Any, ...]
Insert = Callable[[sqlite3.Connection, Sequence[Row], Sequence[Row]], None]


def prepare(connection: sqlite3.Connection, views: Iterable[View]) -> dict[str, Track]:
    """Make the tables that are missing or of another form, drop those of no view.

    Returns:
        How far each view has come, by name.

    Raises:
        sqlite3.DatabaseError: the file is no database.
    """
    connection.execute("BEGIN IMMEDIATE")
    tracking.prepare(connection)
    found = tracking.tracks(connection)
    wanted = {view.name: view for view in views}
    for name, track in found.items():
        if name not in wanted or wanted[name].form != track.form:
            drop(connection, name)
    for name, view in wanted.items():
        if name not in found or found[name].form != view.form:
            create(connection, view)
    connection.execute(f"PRAGMA user_version = {LAYOUT}")
    connection.execute("COMMIT")
    return tracking.tracks(connection)


def create(connection: sqlite3.Connection, view: View) -> None:
    """Make the tables of a view, empty."""
    for statement in view.ddl:
        connection.execute(statement)
    tracking.begin(connection, view.name, view.form)


def drop(connection: sqlite3.Connection, name: str) -> None:
    """Drop the tables of a view, and forget how far it had come."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"DROP TABLE IF EXISTS {name}_keys")
    tracking.forget(connection, name)


def rows_of(view: View) -> Callable[[str, Occurrence, State], Row]:
    """Return the function from a key, an event and a state to the version row that keeps it."""
    columns = tuple(view.columns)
    width = len(columns)

    def row_of(key: str, happened: Occurrence, state: State) -> Row:
        if not state:
            return (key, happened.position, happened.effective_at, "")
        if not columns:
            body = to_json(state).decode()
            return (key, happened.position, happened.effective_at, body)
        beside = [state[name] for name in columns]
        if len(state) == width:
            return (key, happened.position, happened.effective_at, *beside, "")
        rest = state.copy()
        for name in columns:
            del rest[name]
        return (key, happened.position, happened.effective_at, *beside, to_json(rest).decode())

    return row_of


def state_of(columns: Sequence[str], values: Sequence[Any], body: str) -> State:
    """Return the state that a row's columns and body keep."""
    state: State = dict(zip(columns, values, strict=True))
    if body:
        state |= from_json(body)
    return state


def inserting(view: View) -> Insert:
    """Return the function that appends version rows, and lists keys that are new under a link."""
    marks = ", ".join("?" * (len(view.columns) + 4))
    into_rows = f"INSERT INTO {view.name} VALUES ({marks})"
    into_keys = f"INSERT OR IGNORE INTO {view.name}_keys VALUES (?, ?, ?)"

    def insert(connection: sqlite3.Connection, rows: Sequence[Row], keys: Sequence[Row]) -> None:
        # In the order of the tree, neighbours are written while their page is at hand. Key and
        # position come first in a row and are never the same twice, so nothing after them is
        # compared.
        connection.executemany(into_rows, sorted(rows))
        if keys:
            connection.executemany(into_keys, keys)

    return insert


def take_back(connection: sqlite3.Connection, view: View, position: int) -> None:
    """Delete the rows of a view from a position on, which were written just now."""
    connection.execute(f"DELETE FROM {view.name} WHERE position >= ?", (position,))
    if view.links is not None:
        connection.execute(f"DELETE FROM {view.name}_keys WHERE born >= ?", (position,))


def is_empty(connection: sqlite3.Connection, view: View) -> bool:
    """Return whether a view holds no row at all."""
    return connection.execute(f"SELECT 1 FROM {view.name} LIMIT 1").fetchone() is None


def latest(connection: sqlite3.Connection, view: View, key: str) -> State | None:
    """Return the state in the newest version row of a key."""
    return state_as_of(connection, view, key, 2**62)


def state_as_of(
    connection: sqlite3.Connection, view: View, key: str, position: int
) -> State | None:
    """Return the state of a key in its newest version row up to a position."""
    columns = "".join(f"{name}, " for name in view.columns)
    query = (
        f"SELECT {columns}body FROM {view.name} WHERE key = ? AND position <= ?"
        " ORDER BY position DESC LIMIT 1"
    )
    row = connection.execute(query, (key, position)).fetchone()
    return None if row is None else state_of(tuple(view.columns), row[:-1], row[-1])


def as_of_join(view: View) -> str:
    """Return the FROM of a query over each listed key ``k`` and its row ``v`` at ``:position``.

    The order is forced: one seek per key. Left to itself SQLite may scan every version there is.
    The last position is asked for as the first of the descending ones, which is found sooner than
    the greatest.
    """
    return (
        f"{view.name}_keys AS k CROSS JOIN {view.name} AS v ON v.key = k.key AND v.position ="
        f" (SELECT x.position FROM {view.name} AS x"
        " WHERE x.key = k.key AND x.position <= :position ORDER BY x.position DESC LIMIT 1)"
    )


def keys_of(
    links_of: Links, key: str, position: int, last: State | None, state: State
) -> list[Row]:
    """Return the links under which a key is new with a state."""
    links = links_of(state)
    if last is None:
        return [(link, key, position) for link in {EVERYTHING, *links}]
    before = links_of(last)
    # Mostly nothing is new, which is quickly seen.
    return [] if links == before else [(link, key, position) for link in {*links} - {*before}]
