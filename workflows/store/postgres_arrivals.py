"""Waiting for a log in PostgreSQL to grow: told by LISTEN, and looking now and then all the same.

A notification says only that there may be more; what there is is always asked for. So one that is
lost, to a broken connection or before LISTEN was there, costs a second and no event.
"""

import select
import socket
import threading

import psycopg

from workflows.store import schema
from workflows.store.arrivals import Announced
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres_link import Links
from workflows.store.postgres_schema import CHANNEL

PULL_S = 1.0
RETRY_S = 0.2


class Heard(Announced):
    """Arrivals of every writer: of this process at once, of others as the database tells."""

    def __init__(self, links: Links, head: int) -> None:
        """Begin at a head; nothing is listened to before somebody waits."""
        super().__init__(head)
        self._links = links
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ending = threading.Event()
        self._wake, self._woken = socket.socketpair()

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""
        self._listen_from_now_on()
        return super().wait(after, timeout_s)

    def end(self) -> None:
        """Let everybody go who still waits."""
        super().end()
        with self._starting:
            if not self._ending.is_set():
                self._ending.set()
                self._wake.close()
        if self._thread is not None:
            self._thread.join()
        self._woken.close()

    def _listen_from_now_on(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None and not self._ending.is_set():
                thread = threading.Thread(target=self._listen, name="listening", daemon=True)
                thread.start()
                self._thread = thread

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                connection = self._links.connect()
            except StoreUnavailable:
                self._ending.wait(RETRY_S)
                continue
            try:
                self._hear(connection)
            except psycopg.Error:
                self._ending.wait(RETRY_S)
            finally:
                connection.close()

    def _hear(self, connection: psycopg.Connection) -> None:
        """Announce the head again and again, until the connection is lost or all ends."""
        heard = threading.Event()
        connection.add_notify_handler(lambda _notification: heard.set())
        connection.execute(f"LISTEN {CHANNEL}".encode())
        while not self._ending.is_set():
            heard.clear()
            row = connection.execute(schema.HEAD).fetchone()
            self.announce(0 if row is None else int(row[0]))
            # What came while that was asked may be newer than the answer.
            if not heard.is_set():
                select.select([connection.fileno(), self._woken.fileno()], [], [], PULL_S)
