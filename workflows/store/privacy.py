"""Private values beside the events: sealed when they come, gone with the key of their person."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.disposal_events import DisposalApproved, RecordDisposed
from domain.erasure import PersonErased
from domain.event import Event, stream_code
from domain.private import Disclosure, owner_of
from workflows.store.contract import Disclosed, Gone, StoreUnavailable, Unreadable
from workflows.store.database import Database
from workflows.store.rows import Connection
from workflows.store.vault import Keys, Vault, opened_with

ROWS = "SELECT position, stream, name, owner, digest, disclosure FROM private"
OF_NO_EVENT = (
    "SELECT position, name FROM private WHERE NOT EXISTS"
    " (SELECT 1 FROM stored_events WHERE notification_id = private.position)"
    " ORDER BY position LIMIT ?"
)
TAKE_OUT = "DELETE FROM private WHERE owner >= ? AND owner < ?"
DISPOSE = "DELETE FROM private WHERE position = ? AND owner > ''"
"""Everything of an event but what is nobody's: a secret of the office, a restricted title."""

_DISPOSE_OF = (
    f"{DISPOSE} AND EXISTS (SELECT 1 FROM stored_events WHERE notification_id = ? AND leaf = ?)"
)
_LEAF = "SELECT leaf FROM stored_events WHERE notification_id = ?"
_APPROVED = (
    "SELECT max(notification_id) FROM stored_events"
    " WHERE originator_id >= 'disposal:' AND originator_id < 'disposal;' AND topic = ?"
)
_AFTER = "SELECT topic, state FROM stored_events WHERE notification_id > ? ORDER BY notification_id"
_EVERY = "SELECT topic, state FROM stored_events WHERE topic = ?"
_INSERT = (
    "INSERT INTO private (digest, position, stream, name, disclosure, owner)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_PLAIN = (
    "SELECT digest, stream, name, disclosure, state FROM private"
    " JOIN stored_events ON notification_id = position WHERE owner IS NULL"
)

Row = tuple[int, str, str, str, str, object]
"""A row as `ROWS` gives it."""


def keep(
    connection: sqlite3.Connection, vault: Vault, position: int, event: Event, field: Disclosure
) -> None:
    """Keep a private value of an event, sealed with the key of whose it is."""
    name, sealed = _sealed(vault, owner_of(event.stream, event.by, field.name), field)
    connection.execute(_INSERT, (field.digest, position, event.stream, field.name, sealed, name))


def erase(connection: sqlite3.Connection, vault: Vault, position: int, event: Event) -> None:
    """Take private values out, where the event says that they are erased or disposed of."""
    if isinstance(event.data, RecordDisposed):
        connection.executemany(DISPOSE, [(one,) for one in event.data.positions])
    if not isinstance(event.data, PersonErased):
        return
    person = stream_code(event.stream)
    connection.execute(TAKE_OUT, keys_of(person))
    connection.execute(
        "INSERT INTO erased VALUES (?, ?, ?)", (position, person, vault.retire(person))
    )


def destroy_keys(connection: sqlite3.Connection, vault: Vault, after: int = 0) -> None:
    """Destroy the keys of everybody erased above a position; what is destroyed stays destroyed."""
    query = "SELECT person, generation FROM erased WHERE position > ?"
    for person, generation in connection.execute(query, (after,)).fetchall():
        vault.destroy(person, generation)


def remember(connection: Connection, vault: Vault, disposed: Iterable[RecordDisposed]) -> None:
    """Keep beside the keys what was disposed of; from there no older copy brings it back."""
    for body in disposed:
        files = {one.position: one.sha256 for one in body.files}
        leaves = ((at, connection.execute(_LEAF, (at,)).fetchone()) for at in body.positions)
        vault.dispose(Gone(at, row[0], files.get(at)) for at, row in leaves if row is not None)


def disposals(connection: Connection, *, every: bool) -> list[RecordDisposed]:
    """Return what disposals on record destroyed: of the last one, or of every one there is.

    A kill can have come between only at the last. All are wanted where nothing is remembered.
    """
    (approved,) = connection.execute(_APPROVED, (DisposalApproved.TOPIC,)).fetchone()
    if approved is None:
        return []
    query, value = (_EVERY, RecordDisposed.TOPIC) if every else (_AFTER, approved)
    found = []
    for topic, content in connection.execute(query, (value,)):
        if topic != RecordDisposed.TOPIC:
            break
        found.append(RecordDisposed.model_validate(json.loads(content)["data"]))
    return found


