"""Whether the views on disk are what the log says: folded anew beside them, and compared."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from projections import files, tracking
from projections.files import ViewsFiles, ViewsUnavailable
from projections.folding import Folding
from projections.occurrence import read_batch
from projections.runner import BUILD_EVENTS, TAKES_PER_COMMIT, Progress
from projections.source import Source, Stored
from projections.view import View


class ViewDoubt(NamedTuple):
    """A row of a view that is not what the log says, the first of its table.

    Attributes:
        position: the event the row is of.
    """

    position: int
    view: str
    why: str


class ComparedView(NamedTuple):
    """A view that was folded anew.

    Attributes:
        rows: how many rows were compared.
        digest: SHA-256 of them all, as the log says they should be.
    """

    name: str
    position: int
    rows: int
    digest: str


class Compared(NamedTuple):
    """What came of it; ``behind`` are views that have stopped or were never built."""

    views: tuple[ComparedView, ...]
    doubts: tuple[ViewDoubt, ...]
    behind: tuple[str, ...]


def compare(
    directory: Path, source: Source, views: Sequence[View], progress: Progress | None = None
) -> Compared:
    """Fold the log anew beside the views of a directory, and compare row by row.

    The views may be read and written by others meanwhile.

    Raises:
        ViewsUnavailable: there are no views, or they cannot be read.
    """
    present = ViewsFiles(directory)
    try:
        with (
            TemporaryDirectory(dir=directory.absolute(), prefix="verifying-") as scratch,
            present.reading() as connection,
        ):
            # One moment for all tables, whatever is added meanwhile.
            connection.execute("BEGIN")
            tracks = tracking.tracks(connection)
            sound = {v.name: v for v in views if _is_sound(v, tracks.get(v.name))}
            end = max((tracks[name].position for name in sound), default=0)
            fresh = Path(scratch) / "views.db"
            _fold(fresh, _Until(source, end), tuple(sound.values()), progress)
            with closing(sqlite3.connect(f"{fresh.as_uri()}?mode=ro", uri=True)) as anew:
                found = [
                    _compare(connection, anew, v, tracks[v.name].position) for v in sound.values()
                ]
    except (sqlite3.Error, OSError) as fault:
        raise ViewsUnavailable(f"the views cannot be read: {fault}") from fault
    finally:
        present.close()
    return Compared(
        views=tuple(view for view, _ in found),
        doubts=tuple(doubt for _, doubts in found for doubt in doubts),
        behind=tuple(view.name for view in views if view.name not in sound),
    )


def _is_sound(view: View, track: tracking.Track | None) -> bool:
    return track is not None and track.form == view.form and track.stopped_at is None


class _Until:
    """A log as it was when it ended at some position."""

    def __init__(self, source: Source, end: int) -> None:
        self._source = source
        self._end = end

    def head(self) -> int:
        return self._end

    def contents(self, after: int = 0, limit: int = 500) -> Sequence[Stored]:
        return (
            self._source.contents(after, min(limit, self._end - after)) if after < self._end else ()
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def _fold(path: Path, source: Any, views: tuple[View, ...], progress: Progress | None) -> None:
    folding = Folding(files.connect_to_build(path), views, source)
    try:
        more = bool(views)
        while more:
            with folding.transaction():
                more = all(_fold_on(folding, source) for _ in range(TAKES_PER_COMMIT))
            if progress is not None:
                progress(folding.position or 0, source.head())
    finally:
        folding.close()


def _fold_on(folding: Folding, source: Any) -> bool:
    position = folding.reached()
    batch = [] if position is None else read_batch(source, position, BUILD_EVENTS)
    if batch:
        folding.take(batch)
    return bool(batch)


def _compare(
    present: sqlite3.Connection, anew: sqlite3.Connection, view: View, end: int
) -> tuple[ComparedView, list[ViewDoubt]]:
    digest, count = sha256(), 0
    doubts: list[ViewDoubt] = []
    for query, place in _queries(view):
        pairs = zip_longest(present.execute(query), anew.execute(query))
        different = False
        for there, expected in pairs:
            if expected is not None:
                count += 1
                digest.update(repr(expected).encode())
            if there != expected and not different:
                different = True
                doubts.append(_doubt(view, there, expected, place))
    return ComparedView(view.name, end, count, digest.hexdigest()), doubts


def _queries(view: View) -> Iterator[tuple[str, int]]:
    """Yield what reads each table of a view in one order, and which column holds the position."""
    yield f"SELECT * FROM {view.name} ORDER BY key, position", 1
    if view.links is not None:
        yield f"SELECT * FROM {view.name}_keys ORDER BY link, key", 2


def _doubt(view: View, there: Any, expected: Any, place: int) -> ViewDoubt:
    rows = [row for row in (there, expected) if row is not None]
    # Of two rows that are out of step, the one that sorts first is the one too many or missing.
    row = min(rows, key=lambda one: tuple(map(str, one[:2])))
    what = "is not what the log says"
    if expected is None or (there is not None and row is there and there[:2] != expected[:2]):
        what = "follows from no event"
    elif there is None or there[:2] != expected[:2]:
        what = "is missing"
    return ViewDoubt(int(row[place]), view.name, f"view {view.name}: the row of {row[0]!r} {what}")
