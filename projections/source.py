"""The log as the views see it: what they ask of whoever keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Stored(Protocol):
    """A row of the log as it lies there, not checked yet."""

    @property
    def position(self) -> int:
        """Return its place in the log, gapless from 1."""

    @property
    def content(self) -> bytes:
        """Return its bytes, exactly as stored."""

    @property
    def leaf(self) -> bytes:
        """Return what should be their hash in the tree of the log."""


class Source(Protocol):
    """The one gapless sequence of events, to be read and waited for."""

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""

    def contents(self, after: int = 0, limit: int = 500) -> Sequence[Stored]:
        """Return at most ``limit`` rows at positions above ``after``, in order and unchecked."""

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""

    def clock(self, position: int) -> datetime | None:
        """Return the greatest moment of recording up to a position, if there is such a position."""

    def position_at(self, moment: datetime) -> int:
        """Return the last position whose clock is not after a moment, 0 if none."""

    def disclosed(self, positions: Sequence[int]) -> Sequence[Any]:
        """Return the private fields still held of the events at some positions."""
