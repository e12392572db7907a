"""Which store the environment names, for both doors and the processes beside them."""

import os
from pathlib import Path

from workflows.store.opening import open_store, require_address
from workflows.store.sql import SQLLog
from workflows.store.sqlite import EVENTS_FILE

ENVIRONMENT = "QUORATE_STORE"


def configured_store() -> str | None:
    """Return the address of the database that holds the log; none where files hold it.

    Raises:
        StoreUnavailable: what is given is no such address.
    """
    address = os.environ.get(ENVIRONMENT) or None
    if address is not None:
        require_address(address)
    return address


def configure_store(address: str) -> None:
    """Let this process, and those it starts, keep the log in a database.

    Raises:
        StoreUnavailable: it is no address of one.
    """
    require_address(address)
    os.environ[ENVIRONMENT] = address


def open_to_read(data: Path) -> SQLLog:
    """Open the log of an office to read it.

    Raises:
        StoreUnavailable: there is none, or it cannot be reached.
    """
    return open_store(data, configured_store(), writable=False)


def may_hold_office(data: Path) -> bool:
    """Return whether there may be an office: whether a database has one, only it can tell."""
    return configured_store() is not None or (data / EVENTS_FILE).exists()
