"""An event as views read it: the header's fields and the body as plain JSON data.

Views fold a log of a million events in seconds, so they read the canonical bytes without building
the models of the domain, after one look whether they still have their hash. Moments stay canonical
text, which sorts like time. Old topics are brought to their newest form, as everywhere.
"""

from typing import Any, NamedTuple

from pydantic_core import from_json

from domain.catalogue import EVENTS, UPCASTS, upcast
from domain.event import leaf_hash
from projections.source import Source, Stored

BATCH_EVENTS = 500
UNREADABLE = "unreadable"


class Occurrence(NamedTuple):
    """Something that happened to one stream, at its place in the log.

    Attributes:
        topic: name of the body's kind; ``unreadable`` for an event that is none.
        at, effective_at: canonical texts of when it was recorded and since when it holds.
        data: the body; never changed by who reads it.
        content: the canonical bytes.
        fault: why it cannot be read, if it cannot.
    """

    position: int
    topic: str
    stream: str
    version: int
    at: str
    effective_at: str
    by: str
    recorded_by: str
    on_behalf_of: str | None
    channel: str
    corrects: int | None
    data: dict[str, Any]
    content: bytes
    fault: str | None = None


def occurrence(position: int, content: bytes) -> Occurrence:
    """Return what canonical bytes say; what cannot be read comes back with its fault."""
    try:
        fields = from_json(content)
        topic, data = fields["topic"], fields["data"]
        if topic in UPCASTS:
            topic, data = upcast(topic, data)
        if topic not in EVENTS:
            return _unreadable(position, f"unknown topic {topic}", content, str(topic))
        return Occurrence(
            position,
            topic,
            fields["stream"],
            fields["version"],
            fields["at"],
            fields["effective_at"],
            fields["by"],
            fields["recorded_by"],
            fields.get("on_behalf_of"),
            fields["channel"],
            fields.get("corrects"),
            data,
            content,
        )
    except (ValueError, KeyError, TypeError) as fault:
        return _unreadable(position, f"not an event: {fault!r}", content)


def read_batch(source: Source, after: int, limit: int = BATCH_EVENTS) -> list[Occurrence]:
    """Return the next events of the log; what cannot be read comes with its fault."""
    return [
        _checked(place, row) for place, row in enumerate(source.contents(after, limit), after + 1)
    ]


def _checked(position: int, row: Stored) -> Occurrence:
    if row.position != position:
        return _unreadable(position, f"position {position}: there is no event", b"")
    content = row.content
    if not isinstance(content, bytes) or leaf_hash(content) != row.leaf:
        why = f"position {position}: the bytes do not have the hash kept with them"
        return _unreadable(position, why, b"")
    return occurrence(position, content)


def _unreadable(position: int, fault: str, content: bytes, topic: str = UNREADABLE) -> Occurrence:
    return Occurrence(
        position, topic, "", 0, "", "", "", "", None, "", None, {}, content, fault
    )  # fmt: skip
