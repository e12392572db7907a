"""An event as views read it: the header's fields and the body as plain JSON data.

Views fold a log of a million events in seconds, so they read the canonical bytes without building
the models of the domain; the log has checked the bytes. Moments stay canonical text, which sorts
like time. Old topics are brought to their newest form, as everywhere.
"""

import json
from typing import Any, NamedTuple

from domain.catalogue import EVENTS, UPCASTS, UnreadableEvent, upcast
from projections.source import Source

BATCH_EVENTS = 500
UNREADABLE = "unreadable"
_READ = json.JSONDecoder().raw_decode


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
        text = content.decode()
        fields, end = _READ(text)
        if end != len(text):
            return _unreadable(position, "not an event: more than one value", content)
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
    """Return the next events of the log; one that cannot be read ends the batch with its fault."""
    try:
        return [occurrence(one.position, one.content) for one in source.read(after, limit)]
    except UnreadableEvent as fault:
        if limit > 1:
            # Event by event, so that those before the unreadable one are not lost with it.
            return read_batch(source, after, 1)
        return [_unreadable(after + 1, str(fault), b"")]


def _unreadable(position: int, fault: str, content: bytes, topic: str = UNREADABLE) -> Occurrence:
    return Occurrence(
        position, topic, "", 0, "", "", "", "", None, "", None, {}, content, fault
    )  # fmt: skip
