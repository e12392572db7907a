"""What streams have come to: folded once, kept while there is room, brought up to date on asking.

States are immutable, so the one kept is the one handed out, to any number of threads.
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
    """The one thing a `Log` is asked for here."""

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, oldest first."""


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
        self._turn = threading.Lock()

    def state(self, stream: str) -> tuple[Any | None, int]:
        """Return the state and version of a stream, (None, 0) if there is none.

        Only events above the version kept are read.

        Raises:
            KeyError: no function is known for streams of this kind.
        """
        evolve = self._evolve(stream)
        state, kept = self._get(stream)
        version = kept
        for recorded in self._log.stream(stream, after=kept):
            state = evolve(state, recorded.event, recorded.position)
            version = recorded.event.version
        if version > kept:
            self._keep(stream, state, version)
        return state, version

    def advance(self, sealed: Sequence[Sealed], positions: Sequence[int]) -> None:
        """Apply events that were committed just now; call it after `Log.append` has returned.

        Events that do not follow on what is kept are left for the next reading.
        """
        for event, position in zip((one.event for one in sealed), positions, strict=True):
            if stream_kind(event.stream) not in self._evolves:
                continue
            state, version = self._get(event.stream)
            if event.version == version + 1:
                changed = self._evolve(event.stream)(state, event, position)
                self._keep(event.stream, changed, event.version)

    def forget(self, streams: Iterable[str]) -> None:
        """Drop what is kept of some streams; the next reading folds them anew."""
        with self._turn:
            for stream in streams:
                self._kept.pop(stream, None)

    def _evolve(self, stream: str) -> Evolve:
        kind = stream_kind(stream)
        try:
            return self._evolves[kind]
        except KeyError:
            raise KeyError(f"streams of kind {kind!r} have no state") from None

    def _get(self, stream: str) -> tuple[Any, int]:
        with self._turn:
            if stream not in self._kept:
                return None, 0
            self._kept.move_to_end(stream)
            return self._kept[stream]

    def _keep(self, stream: str, state: Any, version: int) -> None:
        with self._turn:
            # Another thread may have come further in the meantime.
            if stream in self._kept and self._kept[stream][1] >= version:
                return
            self._kept[stream] = (state, version)
            self._kept.move_to_end(stream)
            while len(self._kept) > self._states_max:
                self._kept.popitem(last=False)
