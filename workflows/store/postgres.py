"""The log in PostgreSQL: one database, any number of processes and machines that write."""

import psycopg

from workflows.store import postgres_schema, postgres_vault, schema
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres_arrivals import Heard
from workflows.store.postgres_link import Links
from workflows.store.postgres_vault import PostgresKeys
from workflows.store.postgres_writer import PostgresWriter
from workflows.store.recorder import LogRecorder
from workflows.store.sql import SQLLog


def migrate(url: str) -> bool:
    """Make the log of a database, once however many try, and return whether it did.

    Raises:
        StoreUnavailable: the database cannot be reached, refuses, or holds a log of another form.
    """
    links = Links(url)
    try:
        with links.lent() as connection:
            return postgres_schema.migrate(connection)
    except psycopg.Error as fault:
        said = " ".join(str(fault).split())
        raise StoreUnavailable(f"{links.told} could not be prepared: {said}") from fault
    finally:
        links.close()


def open_postgres_log(url: str, *, writable: bool = True) -> "PostgresLog":
    """Open the log of a database that `migrate` has prepared.

    Raises:
        StoreUnavailable: the database cannot be reached, or holds no log of the form known here.
    """
    links = Links(url)
    try:
        links.check()
        if writable:
            postgres_vault.settle(links)
        return PostgresLog(links, writable=writable)
    except BaseException:
        links.close()
        raise


class PostgresLog(SQLLog):
    """The one gapless sequence of events in a PostgreSQL database. Implements `contract.Log`."""

    writer: PostgresWriter | None
    listed = "(SELECT value::bigint FROM json_array_elements_text(?::json))"
    listed_digests = "(SELECT json_array_elements_text(?::json))"

    def __init__(self, links: Links, *, writable: bool = True) -> None:
        """Start on an open database; `open_postgres_log` is the way here."""
        self._links = links
        keys = PostgresKeys(links)
        with links.reading() as connection:
            (head,) = connection.execute(schema.HEAD).fetchone()
        arrivals = Heard(links, int(head))
        self.writer = PostgresWriter(links, arrivals.announce) if writable else None
        super().__init__(links, LogRecorder(links, self.writer, arrivals), arrivals, keys)

    def close(self) -> None:
        """Let the append under way end, then release every connection."""
        if self.writer is not None:
            self.writer.close()
        self._links.close()
        self._arrivals.end()
