"""Which store an office has: files in its data directory, or a PostgreSQL database."""

from pathlib import Path

from workflows.store.contract import StoreUnavailable
from workflows.store.sql import SQLLog
from workflows.store.sqlite import EVENTS_FILE, open_log

MARK = "store"
"""A file that says that the log is elsewhere, so that nobody begins another one here."""

_MARKED = "The log of this directory is in PostgreSQL; whoever opens it gives the address.\n"
SCHEMES = ("postgresql://", "postgres://")


def open_store(
    directory: Path, address: str | None, *, writable: bool, durable: bool = True
) -> SQLLog:
    """Open the log of an office.

    Args:
        directory: its data directory, which holds the log where no address is given.
        address: of a PostgreSQL database that `quorate migrate` has prepared.
        writable: whether it is to be written.
        durable: as in `open_log`; a database is always durable.

    Raises:
        StoreUnavailable: the log cannot be opened, or the directory holds another one.
    """
    mark = directory / MARK
    if address is None:
        if mark.exists():
            raise StoreUnavailable(
                f"the log of {directory} is in a database; give its address with --store or"
                " QUORATE_STORE, or another directory with --data"
            )
        return open_log(directory, writable=writable, durable=durable)
    require_address(address)
    if (directory / EVENTS_FILE).exists():
        raise StoreUnavailable(
            f"{directory} holds a log of its own, and a store is given too; leave --store away,"
            " or give the data directory that belongs to the store with --data"
        )
    # Only here: who keeps files need not wait for the driver of a database to be read.
    from workflows.store.postgres import open_postgres_log

    log = open_postgres_log(address, writable=writable)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        mark_elsewhere(directory)
    except OSError as fault:
        log.close()
        raise StoreUnavailable(f"cannot write in {directory}: {fault.strerror}") from fault
    return log


def mark_elsewhere(directory: Path) -> None:
    """Let a data directory say that its log is in a database."""
    mark = directory / MARK
    if not mark.exists():
        mark.write_text(_MARKED, encoding="utf-8")


def require_address(address: str) -> None:
    """Make sure that an address is one of a store known here.

    Raises:
        StoreUnavailable: it is not.
    """
    if not address.startswith(SCHEMES):
        # The text is not repeated: there may be a password in it.
        raise StoreUnavailable(
            "the store is not known; give postgresql://USER@HOST/DATABASE with --store or"
            " QUORATE_STORE, or neither to keep everything in the data directory"
        )
