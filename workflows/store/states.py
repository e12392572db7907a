"""What streams have come to: folded once, kept while there is room, brought up to date on asking.

States are immutable, so the one kept is the one handed out, to any number of threads. What the log
says has not moved since is handed out without asking again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from domain.event import Event, Sealed, stream_kind
from workflows.store.contract import Recorded

STATES_MAX = 10_000

Evolve = Callable[[Any, Event, int], Any]
"""From a state, by an event at its position, to the next state."""


class Streams(Protocol):
    """What a `Log` is asked for here."""

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, oldest first."""


class Moving(Protocol):
    """What a `Log` is asked for to know what of it has moved."""

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""

    def moved(self, after: int) -> tuple[int, list[str]]:
        """Return the head, and the streams with events at positions above ``after``."""


class States:
    """The states of the streams used most recently."""

    def __init__(
        self, log: Streams, evolves: Mapping[str, Evolve], states_max: int = STATES_MAX
    ) -> None:
        """Keep at most some number of states.

        Args:
            log: where the events are.
            evolves: kind of stream to the function that applies one event to its state.
            states_max: how many states are kept.
        """
        self._log = log
        self._evolves = dict(evolves)
        self._states_max = states_max
        self._kept: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        # What is kept of a stream that is not among those behind holds up to here.
        self._sure = 0
        self._behind: set[str] = set()
        self._trusting = False
        self._turn = threading.Lock()

    def refresh(self, log: Moving) -> int:
        """Return the head of the log, and see to it that states handed out from now on hold there.

        Args:
            log: the one the streams are read from.
        """
        with self._turn:
            sure, first = self._sure, not self._trusting
        head, moved = log.moved(log.head() if first else sure)
        with self._turn:
            if first:
                # What was kept before anything was known about the log may be of any age.
                moved, self._trusting = [*self._kept], True
            self._behind.update(stream for stream in moved if stream in self._kept)
            self._sure = max(self._sure, head)
        return head

    def state(self, stream: str) -> tuple[Any | None, int]:
        """Return the state and version of a stream, (None, 0) if there is none.

        It is at least what it was at the last `refresh`; without one, as it is now. Only events
        above the version kept are read, and none where the stream is known not to have moved.

        Raises:
            KeyError: no function is known for streams of this kind.
        """
        evolve = self._evolve(stream)
        (state, kept), holds, sure = self._get(stream)
        if holds:
            return state, kept
        version = kept
        for recorded in self._log.stream(stream, after=kept):
            state = evolve(state, recorded.event, recorded.position)
            version = recorded.event.version
        self._keep(stream, state, version, sure)
        return state, version

    def advance(self, sealed: Sequence[Sealed], positions: Sequence[int]) -> None:
        """Apply events that were committed just now; call it after `Log.append` has returned.

        Events that do not follow on what is kept are left for the next reading.
        """
        for event, position in zip((one.event for one in sealed), positions, strict=True):
            if stream_kind(event.stream) not in self._evolves:
                continue
            (state, version), _, sure = self._get(event.stream)
            if event.version == version + 1:
                changed = self._evolve(event.stream)(state, event, position)
                # Where more than this event is sure already, another may have followed it.
                self._keep(event.stream, changed, event.version, sure if sure < position else None)
            elif version:
                self._keep(event.stream, state, version, None)
        with self._turn:
            if positions and positions[0] == self._sure + 1:
                self._sure = positions[-1]

    def forget(self, streams: Iterable[str]) -> None:
        """Drop what is kept of some streams; the next reading folds them anew."""
        with self._turn:
            for stream in streams:
                self._kept.pop(stream, None)
                self._behind.discard(stream)

    def _evolve(self, stream: str) -> Evolve:
        kind = stream_kind(stream)
        try:
            return self._evolves[kind]
        except KeyError:
            raise KeyError(f"streams of kind {kind!r} have no state") from None

    def _get(self, stream: str) -> tuple[tuple[Any, int], bool, int]:
        """Return what is kept, whether it holds up to where all is sure, and where that is."""
        with self._turn:
            kept = self._kept.get(stream)
            if kept is None:
                return (None, 0), False, self._sure
            self._kept.move_to_end(stream)
            return kept, self._trusting and stream not in self._behind, self._sure

    def _keep(self, stream: str, state: Any, version: int, sure: int | None) -> None:
        """Keep what holds up to a position, or up to none that is known."""
        with self._turn:
            # Another thread may have come further in the meantime.
            if stream not in self._kept or self._kept[stream][1] <= version:
                self._kept[stream] = (state, version)
            if self._sure == sure:
                self._behind.discard(stream)
            else:
                self._behind.add(stream)
            self._kept.move_to_end(stream)
            while len(self._kept) > self._states_max:
                gone, _ = self._kept.popitem(last=False)
                self._behind.discard(gone)