def open_vault(database: Database, path: Path, *, durable: bool) -> Vault:
    """Open the keys of a log for writing, and bring its private values to their present form.

    Raises:
        StoreUnavailable: private values are sealed with keys that are not here; a new vault is
            never begun in silence where an old one is missing.
    """
    with database.reading() as connection:
        query = "SELECT count(*) FROM private WHERE owner > ''"
        sealed = 0 if path.exists() else connection.execute(query).fetchone()[0]
    if sealed:
        raise StoreUnavailable(
            f"{path} is missing, and {sealed} private values are sealed with the keys in it; put it"
            " back from the directory of backups. If it is lost for good, make an empty file of"
            " that name: those values stay unreadable, and everything else goes on"
        )
    vault = Vault(path, writable=True, durable=durable)
    try:
        with database.writing() as connection:
            settle(connection, vault)
    except BaseException:
        vault.close()
        raise
    return vault


def settle(connection: sqlite3.Connection, vault: Vault) -> None:
    """Bring a log that was opened for writing to the present form of private values.

    Values from before there were keys are sealed; keys of people who are erased are destroyed,
    where a kill came between; and what an older copy of the log brought back is taken out again.
    """
    destroy_keys(connection, vault)
    remember(connection, vault, disposals(connection, every=not vault.disposed()))
    connection.execute("BEGIN IMMEDIATE")
    try:
        for digest, stream, name, text, content in connection.execute(_PLAIN).fetchall():
            owner = owner_of(stream, json.loads(content)["by"], name)
            field = Disclosure(digest=digest, name=name, text=text)
            key, sealed = _sealed(vault, owner, field)
            connection.execute(
                "UPDATE private SET disclosure = ?, owner = ? WHERE digest = ?",
                (sealed, key, digest),
            )
        for name in vault.destroyed():
            connection.execute("DELETE FROM private WHERE owner = ?", (name,))
        gone = vault.disposed()
        connection.executemany(_DISPOSE_OF, [(at, at, leaf) for at, leaf, _sha256 in gone])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def opened(rows: Sequence[Row], vault: Keys) -> list[Disclosed]:
    """Return the values that can be opened; a value whose key is gone is not held any more."""
    keys, found = _keys(rows, vault), []
    for position, stream, name, key, digest, sealed in rows:
        text = _text(keys, key, digest, sealed)
        if text is not None:
            found.append(Disclosed(position, stream, name, text))
    return found


def unreadable(rows: Sequence[Row], vault: Keys) -> list[Unreadable]:
    """Return the values that cannot be opened although nobody erased them."""
    keys, destroyed = _keys(rows, vault), set(vault.destroyed())
    return [
        Unreadable(position, name, "altered" if not key or key in keys else "no_key")
        for position, _stream, name, key, digest, sealed in rows
        if key not in destroyed and _text(keys, key, digest, sealed) is None
    ]


def streams_of(connection: Connection, person: str) -> list[str]:
    """Return the streams that hold private values of a person, sorted."""
    query = "SELECT DISTINCT stream FROM private WHERE owner >= ? AND owner < ? ORDER BY stream"
    return [str(row[0]) for row in connection.execute(query, keys_of(person))]


def _sealed(vault: Vault, owner: str, field: Disclosure) -> tuple[str, str | bytes]:
    return vault.seal(owner, field.digest, field.text) if owner else ("", field.text)


def _keys(rows: Sequence[Row], vault: Keys) -> Mapping[str, AESGCM]:
    names = {row[3] for row in rows if row[3] and isinstance(row[3], str)}
    return vault.found(names) if names else {}


def _text(keys: Mapping[str, AESGCM], name: str | None, digest: str, held: object) -> str | None:
    if name:
        return opened_with(keys[name], digest, held) if name in keys else None
    # The office's own, or from before there were keys; in bytes where the column holds bytes.
    if isinstance(held, bytes):
        return held.decode(errors="replace")
    return held if isinstance(held, str) else None


def keys_of(person: str) -> tuple[str, str]:
    """Return where the names of the keys of a person begin and end, for a range of them."""
    # A slash ends the name of a person; the character after it ends the range.
    return f"{person}/", f"{person}0"
