"""The library's side of the store: recorder, subscription, factory and application.

Only its published abstract classes are built upon, none of its SQLite ones: those can neither be
subscribed to, nor keep a position for good, nor write two commands in one transaction.
"""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from domain.base import INTEGER_MAX
from workflows.store import schema
from workflows.store.append import Append
from workflows.store.arrivals import Arrivals
from workflows.store.contract import StoreUnavailable
from workflows.store.mapper import CanonicalMapper, SealedRow
from workflows.store.rows import Readable

PAGE = 500
_WAIT_S = 0.1

_STORED = "SELECT originator_id, originator_version, topic, state FROM stored_events"
_NOTIFIED = "SELECT originator_id, originator_version, topic, state, notification_id"


class Appending(Protocol):
    """Whoever writes."""

    def carry_out(self, work: Append, /) -> Any:
        """Append, and return the positions once they are durable."""


class LogRecorder(ApplicationRecorder):
    """Writes through the one writer, and reads what it has made durable."""

    def __init__(self, database: Readable, writer: Appending | None, arrivals: Arrivals) -> None:
        """Build on an open database; without a writer the log can only be read."""
        self._database = database
        self._writer = writer
        self._arrivals = arrivals

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append all or nothing, and return the positions once they are durable.

        Args:
            stored_events: rows made by `CanonicalMapper`.
            kwargs: ``read``, ``command`` and ``basis`` as in `Log.append`; nothing else is known.

        Raises:
            Conflict, KeyReused, AlreadyDone, StoreUnavailable: as `Log.append` does.
        """
        if self._writer is None:
            raise StoreUnavailable("this log is open for reading only; nothing was written")
        rows = [row for row in stored_events if isinstance(row, SealedRow)]
        unknown = {name for name, value in kwargs.items() if value is not None}
        if len(rows) != len(stored_events) or unknown - {"read", "command", "basis"}:
            raise ProgrammingError("the log keeps sealed events, what was read, and a command")
        append = Append(rows, kwargs.get("read") or {}, kwargs.get("command"), kwargs.get("basis"))
        positions: range = self._writer.carry_out(append)
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the rows of a stream with versions above ``gt`` and up to ``lte``."""
        order = "DESC" if desc else "ASC"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_STORED} WHERE originator_id = ?"
                " AND originator_version > ? AND originator_version <= ?"
                f" ORDER BY originator_version {order} LIMIT ?",
                (str(originator_id), gt or 0, _up_to(lte), _up_to(limit)),
            )
            return [StoredEvent(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return at most ``limit`` rows from a position to another, of some topics or all."""
        above = (start or 0) - (1 if inclusive_of_start else 0)
        wanted = f"AND topic IN ({', '.join('?' * len(topics))})" if topics else ""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_NOTIFIED} FROM stored_events WHERE notification_id > ?"
                f" AND notification_id <= ? {wanted}"
                " ORDER BY notification_id LIMIT ?",
                (above, _up_to(stop), *topics, limit),
            )
            return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """Return the last position, None for an empty log."""
        with self._database.reading() as connection:
            (head,) = connection.execute(schema.HEAD).fetchone()
        return int(head) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "LogSubscription":
        """Return every row above a position, then each new one as soon as it is durable."""
        return LogSubscription(self, gt, topics)

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""
        return self._arrivals.wait(after, timeout_s)


def _up_to(bound: int | None) -> int:
    return INTEGER_MAX if bound is None else bound


class LogSubscription(Subscription[LogRecorder]):
    """Pulls pages of rows, and waits at the end of the log. It needs no thread of its own."""

    def __init__(
        self, recorder: LogRecorder, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        """Begin above a position; before the first when it is absent."""
        super().__init__(recorder, gt, topics)
        self._log = recorder
        self._seen = gt or 0
        self._wanted = tuple(topics)
        self._page: deque[Notification] = deque()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the iteration, from any thread."""
        self._stopped.set()
        super().stop()

    def __next__(self) -> Notification:
        """Return the next row, once there is one."""
        while not self._page and not self._stopped.is_set():
            self._turn_page()
        if self._stopped.is_set():
            raise StopIteration
        return self._page.popleft()

    def _turn_page(self) -> None:
        head = self._log.wait(self._seen, _WAIT_S)
        page = self._log.select_notifications(
            self._seen, PAGE, stop=head, topics=self._wanted, inclusive_of_start=False
        )
        self._page.extend(page)
        # A short page means that no other row up to the head has a wanted topic.
        self._seen = page[-1].id if len(page) == PAGE else max(head, self._seen)


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Hands the library the recorder of one open log, and nothing else."""

    def __init__(self, env: Environment, recorder: LogRecorder) -> None:
        """Build for one recorder."""
        super().__init__(env)
        self._recorder = recorder

    def application_recorder(self) -> LogRecorder:
        """Return the recorder of the log."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Refuse: there are no snapshots here, states are folded and cached."""
        raise InfrastructureFactoryError(f"the log has no separate recorder of {purpose}")

    def tracking_recorder(
        self, tracking_recorder_class: type[TrackingRecorder] | None = None
    ) -> NoReturn:
        """Refuse: views keep their tracking beside their own rows."""
        wanted = getattr(tracking_recorder_class, "__name__", "tracking recorder")
        raise InfrastructureFactoryError(f"the log has no {wanted}; a view keeps its own")

    def process_recorder(self) -> NoReturn:
        """Refuse: nothing is both a view and a log."""
        raise InfrastructureFactoryError("the log keeps no tracking; a view keeps its own")


class LogApplication(Application[str]):
    """The library's application over one open log; its own cache and snapshots are off."""

    name = "quorate"

    def __init__(self, recorder: LogRecorder) -> None:
        """Build on the recorder of an open log."""
        self._open = recorder
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Return an empty environment: no variable of the process may change how bytes are kept."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> LogFactory:
        """Return the factory that hands out our recorder."""
        return LogFactory(env, self._open)

    def construct_mapper(self) -> Mapper[str]:
        """Return our own mapper; the library's does not validate what it reads."""
        return CanonicalMapper(transcoder=self.construct_transcoder())
