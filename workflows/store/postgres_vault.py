"""The keys of private values in PostgreSQL: a table beside the log, the same for every worker.

Sealing and erasing happen in the transaction of the append, under the lock of the log. So nobody
seals with a key that was destroyed meanwhile, and a key is destroyed exactly if that is on record.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.disposal_events import RecordDisposed
from workflows.store import privacy
from workflows.store.contract import Gone, StoreUnavailable
from workflows.store.postgres_link import Links
from workflows.store.rows import Connection, Readable
from workflows.store.vault import DamagedKey, cipher_of, new_key

_FOUND = "SELECT owner || '/' || generation, key FROM keys WHERE owner = ANY(?) AND key IS NOT NULL"
_DESTROYED = "SELECT owner || '/' || generation FROM keys WHERE key IS NULL"
_NEWEST = (
    "SELECT DISTINCT ON (owner) owner, generation, key FROM keys WHERE owner = ANY(%s)"
    " ORDER BY owner, generation DESC"
)
_LOST = "SELECT (SELECT count(*) FROM private WHERE owner > '') WHERE NOT EXISTS (SELECT FROM keys)"


_REMEMBER = (
    "INSERT INTO disposed SELECT notification_id, leaf, file FROM stored_events"
    " JOIN unnest(?::bigint[], ?::text[]) AS named (at, file) ON at = notification_id"
    " ON CONFLICT DO NOTHING"
)
_DISPOSED = "SELECT position, leaf, sha256 FROM disposed ORDER BY position"
_BROUGHT_BACK = (
    "FROM private WHERE owner IN"
    " (SELECT owner || '/' || generation FROM keys WHERE key IS NULL AND owner > '')"
    " OR (owner > '' AND position IN (SELECT position FROM disposed"
    " JOIN stored_events ON notification_id = position AND stored_events.leaf = disposed.leaf))"
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

    def disposed(self) -> list[Gone]:
        """Return the events of which everything was disposed of, by position."""
        with self._links.reading() as connection:
            return [Gone(*row) for row in connection.execute(_DISPOSED)]


def settle(links: Links) -> None:
    """Take out again what an older copy of the log brought back: erased, or disposed of.

    Where the table that remembers what was disposed of is lost, it is made again from the log.

    Raises:
        StoreUnavailable: there is something, and the database refuses to let it go.
    """
    with links.reading() as lent:
        what = "the table quorate.disposed is empty, and cannot be made again from the log"
        try:
            _remember_again(lent)
            (back,) = lent.execute(f"SELECT count(*) {_BROUGHT_BACK}").fetchone()
            what = (
                f"{back} private values that were erased or disposed of came back with an older"
                " copy of the log, and cannot be taken out again"
            )
            if back:
                lent.connection.execute(f"DELETE {_BROUGHT_BACK}".encode())
        except psycopg.Error as fault:
            raise StoreUnavailable(f"{what}: {' '.join(str(fault).split())}") from fault


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


def dispose(connection: psycopg.Connection, body: RecordDisposed) -> None:
    """Take out what was disposed of, and remember it beside the keys."""
    at = list(body.positions)
    with connection.cursor() as cursor:
        cursor.executemany(privacy.DISPOSE.replace("?", "%s").encode(), [(one,) for one in at])
    connection.execute(_REMEMBER.replace("?", "%s").encode(), _remembered(body))


def _remember_again(connection: Connection) -> None:
    if connection.execute("SELECT 1 FROM disposed LIMIT 1").fetchone() is None:
        for body in privacy.disposals(connection, every=True):
            connection.execute(_REMEMBER, _remembered(body))


def _remembered(body: RecordDisposed) -> tuple[list[int], list[str | None]]:
    files = {one.position: one.sha256 for one in body.files}
    return [*body.positions], [files.get(at) for at in body.positions]
