"""The log as the views see it: what they ask of whoever keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Recorded(Protocol):
    """An event at its place in the log."""

    @property
    def position(self) -> int:
        """Return its place in the log, gapless from 1."""

    @property
    def content(self) -> bytes:
        """Return its canonical bytes, exactly as stored."""


class Source(Protocol):
    """The one gapless sequence of events, to be read and waited for."""

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""

    def read(self, after: int = 0, limit: int = 500) -> Sequence[Recorded]:
        """Return at most ``limit`` events at positions above ``after``, in order.

        Raises:
            UnreadableEvent: bytes that are not what was written.
        """

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""

    def clock(self, position: int) -> datetime | None:
        """Return the greatest moment of recording up to a position, if there is such a position."""

    def position_at(self, moment: datetime) -> int:
        """Return the last position whose clock is not after a moment, 0 if none."""

    def disclosed(self, positions: Sequence[int]) -> Sequence[Any]:
        """Return the private fields still held of the events at some positions."""
