"""Rows of a database as what they stand for; whoever owns it may have put anything there."""

from datetime import datetime
from typing import Any

from domain.catalogue import UnreadableEvent
from domain.event import leaf_hash
from workflows.store.contract import Recorded
from workflows.store.mapper import Told, event_of


def whole_bytes(content: Any) -> bytes:
    """Return the bytes of a column that should hold some."""
    # A row somebody edited may hold anything; its digest will not match, and whoever asks says so.
    return content if isinstance(content, bytes) else str(content).encode()


def recorded(row: tuple[Any, ...]) -> Recorded:
    """Return the event of a row.

    Raises:
        UnreadableEvent: the row is not what was written.
    """
    position, stream, version, topic, content, leaf, clock = row
    if not isinstance(content, bytes):
        # Whoever owns the database may have declared the column anew, or written another type.
        raise UnreadableEvent(f"position {position}: the row holds no bytes")
    event = event_of(Told(position, stream, version, topic), content)
    if leaf != leaf_hash(content):
        raise UnreadableEvent(f"position {position}: the bytes do not have the hash kept with them")
    try:
        return Recorded(position, datetime.fromisoformat(clock), content, event)
    except (ValueError, TypeError):
        raise UnreadableEvent(f"position {position}: the clock kept is no moment") from None
