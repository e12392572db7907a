"""The keys of private values in PostgreSQL: a table beside the log, the same for every worker.

Sealing and erasing happen in the transaction of the append, under the lock of the log. So nobody
seals with a key that was destroyed meanwhile, and a key is destroyed exactly if that is on record.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workflows.store import privacy
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres_link import Links
from workflows.store.rows import Readable
from workflows.store.vault import DamagedKey, cipher_of, new_key

_FOUND = "SELECT owner || '/' || generation, key FROM keys WHERE owner = ANY(?) AND key IS NOT NULL"
_DESTROYED = "SELECT owner || '/' || generation FROM keys WHERE key IS NULL"
_NEWEST = (
    "SELECT DISTINCT ON (owner) owner, generation, key FROM keys WHERE owner = ANY(%s)"
    " ORDER BY owner, generation DESC"
)
_LOST = "SELECT (SELECT count(*) FROM private WHERE owner > '') WHERE NOT EXISTS (SELECT FROM keys)"


_BROUGHT_BACK = (
    "FROM private WHERE owner IN"
    " (SELECT owner || '/' || generation FROM keys WHERE key IS NULL AND owner > '')"
)


class Named(NamedTuple):
    """A key to seal with, and the name under which it is found again."""

    name: str
    key: AESGCM


class PostgresKeys:
    """The keys a database holds. Implements `vault.Keys`.

    None is remembered here: another worker may destroy it.
    """

    def __init__(self, links: Readable) -> None:
        """Read over the connections of this process.

        Raises:
            StoreUnavailable: private values are sealed, and there is no key at all.
        """
        self._links = links
        with links.reading() as connection:
            (sealed,) = connection.execute(_LOST).fetchone() or (0,)
        if sealed:
            raise StoreUnavailable(
                f"the table quorate.keys is empty, and {sealed} private values are sealed with"
                " keys; put it back from where it is backed up, or see docs/postgresql.md"
            )

    def found(self, names: Collection[str]) -> Mapping[str, AESGCM]:
        """Return those of some keys that are there, by name."""
        owners = sorted({name.rpartition("/")[0] for name in names})
        with self._links.reading() as connection:
            rows = connection.execute(_FOUND, (owners,)).fetchall()
        keys = {name: cipher_of(key) for name, key in rows if name in names}
        return {name: key for name, key in keys.items() if key is not None}

    def destroyed(self) -> list[str]:
        """Return the names of the keys that were destroyed."""
        with self._links.reading() as connection:
            return [name for (name,) in connection.execute(_DESTROYED)]


def settle(links: Links) -> None:
    """Take out again what an older copy of the log brought back of people who are erased.

    Raises:
        StoreUnavailable: there is something, and the database refuses to let it go.
    """
    with links.reading() as lent:
        (back,) = lent.execute(f"SELECT count(*) {_BROUGHT_BACK}").fetchone()
        if not back:
            return
        try:
            lent.connection.execute(f"DELETE {_BROUGHT_BACK}".encode())
        except psycopg.Error as fault:
            said = " ".join(str(fault).split())
            raise StoreUnavailable(
                f"{back} private values of people who are erased came back with an older copy of"
                f" the log, and cannot be taken out again: {said}"
            ) from fault


def keys_for(connection: psycopg.Connection, owners: Iterable[str]) -> dict[str, Named]:
    """Return the key to seal with now for each of some people, and make those that are missing.

    The transaction holds the lock of the log, or two workers would make two keys of one name.
    """
    wanted = sorted(set(owners))
    newest = {row[0]: row[1:] for row in connection.execute(_NEWEST, (wanted,))}
    found = {}
    for owner in wanted:
        generation, key = newest.get(owner, (-1, None))
        if key is None:
            generation, key = generation + 1, new_key()
            values = (owner, generation, key)
            connection.execute("INSERT INTO keys VALUES (%s, %s, %s)", values)
        cipher = cipher_of(key)
        if cipher is None:
            raise DamagedKey(owner, generation)
        found[owner] = Named(f"{owner}/{generation}", cipher)
    return found


def erase(connection: psycopg.Connection, person: str) -> None:
    """Take the private values of a person out, and destroy the keys they were sealed with."""
    connection.execute(privacy.TAKE_OUT.replace("?", "%s").encode(), privacy.keys_of(person))
    connection.execute("UPDATE keys SET key = NULL WHERE owner = %s AND key IS NOT NULL", (person,))
