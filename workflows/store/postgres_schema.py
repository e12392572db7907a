"""The schema ``quorate`` of a PostgreSQL database: made once by `migrate`, and never by a worker.

Its tables hold what those of ``events.db`` hold, under the same names, and refuse the same: a gap,
a step back of the clock, a change of what is on record. Texts sort by their bytes, as in SQLite.
"""

from importlib.resources import files

import psycopg

from workflows.store.contract import StoreUnavailable

SCHEMA_VERSION = 3
LOCK = 0x51554F52
"""Key of the advisory lock under which the log grows and its schema changes, one at a time."""

CHANNEL = "quorate_log"
"""Where each transaction that makes the log grow says so."""

_FORM = "SELECT version FROM quorate.form"
_DISPOSED = """
CREATE TABLE quorate.disposed (
    position bigint NOT NULL,
    leaf bytea NOT NULL,
    sha256 text COLLATE "C",
    PRIMARY KEY (position, leaf)
);
UPDATE quorate.form SET version = 3;
"""
"""From form 2 to form 3: of which events everything was disposed of."""

_MISSING = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
_MIGRATE = "make it once: quorate migrate --store URL"


class UnknownSchema(StoreUnavailable):
    """A database this version of the program cannot use."""


def migrate(connection: psycopg.Connection) -> bool:
    """Make the schema where there is none, once however many try, and return whether it did.

    One of form 2 is brought to the present form; no event changes.

    Raises:
        UnknownSchema: there is one of a version this program does not know.
        psycopg.Error: the database refuses.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        found = connection.execute("SELECT to_regclass('quorate.form') IS NOT NULL").fetchone()
        if found == (True,):
            if connection.execute(_FORM).fetchone() == (2,):
                connection.execute(_DISPOSED.encode())
                return True
            check(connection)
            return False
        connection.execute(_statements())
        connection.execute("INSERT INTO quorate.form VALUES (%s)", (SCHEMA_VERSION,))
        return True


def check(connection: psycopg.Connection) -> None:
    """Make sure that a database holds a log in the form this version knows.

    Raises:
        UnknownSchema: it does not.
    """
    try:
        row = connection.execute(_FORM).fetchone()
    except _MISSING:
        raise UnknownSchema(f"the database holds no log yet; {_MIGRATE}") from None
    version = None if row is None else row[0]
    if version == SCHEMA_VERSION - 1:
        raise UnknownSchema(
            f"the log has form {version}, in which nothing was disposed of yet; bring it to the"
            " present form, which changes no event: quorate migrate --store URL"
        )
    if version != SCHEMA_VERSION:
        raise UnknownSchema(
            f"the log has form {version}, this program knows form {SCHEMA_VERSION};"
            " use the version that wrote it, or a newer one"
        )


def _statements() -> bytes:
    text = files("workflows.store").joinpath("postgres.sql").read_text(encoding="utf-8")
    return text.replace("{lock}", str(LOCK)).replace("{channel}", CHANNEL).encode()
