"""Connections to PostgreSQL: lent to one thread at a time, made anew when one is lost."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from workflows.store import postgres_schema
from workflows.store.contract import StoreUnavailable
from workflows.store.rows import Rows

IDLE_MAX = 16
CONNECT_TIMEOUT_S = 5
PATIENCE_S = 5.0
"""How long whoever lost a connection tries to have another: longer than a server restarts."""

AGAIN_S = 0.1
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
# Appends count on seeing what was committed before their turn, and on the disk holding what is
# acknowledged; neither is left to how a server happens to be set up.
_SETTINGS = """
SET search_path TO quorate, pg_catalog, pg_temp;
SET default_transaction_isolation TO 'read committed';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""


class Address:
    """Where a database is.

    Attributes:
        told: the address as it may be shown to anybody, without user and password.
    """

    def __init__(self, url: str) -> None:
        """Take an address apart.

        Raises:
            StoreUnavailable: it is none.
        """
        try:
            parts = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # The text is not repeated: there may be a password in it.
            raise StoreUnavailable(
                "the address of the store cannot be read; give postgresql://USER@HOST/DATABASE"
            ) from None
        self._parts = {
            "application_name": "quorate",
            "connect_timeout": str(CONNECT_TIMEOUT_S),
            **{name: str(value) for name, value in parts.items() if value is not None},
        }
        host, name = self._parts.get("host", ""), self._parts.get("dbname", "")
        self.told = f"postgresql://{'' if host.startswith('/') else host}/{name}"

    def connect(self) -> psycopg.Connection:
        """Return a new connection.

        Raises:
            psycopg.Error: the server cannot be reached, or refuses.
        """
        connection = psycopg.connect(make_conninfo(**self._parts), autocommit=True)
        try:
            connection.execute(_SETTINGS.encode())
        except BaseException:
            connection.close()
            raise
        return connection


class Lent:
    """A connection to read with, while it is lent; implements `rows.Connection`."""

    def __init__(self, links: "Links", connection: psycopg.Connection) -> None:
        self._links = links
        self.connection = connection

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        """Ask one question; once more over a new connection if this one turns out to be lost.

        Raises:
            StoreUnavailable: the database cannot be reached, or its tables are not those made by
                `migrate`.
        """
        text = _native(query)
        try:
            try:
                return self.connection.execute(text, values)
            except _LOST:
                if not is_lost(self.connection):
                    raise
            self.connection.close()
            self._links.forget_idle()
            self.connection = self._links.connect()
            return self.connection.execute(text, values)
        except psycopg.Error as fault:
            # Not only lost: where somebody declared a table anew, nothing can be asked of it.
            raise StoreUnavailable(f"{self._links.told}: {_said(fault)}") from fault


class Links:
    """The connections of this process to one database."""

    def __init__(self, url: str) -> None:
        """Begin without any; nothing is asked of the server yet.

        Raises:
            StoreUnavailable: the address is none.
        """
        self.address = Address(url)
        self.told = self.address.told
        self._idle: deque[psycopg.Connection] = deque()
        self._closed = threading.Event()

    def check(self) -> None:
        """Make sure that there is a log this version knows.

        Raises:
            StoreUnavailable: there is none, or the database cannot be reached.
        """
        with self.lent() as connection:
            try:
                postgres_schema.check(connection)
            except psycopg.Error as fault:
                raise StoreUnavailable(f"{self.told}: {_said(fault)}") from fault

    @contextmanager
    def reading(self) -> Iterator[Lent]:
        """Lend a connection to read with.

        Raises:
            StoreUnavailable: the log is closed, or the database cannot be reached.
        """
        lent = Lent(self, self._take())
        try:
            yield lent
        finally:
            self._take_back(lent.connection)

    @contextmanager
    def lent(self) -> Iterator[psycopg.Connection]:
        """Lend a connection as it is.

        Raises:
            StoreUnavailable: the log is closed, or the database cannot be reached.
        """
        connection = self._take()
        try:
            yield connection
        finally:
            self._take_back(connection)

    def connect(self, patience_s: float = 0.0) -> psycopg.Connection:
        """Return a new connection, trying for some time.

        Raises:
            StoreUnavailable: the log is closed, or the database cannot be reached.
        """
        until = time.monotonic() + patience_s
        while not self._closed.is_set():
            try:
                return self.address.connect()
            except psycopg.Error as fault:
                if time.monotonic() >= until or not isinstance(fault, _LOST):
                    raise StoreUnavailable(
                        f"cannot open {self.told}: {_said(fault)}; see to the database"
                    ) from fault
            self._closed.wait(AGAIN_S)
        raise StoreUnavailable("the log is closed")

    def forget_idle(self) -> None:
        """Close every connection that is not lent out: one was lost, so they may all be."""
        while True:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def close(self) -> None:
        """Close every connection; one lent out is closed when it comes back."""
        self._closed.set()
        self.forget_idle()

    def _take(self) -> psycopg.Connection:
        if self._closed.is_set():
            raise StoreUnavailable("the log is closed")
        with suppress(IndexError):
            return self._idle.pop()
        return self.connect()

    def _take_back(self, connection: psycopg.Connection) -> None:
        busy = connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        if self._closed.is_set() or busy or len(self._idle) >= IDLE_MAX:
            connection.close()
        else:
            self._idle.append(connection)


def is_lost(connection: psycopg.Connection) -> bool:
    """Return whether a connection leads nowhere any more."""
    return connection.closed or connection.info.status != psycopg.pq.ConnStatus.OK


def _said(fault: psycopg.Error) -> str:
    """Return what the server or the network said, in one line."""
    return " ".join(str(fault).split())


@lru_cache(maxsize=256)
def _native(query: str) -> bytes:
    """Return a question with its places as psycopg writes them; none of ours holds a percent."""
    return query.replace("?", "%s").encode()
