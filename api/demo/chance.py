"""Chance that repeats itself: every draw is a digest of the seed and of what is drawn for."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Draws that depend on nothing but a seed and a label, so their order does not matter."""

    def __init__(self, seed: str) -> None:
        """Draw from a seed."""
        self._seed = seed

    def digest(self, label: str) -> bytes:
        """Return 32 bytes for a label."""
        return sha256(f"{self._seed}\0{label}".encode()).digest()

    def number(self, label: str, low: int, high: int) -> int:
        """Return a whole number; both bounds can come."""
        return low + int.from_bytes(self.digest(label)[:8], "big") % (high - low + 1)

    def pick(self, label: str, items: Sequence[Item]) -> Item:
        """Return one of some items."""
        return items[self.number(label, 0, len(items) - 1)]

    def happens(self, label: str, percent: int) -> bool:
        """Return whether something happens that does so in so many of a hundred cases."""
        return self.number(label, 1, 100) <= percent
