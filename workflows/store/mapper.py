"""Between events and rows: the bytes in a row are the canonical bytes, and are believed by nobody.

Every row read is checked: its bytes are a known event in canonical form, and what the row says
beside them (stream, version, topic, hash) is what they say. Every event written is read back from
its bytes first, because nothing that enters the log can be mended afterwards.
"""

from dataclasses import dataclass
from typing import NamedTuple

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from domain.base import digest, moment_text
from domain.catalogue import UnreadableEvent, read_event
from domain.event import Event, Sealed, leaf_hash
from domain.private import disclosure_digest


class Entry:
    """A sealed event in the shape the library asks of events: with an originator."""

    def __init__(self, sealed: Sealed) -> None:
        self.sealed = sealed

    @property
    def originator_id(self) -> str:
        """Return the stream."""
        return self.sealed.event.stream

    @property
    def originator_version(self) -> int:
        """Return the version in that stream."""
        return self.sealed.event.version


@dataclass(frozen=True)
class SealedRow(StoredEvent):
    """A stored event before it has a position, with what is kept beside it.

    Attributes:
        at: when it was recorded, as text that sorts like time.
        leaf: its hash in the tree of the log.
        sealed: the event it came from.
    """

    at: str
    leaf: bytes
    sealed: Sealed


class Unsound(ValueError):  # noqa: N818  a fault of the caller, named for what the event is
    """An event, document or private field that must not enter the log."""


class CanonicalMapper(Mapper[str]):
    """Stores canonical bytes as they are; never compressed or encrypted, so never another hash."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> SealedRow:
        """Return the row of an entry.

        Raises:
            Unsound: its bytes, documents or private fields are not what they are said to be.
        """
        if not isinstance(domain_event, Entry):
            raise Unsound(f"{type(domain_event).__name__} is not a sealed event")
        sealed = domain_event.sealed
        _require_sound(sealed)
        return SealedRow(
            originator_id=sealed.event.stream,
            originator_version=sealed.event.version,
            topic=sealed.event.topic,
            state=sealed.content,
            at=moment_text(sealed.event.at),
            leaf=leaf_hash(sealed.content),
            sealed=sealed,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Entry:
        """Return the entry of a row; what was kept beside the event is not in it.

        Raises:
            UnreadableEvent: the row and its bytes do not fit, or the bytes are no known event.
        """
        row = Told(
            position=getattr(stored_event, "id", None),
            stream=str(stored_event.originator_id),
            version=stored_event.originator_version,
            topic=stored_event.topic,
        )
        event = event_of(row, stored_event.state)
        return Entry(Sealed(event=event, content=stored_event.state))


class Told(NamedTuple):
    """What a row says about its bytes, and where in the log that row is, if that is known."""

    position: int | None
    stream: str
    version: int
    topic: str


def event_of(row: Told, content: bytes) -> Event:
    """Return the event that the bytes of a row stand for.

    Raises:
        UnreadableEvent: bytes that are no known event, or not the one the row speaks of.
    """
    try:
        event = read_event(content)
    except UnreadableEvent as fault:
        raise UnreadableEvent(f"{_where(row)}: {fault}") from fault
    if (event.stream, event.version, event.topic) != (row.stream, row.version, row.topic):
        raise UnreadableEvent(
            f"{_where(row)}: the bytes speak of {event.topic},"
            f" version {event.version} of {event.stream}"
        )
    return event


def _where(row: Told) -> str:
    place = f"position {row.position}" if row.position else "a row"
    return f"{place} ({row.topic}, version {row.version} of {row.stream})"


def _require_sound(sealed: Sealed) -> None:
    what = f"{sealed.event.topic} on {sealed.event.stream}"
    if read_event(sealed.content) != sealed.event:
        raise Unsound(f"{what}: its bytes say something else than the event")
    for disclosure in sealed.disclosures:
        bound = disclosure.digest in (sealed.event.sd or ())
        if not bound or disclosure_digest(disclosure.text) != disclosure.digest:
            raise Unsound(f"{what}: the event does not hold the digest of {disclosure.name}")
    for document in sealed.documents:
        if digest(document.content) != document.digest:
            raise Unsound(f"{what}: document {document.digest} has other bytes")
