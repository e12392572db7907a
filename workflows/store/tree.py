"""The complete nodes of the log's tree, kept in the transaction of the event that completes them.

The leaves stand beside the events. A row of ``nodes`` holds, one after the other and lowest first,
every node that ends at its position: an odd position completes none and has no row.
"""

import sqlite3

from domain.merkle import HASH_BYTES, completed
from workflows.store.contract import NoNode
from workflows.store.rows import Connection

NODES = "SELECT position, hashes FROM nodes WHERE position > ? AND position <= ? ORDER BY position"
_KEEP = "INSERT INTO nodes VALUES (?, ?)"
_LEAF = "SELECT leaf FROM stored_events WHERE notification_id = ?"
_NODE = "SELECT substr(hashes, ?, 32) FROM nodes WHERE position = ?"
_ENDING = (
    "SELECT coalesce((SELECT substr(hashes, -32) FROM nodes WHERE position = ?1),"
    " (SELECT leaf FROM stored_events WHERE notification_id = ?1))"
)
_LEAVES = (
    "SELECT notification_id, leaf FROM stored_events WHERE notification_id > ?"
    " ORDER BY notification_id LIMIT ?"
)
_PAGE = 10_000


def keep(connection: sqlite3.Connection, position: int, leaf: bytes) -> None:
    """Keep the nodes that the leaf at a position completes."""
    made = completed(position, leaf, lambda size: _ending(connection, size))
    if made:
        connection.execute(_KEEP, (position, b"".join(made)))


def keep_all(connection: sqlite3.Connection) -> None:
    """Keep the nodes of a log that was written before any were kept."""
    position = 0
    while page := connection.execute(_LEAVES, (position, _PAGE)).fetchall():
        for position, leaf in page:
            keep(connection, position, leaf)


def node(connection: Connection, level: int, place: int) -> bytes:
    """Return the hash of a complete node.

    Raises:
        NoNode: it is not kept.
    """
    position = (place + 1) << level
    if level == 0:
        row = connection.execute(_LEAF, (position,)).fetchone()
    else:
        row = connection.execute(_NODE, (HASH_BYTES * (level - 1) + 1, position)).fetchone()
    return _hash(row, f"level {level}, place {place}")


def _ending(connection: sqlite3.Connection, size: int) -> bytes:
    return _hash(connection.execute(_ENDING, (size,)).fetchone(), f"ending at {size}")


def _hash(row: tuple[object, ...] | None, what: str) -> bytes:
    if row is None or not isinstance(row[0], bytes) or len(row[0]) != HASH_BYTES:
        raise NoNode(f"the tree of the log holds no node {what}")
    return row[0]
