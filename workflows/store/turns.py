"""Taking turns to write: whoever gets the turn writes for everybody who waits, in one go.

A caller alone needs no other thread, and many callers share one flush of the disk. Nobody is told
of success before the transaction they shared is durable. Each waits for its own answer and not for
the turn, so those who were served come back with more while the next ones are being written.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from workflows.store.contract import StoreUnavailable

BATCH_MAX = 256
BROKEN_OFF = "writing was broken off; send it again under the same key to learn what was kept"

Work = TypeVar("Work")


class Outcome(NamedTuple):
    """What came of one piece of work: a result, or the fault its caller is told."""

    result: Any = None
    fault: Exception | None = None


class Job(Generic[Work]):
    """Work that waits for its turn, and what came of it.

    Attributes:
        called: set when there is an outcome, or when its caller is to write.
        writes: whether its caller is to write.
    """

    __slots__ = ("called", "outcome", "work", "writes")

    def __init__(self, work: Work) -> None:
        """Begin without an outcome."""
        self.work = work
        self.called = threading.Event()
        self.writes = False
        self.outcome: Outcome | None = None


class Turns(ABC, Generic[Work]):
    """Carries out work in the order it comes, as much at once as is waiting."""

    def __init__(self, announce: Callable[[int], None]) -> None:
        """Begin with nothing to do.

        Args:
            announce: told the head after each transaction, before its callers are; never raises.
        """
        self._announce = announce
        self._waiting: deque[Job[Work]] = deque()
        self._queue = threading.Lock()
        self._taken = False
        self._turn = threading.Lock()
        self._closed = False

    def carry_out(self, work: Work) -> Any:
        """Do some work, and return its result once that is durable.

        Raises:
            StoreUnavailable: it cannot be written, or the log is closed.
        """
        job = Job(work)
        try:
            self._line_up(job)
            job.called.wait()
            if job.writes:
                with self._turn:
                    self._write_batch()
                self._pass_on()
        except BaseException:
            self._leave(job)
            raise
        outcome = job.outcome
        assert outcome is not None, "whoever is called has an outcome, or makes one"
        if outcome.fault is not None:
            raise outcome.fault
        return outcome.result

    def close(self) -> None:
        """Let the transaction under way end, and refuse everything after it."""
        with self._turn:
            self._closed = True

    @abstractmethod
    def _transact(self, works: list[Work]) -> tuple[int, list[Outcome]]:
        """Do all of it in one transaction, and return the head and what came of each."""

    @abstractmethod
    def _unavailable(self, fault: Exception) -> StoreUnavailable:
        """Return what everybody in the transaction is told when it failed as a whole."""

    def _line_up(self, job: Job[Work]) -> None:
        with self._queue:
            self._waiting.append(job)
            if not self._taken:
                self._taken = True
                job.writes = True
                job.called.set()

    def _leave(self, job: Job[Work]) -> None:
        """Let a caller go who is being interrupted, waiting or writing."""
        with self._queue:
            writes = job.writes
            if job in self._waiting:
                self._waiting.remove(job)
        if writes:
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to whoever has waited longest."""
        with self._queue:
            if self._waiting:
                self._waiting[0].writes = True
                self._waiting[0].called.set()
            else:
                self._taken = False

    def _write_batch(self) -> None:
        with self._queue:
            jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]
        try:
            if self._closed:
                raise StoreUnavailable("the log is closed; nothing was written")
            head, outcomes = self._transact([job.work for job in jobs])
            self._announce(head)
        except Exception as fault:  # noqa: BLE001  it concerns every caller, not just this one
            outcomes = [Outcome(fault=self._unavailable(fault)) for _ in jobs]
        except BaseException:
            # This caller is being interrupted; the others must not wait for ever.
            outcomes = [Outcome(fault=StoreUnavailable(BROKEN_OFF)) for _ in jobs]
            raise
        finally:
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.outcome = outcome
                job.called.set()
