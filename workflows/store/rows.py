"""Rows of ``events.db`` as what they stand for; believed only as far as they fit together."""

from datetime import datetime
from typing import Any

from domain.catalogue import UnreadableEvent
from domain.event import leaf_hash
from workflows.store.contract import Recorded
from workflows.store.mapper import Told, event_of


def document_bytes(content: Any) -> bytes:
    """Return the bytes of a document, whatever its column holds."""
    # A row somebody edited may hold text; its digest will not match, and whoever asks says so.
    return content.encode() if isinstance(content, str) else bytes(content)


def recorded_from(row: tuple[Any, ...]) -> Recorded:
    """Return the event of a row.

    Raises:
        UnreadableEvent: it is not what was written.
    """
    position, stream, version, topic, content, leaf, clock = row
    event = event_of(Told(f"position {position}", stream, version, topic), content)
    if leaf != leaf_hash(content):
        raise UnreadableEvent(f"position {position}: the bytes do not have the hash kept with them")
    return Recorded(position, datetime.fromisoformat(clock), content, event)
