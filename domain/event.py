"""An event: a fixed header and a typed body, and how both become canonical bytes.

The header is the same for every event and for ever. The position in the log is not part of the
bytes: the log gives it. What a body says is fixed by its topic, ``noun.past/version``.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import ClassVar, Self

from pydantic import Field, SerializeAsAny, model_validator

from domain.act import Act, Channel, SignedIn
from domain.base import Document, Json, Moment, Value, canonical
from domain.private import Disclosure, disclose
from domain.refusals import TooLarge

HEADER_VERSION = 1
EVENT_BYTES_MAX = 65_535


class Body(Value):
    """What an event says beyond its header. Every concrete body names its topic, for ever."""

    TOPIC: ClassVar[str]


class Event(Value):
    """Something that happened to one stream.

    Attributes:
        v: version of this header.
        topic: name of the body's kind, ``noun.past/version``.
        stream: what it happened to, ``kind:code``.
        version: place in that stream, counted from 1.
        at: when it was recorded.
        effective_at: since when it holds; never later than ``at``.
        by, on_behalf_of, recorded_by, signed_in, channel, command: see `Act`.
        basis: head of the log when the deciding streams were loaded.
        corrects: position of an earlier event this one corrects.
        source_ref: where an imported or reported event comes from.
        data: the body.
        sd: digests of the private fields, sorted; written ``_sd``.
    """

    v: int = HEADER_VERSION
    topic: str
    stream: str
    version: int = Field(ge=1)
    at: Moment
    effective_at: Moment
    by: str
    on_behalf_of: str | None = None
    recorded_by: str
    signed_in: SignedIn | None = None
    channel: Channel
    command: str
    basis: int = Field(ge=0)
    corrects: int | None = None
    source_ref: str | None = None
    data: SerializeAsAny[Body]
    sd: tuple[str, ...] | None = Field(default=None, alias="_sd")

    @model_validator(mode="after")
    def _holds_before_it_is_recorded(self) -> Self:
        if self.effective_at > self.at:
            raise ValueError("an event cannot be effective after it is recorded")
        return self

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: what is stored and what is hashed."""
        return canonical(self.as_json())


class Draft(Value):
    """What a decision wants recorded, before the act gives it a header.

    Attributes:
        stream: the stream it goes to.
        data: the body.
        by: whose act it is, where that is not the act's own person.
        on_behalf_of: whose seat it is, where somebody stands in for them.
        private: private fields by name; they enter the event only as digests.
        disclosed: private fields whose digests the body's documents name as well.
        effective_at: since when it holds; the act's own moment when absent.
        corrects: position of the event it corrects.
        source_ref: where it comes from, when it was not decided here.
        documents: documents the body names by digest.
    """

    stream: str
    data: SerializeAsAny[Body]
    by: str | None = None
    on_behalf_of: str | None = None
    private: Mapping[str, Json] = Field(default_factory=dict)
    disclosed: tuple[Disclosure, ...] = ()
    effective_at: Moment | None = None
    corrects: int | None = None
    source_ref: str | None = None
    documents: tuple[Document, ...] = ()


class Sealed(Value):
    """An event ready to append, with what is kept beside it.

    Attributes:
        event: the event.
        content: its canonical bytes.
        disclosures: its private fields, opened.
        documents: documents it is the first to name.
    """

    event: Event
    content: bytes
    disclosures: tuple[Disclosure, ...] = ()
    documents: tuple[Document, ...] = ()


def seal(draft: Draft, act: Act, version: int, basis: int) -> Sealed:
    """Give a draft its header and its bytes.

    Raises:
        TooLarge: the event would be longer than 65,535 bytes.
    """
    disclosures = draft.disclosed + tuple(
        disclose(act.salt(draft.stream, version, name), name, value)
        for name, value in sorted(draft.private.items())
    )
    event = Event(
        topic=draft.data.TOPIC,
        stream=draft.stream,
        version=version,
        at=act.now,
        effective_at=draft.effective_at or act.now,
        by=draft.by or act.by,
        on_behalf_of=draft.on_behalf_of or act.on_behalf_of,
        recorded_by=act.recorded_by,
        signed_in=act.signed_in,
        channel=act.channel,
        command=act.command,
        basis=basis,
        corrects=draft.corrects,
        source_ref=draft.source_ref,
        data=draft.data,
        sd=tuple(sorted(d.digest for d in disclosures)) or None,
    )
    content = event.to_bytes()
    if len(content) > EVENT_BYTES_MAX:
        raise TooLarge(what=f"{event.topic} on {event.stream}", size=len(content))
    return Sealed(event=event, content=content, disclosures=disclosures, documents=draft.documents)


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of an event as a leaf of the log's tree.

    Source: RFC 6962 section 2.1.
    """
    return sha256(b"\x00" + content).digest()


def stream_kind(stream: str) -> str:
    """Return the kind of a stream: the part before the colon."""
    return stream.partition(":")[0]


def stream_code(stream: str) -> str:
    """Return the code of a stream: the part after the colon."""
    return stream.partition(":")[2]
