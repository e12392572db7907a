"""Waiting for the log to grow: woken by the writer in its own process, by looking elsewhere."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

POLL_INTERVAL_S = 0.02


class Arrivals(Protocol):
    """Tells those who wait that the log has grown."""

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""

    def end(self) -> None:
        """Let everybody go who still waits."""


class Announced:
    """Arrivals in the process of the writer, which says when it has committed."""

    def __init__(self, head: int) -> None:
        self._head = head
        self._ended = False
        self._grown = threading.Condition()

    @property
    def head(self) -> int:
        """Return the last position announced."""
        return self._head

    def announce(self, head: int) -> None:
        """Wake everybody who waits for a position up to this one."""
        with self._grown:
            self._head = max(self._head, head)
            self._grown.notify_all()

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""
        with self._grown:
            self._grown.wait_for(lambda: self._ended or self._head > after, timeout_s)
            return self._head

    def end(self) -> None:
        """Let everybody go who still waits."""
        with self._grown:
            self._ended = True
            self._grown.notify_all()


class Polled:
    """Arrivals in a process that only reads: another one writes, and tells nobody."""

    def __init__(self, head: Callable[[], int]) -> None:
        self._look = head
        self._head = 0
        self._turn = threading.Lock()
        self._ended = threading.Event()

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is seen above ``after``, or when the time is over."""
        until = time.monotonic() + timeout_s
        while (head := self._latest()) <= after:
            left_s = until - time.monotonic()
            if left_s <= 0 or self._ended.wait(min(left_s, POLL_INTERVAL_S)):
                break
        return head

    def end(self) -> None:
        """Let everybody go who still waits; nobody looks any more after this."""
        with self._turn:
            self._ended.set()

    def _latest(self) -> int:
        with self._turn:
            if not self._ended.is_set():
                self._head = self._look()
            return self._head
