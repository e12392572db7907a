"""The keys of private values: one for each person, so that destroying it destroys every copy.

They lie in a file of their own, ``vault.db``, never in the log and never in its backups. A key that
was destroyed leaves its name behind, so that nothing sealed with it comes back by any way. What is
written after an erasure is sealed with a key of the next generation. Beside them stands of which
events everything was disposed of, so that an older copy of the log does not bring it back either.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workflows.store.contract import Gone, StoreUnavailable

VAULT_FILE = "vault.db"
_KEY_BITS = 256
_NONCE_BYTES = 12
_BUSY_S = 10.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS keys (owner TEXT NOT NULL, generation INTEGER NOT NULL, key BLOB,"
    " PRIMARY KEY (owner, generation))",
    "CREATE TABLE IF NOT EXISTS disposed"
    " (position INTEGER NOT NULL, leaf BLOB NOT NULL, sha256 TEXT, PRIMARY KEY (position, leaf))",
)
_HAS_DISPOSED = "SELECT count(*) FROM sqlite_master WHERE name = 'disposed'"


class Keys(Protocol):
    """The keys of private values, wherever they lie."""

    def found(self, names: Collection[str]) -> Mapping[str, AESGCM]:
        """Return those of some keys that are there, by name."""

    def destroyed(self) -> list[str]:
        """Return the names of the keys that were destroyed."""

    def disposed(self) -> list[Gone]:
        """Return the events of which everything was disposed of, by position."""


class Vault:
    """The keys of one data directory; those of a log in memory are in memory, too."""

    def __init__(self, path: Path | None, *, writable: bool, durable: bool = True) -> None:
        """Open the file; a writable one is made when there is none.

        Args:
            path: the file; none for keys that are gone with the log.
            writable: whether keys are made and destroyed.
            durable: see `open_log`.

        Raises:
            StoreUnavailable: it cannot be opened.
        """
        self._turn = threading.Lock()
        self._opened: dict[tuple[str, int], AESGCM] = {}
        self._generation: dict[str, int] = {}
        self._connection: sqlite3.Connection | None = None
        if path is not None and not writable and not path.exists():
            return
        try:
            self._connection = _connect(path, writable=writable, durable=durable)
        except (sqlite3.Error, OSError) as fault:
            raise StoreUnavailable(f"cannot open {path}: {fault}") from fault

    def seal(self, owner: str, digest: str, text: str) -> tuple[str, bytes]:
        """Return a private value sealed, with the name of the key that opens it.

        A new key is durable when this returns. One digest stands for one text, so that a nonce
        made from it is never used for two.
        """
        with self._turn:
            generation = self._current(owner)
            key = self._key(owner, generation) or self._new(owner, generation)
        return f"{owner}/{generation}", sealed_with(key, digest, text)

    def found(self, names: Collection[str]) -> Mapping[str, AESGCM]:
        """Return those of some keys that are there, by name."""
        try:
            with self._turn:
                keys = {name: self._key(*_parted(name)) for name in names}
        except sqlite3.OperationalError as fault:
            raise StoreUnavailable(
                f"{VAULT_FILE} cannot be read: {fault}; if a process was killed, let somebody who"
                " may write the file read it once, or start the server"
            ) from fault
        return {name: key for name, key in keys.items() if key is not None}

    def retire(self, owner: str) -> int:
        """Seal with another key from now on, and return its generation; nothing is destroyed."""
        with self._turn:
            self._generation[owner] = self._current(owner) + 1
            return self._generation[owner]

    def destroy(self, owner: str, below: int) -> None:
        """Destroy the keys of a person of earlier generations, for good."""
        with self._turn:
            assert self._connection is not None, "only who may write destroys"
            self._connection.execute(
                "UPDATE keys SET key = NULL WHERE owner = ? AND generation < ? AND key IS NOT NULL",
                (owner, below),
            )
            for name in [one for one in self._opened if one[0] == owner and one[1] < below]:
                del self._opened[name]
            self._generation[owner] = max(below, self._generation.get(owner, 0))

    def destroyed(self) -> list[str]:
        """Return the names of the keys that were destroyed."""
        with self._turn:
            if self._connection is None:
                return []
            rows = self._connection.execute("SELECT owner, generation FROM keys WHERE key IS NULL")
            return [f"{owner}/{generation}" for owner, generation in rows]

    def dispose(self, gone: Iterable[Gone]) -> None:
        """Remember events of which everything was disposed of; durable when this returns."""
        with self._turn:
            assert self._connection is not None, "only who may write disposes"
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR IGNORE INTO disposed VALUES (?, ?, ?)", gone)
            self._connection.execute("COMMIT")

    def disposed(self) -> list[Gone]:
        """Return the events of which everything was disposed of, by position."""
        with self._turn:
            # Keys of before there were disposals, open for reading only, have no such table.
            if self._connection is None or self._connection.execute(_HAS_DISPOSED).fetchone() == (
                0,
            ):
                return []
            rows = self._connection.execute(
                "SELECT position, leaf, sha256 FROM disposed ORDER BY 1"
            )
            return [Gone(*row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._opened.clear()

    def _current(self, owner: str) -> int:
        if owner not in self._generation:
            assert self._connection is not None, "only who may write seals"
            (newest,) = self._connection.execute(
                "SELECT max(generation + (key IS NULL)) FROM keys WHERE owner = ?", (owner,)
            ).fetchone()
            self._generation[owner] = newest or 0
        return self._generation[owner]

    def _key(self, owner: str, generation: int) -> AESGCM | None:
        found = self._opened.get((owner, generation))
        if found is None and self._connection is not None:
            row = self._connection.execute(
                "SELECT key FROM keys WHERE owner = ? AND generation = ?", (owner, generation)
            ).fetchone()
            if row is not None and row[0] is not None:
                found = cipher_of(row[0])
                if found is not None:
                    self._opened[owner, generation] = found
        return found

    def _new(self, owner: str, generation: int) -> AESGCM:
        assert self._connection is not None, "only who may write makes keys"
        key = new_key()
        try:
            self._connection.execute("INSERT INTO keys VALUES (?, ?, ?)", (owner, generation, key))
        except sqlite3.IntegrityError:
            raise DamagedKey(owner, generation) from None
        self._opened[owner, generation] = AESGCM(key)
        return self._opened[owner, generation]


class DamagedKey(StoreUnavailable):
    """A key to seal with is there and is none."""

    def __init__(self, owner: str, generation: int) -> None:
        super().__init__(
            f"the key {owner}/{generation} of private values is damaged;"
            " put it back from where it is backed up"
        )


def empty_vault(path: Path) -> sqlite3.Connection:
    """Return a new file for keys, to be filled with copies of them and closed."""
    path.touch(0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    for table in _TABLES:
        connection.execute(table)
    return connection


def new_key() -> bytes:
    """Return the bytes of a key nobody has seen."""
    return AESGCM.generate_key(_KEY_BITS)


def cipher_of(content: object) -> AESGCM | None:
    """Return what seals and opens with a key, nothing where what is kept as one is none."""
    if not isinstance(content, bytes) or len(content) * 8 != _KEY_BITS:
        return None
    return AESGCM(content)


def sealed_with(key: AESGCM, digest: str, text: str) -> bytes:
    """Return a private value sealed; only its own digest opens it."""
    return key.encrypt(_nonce(digest), text.encode(), digest.encode())


def opened_with(key: AESGCM, digest: object, sealed: object) -> str | None:
    """Return a private value, nothing where it was altered."""
    if not isinstance(sealed, bytes) or not isinstance(digest, str):
        return None
    try:
        return key.decrypt(_nonce(digest), sealed, digest.encode()).decode()
    except InvalidTag:
        return None


def _connect(path: Path | None, *, writable: bool, durable: bool) -> sqlite3.Connection:
    place = ":memory:" if path is None else f"{path.absolute().as_uri()}?mode=rw"
    if path is not None and writable and not path.exists():
        path.touch(0o600)
    connection = sqlite3.connect(
        place, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        if writable:
            # What is overwritten is overwritten with zeros, in the file and in its journal.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
            with closing(connection.execute("PRAGMA journal_mode = PERSIST")):
                for table in _TABLES:
                    connection.execute(table)
        else:
            # Not opened for reading only: where a process was killed while it wrote a key, whoever
            # comes next has to undo that half.
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _parted(name: str) -> tuple[str, int]:
    owner, _, generation = name.rpartition("/")
    return owner, int(generation) if generation.isdecimal() else -1


def _nonce(digest: str) -> bytes:
    return sha256(f"nonce {digest}".encode()).digest()[:_NONCE_BYTES]
