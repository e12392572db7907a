"""The file of the accounts: its tables, its transactions, and how wrong passwords are counted."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from api.settings import Settings
from domain.base import moment_text
from domain.refusals import NotNow

FILE = "accounts.db"
BUSY_S = 10.0
SCHEMA = 1
_TABLES = (
    "CREATE TABLE IF NOT EXISTS accounts (subject TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " roles TEXT NOT NULL, password TEXT, locked INTEGER NOT NULL, made TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS links"
    " (digest TEXT PRIMARY KEY, subject TEXT NOT NULL, expires TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, subject TEXT NOT NULL,"
    " token TEXT NOT NULL, since TEXT NOT NULL, expires TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS attempts"
    " (subject TEXT PRIMARY KEY, wrong INTEGER NOT NULL, closed_until TEXT NOT NULL)",
    f"PRAGMA user_version = {SCHEMA}",
)


class AccountsFile:
    """``accounts.db`` of one data directory, readable by its owner only."""

    def __init__(self, directory: Path) -> None:
        """Use the file of a data directory, made at first need."""
        self._path = directory / FILE

    @contextmanager
    def open(self, *, looks: bool = False) -> Iterator[sqlite3.Connection]:
        """Open it for one transaction; one that only looks waits for nobody."""
        if not self._path.exists():
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None)) as rows:
            made = rows.execute("PRAGMA user_version").fetchone()[0] == SCHEMA
            rows.execute("BEGIN" if looks and made else "BEGIN IMMEDIATE")
            if not made:
                for statement in _TABLES:
                    rows.execute(statement)
            yield rows
            rows.execute("COMMIT")


def count_try(rows: sqlite3.Connection, subject: str, now: datetime, settings: Settings) -> None:
    """Count a try; after some wrong ones the name is closed for a while, known or not.

    Raises:
        NotNow: it is closed.
    """
    long_ago = moment_text(now - timedelta(seconds=settings.wrong_passwords_kept_s))
    rows.execute("DELETE FROM attempts WHERE closed_until < ?", (long_ago,))
    found = rows.execute(
        "SELECT wrong, closed_until FROM attempts WHERE subject = ?", (subject,)
    ).fetchone()
    wrong, closed_until = found or (0, "")
    if moment_text(now) < closed_until:
        raise NotNow(
            "too many wrong passwords were given for this name",
            fix=f"Wait {settings.wrong_password_wait_s} seconds and try again.",
        )
    wait = settings.wrong_password_wait_s if wrong + 1 >= settings.wrong_passwords_max else 0
    row = subject, wrong + 1, moment_text(now + timedelta(seconds=wait))
    rows.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?)", row)


def end_everything(rows: sqlite3.Connection, subject: str) -> None:
    """End every session of an account, and every link to it."""
    rows.execute("DELETE FROM sessions WHERE subject = ?", (subject,))
    rows.execute("DELETE FROM links WHERE subject = ?", (subject,))


def digest_of(secret: str) -> str:
    """Return what is kept of a secret, so that whoever reads the file cannot use it."""
    return sha256(f"kept:{secret}".encode()).hexdigest()
