"""The runner: follows the log and keeps every view up to date. One process writes, others read."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from projections import files, tables, tracking
from projections.files import ViewsFiles, ViewsLock, ViewsUnavailable
from projections.folding import ROWS_KEPT_MAX, Folding
from projections.health import Health, ViewHealth
from projections.occurrence import read_batch
from projections.reading import Views
from projections.source import Source
from projections.tracking import Track, Tracks
from projections.view import View

WAIT_S = 0.25
RETRY_S = 1.0
POLL_S = 0.01
BUILD_EVENTS = 4_000
TAKES_PER_COMMIT = 5
"""A file nobody reads yet is built in larger steps, and several share a transaction."""

Progress = Callable[[int, int], None]
"""Told the position reached and the head of the log."""


class Runner:
    """Keeps the views of one data directory up to date with the log.

    Attributes:
        writes: whether this process may write them; another process that holds ``views.lock``
            does it otherwise, and this one only reads.
        reading: where to ask.
    """

    def __init__(
        self,
        directory: Path,
        source: Source,
        views: Sequence[View],
        *,
        rows_max: int = ROWS_KEPT_MAX,
    ) -> None:
        """Open the views; they are made when there are none.

        Raises:
            ViewsUnavailable: the disk refuses.
        """
        self._directory = directory
        self._source = source
        self._views = tuple(views)
        self._rows_max = rows_max
        self._files = ViewsFiles(directory)
        self.reading = Views(self._files, source)
        self._turn = threading.Lock()
        self._rebuilding = threading.Lock()
        self._moved = threading.Condition()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._fault: str | None = None
        self._folding: Folding | None = None
        try:
            self._lock = ViewsLock(directory)
            self.writes = self._lock.held
            if self.writes:
                self._folding = self._open()
        except (OSError, sqlite3.Error) as fault:
            raise ViewsUnavailable(f"cannot open the views in {directory}: {fault}") from fault

    def catch_up(self) -> int:
        """Fold every event there is, and return the smallest position of the views that go on.

        A process that only reads folds nothing.
        """
        while self._step():
            pass
        return self._reached()

    def follow(self) -> None:
        """Start the thread that folds each event as soon as it is committed.

        While another process does that, the thread stands by, and takes over when it ends.
        """
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._follow, name="views", daemon=True)
        self._thread.start()

    def wait_for(self, position: int, timeout_s: float) -> bool:
        """Return whether every view that goes on has folded a position, waiting for it if need be.

        Views that have stopped are left out: asking them says so.
        """
        if self.writes:
            with self._moved:
                self._moved.wait_for(
                    lambda: self._closing.is_set() or self._reached() >= position, timeout_s
                )
            return self._reached() >= position
        for _ in range(max(1, round(timeout_s / POLL_S))):
            if self._reached() >= position or self._closing.wait(POLL_S):
                break
        return self._reached() >= position

    def rebuild(self, progress: Progress | None = None) -> int:
        """Build all views anew beside the old ones, then swap; readers notice nothing.

        Args:
            progress: told the position reached and the head, every few thousand events.

        Returns:
            The position reached.

        Raises:
            ViewsUnavailable: another process writes the views.
        """
        if not self.writes:
            raise ViewsUnavailable(f"process {self._lock.holder} writes the views")
        with self._rebuilding:
            path = self._files.fresh()
            try:
                self._build(path, progress)
                with self._turn:
                    self._swap(path)
            except BaseException:
                files.discard(path)
                raise
        self._tell()
        return self._reached()

    def health(self) -> Health:
        """Return how each view is doing, and who keeps them up to date."""
        head = self._source.head()
        told = self._tracks()
        views = tuple(
            ViewHealth(t.view, t.position, max(0, head - t.position), *t[4:])
            for t in (told.get(view.name, Track(view.name, view.form)) for view in self._views)
        )
        return Health(head, self.writes, self._lock.holder, self._fault, views)

    def close(self) -> None:
        """Stop following and release the files and the lock."""
        self._closing.set()
        self._tell()
        if self._thread is not None:
            self._thread.join()
        self._files.close()
        with self._turn:
            if self._folding is not None:
                self._folding.close()
                self._folding = None
        self._lock.release()

    def _step(self) -> bool:
        """Fold one batch in one transaction, and return whether there was any."""
        with self._turn:
            folding = self._folding
            if folding is None or folding.position is None:
                return False
            batch = read_batch(self._source, folding.position)
            if not batch:
                return False
            with folding.transaction():
                folding.take(batch)
        self._tell()
        return True

    def _follow(self) -> None:
        while not self._closing.is_set():
            try:
                if not self.writes and not self._taken_over():
                    self._closing.wait(RETRY_S)
                    continue
                while not self._closing.is_set() and self._step():
                    self._fault = None
                self._fault = None
                self._source.wait(self._seen(), WAIT_S)
            except Exception as fault:  # noqa: BLE001  told by health(); following goes on
                self._fault = f"{type(fault).__name__}: {fault}"
                self._closing.wait(RETRY_S)

    def _taken_over(self) -> bool:
        """Return whether nobody else wrote the views any more, and this process does from now."""
        lock = ViewsLock(self._directory)
        if not lock.held:
            self._lock = lock
            return False
        try:
            folding = self._open()
        except BaseException:
            lock.release()
            raise
        with self._turn:
            self._folding, self._lock, self.writes = folding, lock, True
        return True

    def _seen(self) -> int:
        folding = self._folding
        position = None if folding is None else folding.position
        # With every view stopped there is nothing to wait for but the end.
        return self._source.head() if position is None else position

    def _reached(self) -> int:
        folding = self._folding
        least = Tracks.of(self._tracks()).least if folding is None else folding.position
        return self._source.head() if least is None else least

    def _tracks(self) -> dict[str, Track]:
        folding = self._folding
        if folding is not None:
            return folding.tracks
        try:
            with self._files.reading() as connection:
                return tracking.tracks(connection)
        except (ViewsUnavailable, sqlite3.OperationalError):
            return {view.name: Track(view.name, view.form) for view in self._views}

    def _tell(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _open(self) -> Folding:
        path = self._files.current()
        if path is not None:
            self._files.sweep(path)
            folding = self._go_on(path)
            if folding is not None:
                return folding
        path = self._files.fresh()
        folding = self._on(files.connect_to_write(path))
        self._files.point_to(path)
        return folding

    def _go_on(self, path: Path) -> Folding | None:
        """Open what is there; nothing when it is no database, or of another layout."""
        try:
            connection = files.connect_to_write(path)
            layout = connection.execute("PRAGMA user_version").fetchone()[0]
            return self._on(connection) if layout == tables.LAYOUT else None
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            return None

    def _on(self, connection: sqlite3.Connection) -> Folding:
        try:
            return Folding(connection, self._views, self._source, self._rows_max)
        except BaseException:
            connection.close()
            raise

    def _build(self, path: Path, progress: Progress | None) -> None:
        built = self._on(files.connect_to_build(path))
        try:
            more = True
            while more and not self._closing.is_set():
                with built.transaction():
                    more = all(self._build_on(built) for _ in range(TAKES_PER_COMMIT))
                if progress is not None:
                    progress(built.position or 0, self._source.head())
        finally:
            built.close()
        files.finish(path)

    def _build_on(self, built: Folding) -> bool:
        """Fold one more batch of the transaction, and return whether there was any."""
        position = built.reached()
        batch = [] if position is None else read_batch(self._source, position, BUILD_EVENTS)
        if batch:
            built.take(batch)
        return bool(batch)

    def _swap(self, path: Path) -> None:
        before = self._folding
        if before is None:
            raise ViewsUnavailable("the views are closed")
        folding = self._on(files.connect_to_write(path))
        try:
            while (position := folding.position) is not None:
                batch = read_batch(self._source, position)
                if not batch:
                    break
                with folding.transaction():
                    folding.take(batch)
            self._files.point_to(path)
        except BaseException:
            folding.close()
            raise
        self._folding = folding
        before.close()
