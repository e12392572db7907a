"""What every store promises. One contract suite in tests/workflows/store runs against each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.base import Value
from domain.event import Event, Sealed


class Recorded(NamedTuple):
    """An event at its place in the log.

    Attributes:
        position: place in the log, gapless from 1.
        clock: greatest ``at`` of any event up to here; never decreases.
        content: the canonical bytes, exactly as stored.
    """

    position: int
    clock: datetime
    content: bytes
    event: Event


class Stored(NamedTuple):
    """A row of the log as it lies there, believed by nobody.

    Attributes:
        content: what should be the canonical bytes.
        leaf: what should be their hash in the tree.
        clock: what should be the greatest ``at`` up to here, as canonical text.
    """

    position: int
    stream: str
    version: int
    topic: str
    content: bytes
    leaf: bytes
    clock: str


class Leaf(NamedTuple):
    """A leaf of the tree as it lies there, believed by nobody.

    Attributes:
        content: what should be the canonical bytes of the event.
        leaf: what should be their hash.
    """

    position: int
    content: bytes
    leaf: bytes


class CommandRow(Value):
    """What is kept of a command, so that sending it again gives the same answer.

    Attributes:
        id: unique to (person, idempotency key).
        request_digest: SHA-256 of what was asked.
        first, last: positions of its events; both 0 when it wrote none.
        answer: canonical bytes of the answer, a refusal included.
    """

    id: str
    request_digest: str
    first: int = 0
    last: int = 0
    answer: bytes


class Disclosed(NamedTuple):
    """One private field that is still held."""

    position: int
    stream: str
    name: str
    text: str


class Unreadable(NamedTuple):
    """One private field that is held and cannot be opened, although nobody erased it.

    Attributes:
        why: ``altered``, or ``no_key`` where the key of the person is not there.
    """

    position: int
    name: str
    why: str


class Gone(NamedTuple):
    """An event of whose private values and file nothing is kept: they were disposed of.

    Attributes:
        leaf: its hash, so that another event at this position is not taken for it.
        sha256: digest of the file it had attached, where that was held here.
    """

    position: int
    leaf: bytes
    sha256: str | None


class Log(Protocol):
    """The one gapless sequence of events and what is kept in its transactions."""

    def append(
        self,
        events: Sequence[Sealed],
        read: Mapping[str, int],
        command: CommandRow | None,
        basis: int | None = None,
    ) -> range:
        """Append all or nothing, and return the positions once they are durable.

        Each event's stream must stand at the event's version minus one, and each stream in
        ``read`` at the version given (0: no such stream). ``command.first`` and ``.last`` are
        filled in by the store. ``basis`` is a position at which all of that is known to hold: a
        log that still ends there needs not be asked.

        Raises:
            Conflict: a stream read or written has moved.
            KeyReused: the command id is on record with another request digest.
            AlreadyDone: the command id is on record with this request digest.
            StoreUnavailable: the disk is full or read-only; nothing was written.

        A ``person.erased/1`` destroys the private fields of its person in the same transaction,
        and the key they were sealed with once that is durable. A ``record.disposed/1`` destroys
        the private fields of the events it names, and lets `disposed` remember them.
        """

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""

    def version(self, stream: str) -> int:
        """Return the version of a stream, 0 if there is none."""

    def moved(self, after: int) -> tuple[int, list[str]]:
        """Return the head, and the streams with events at positions above ``after``.

        The head is ``after`` where there is none; ``after`` is a position of this log, or 0.
        """

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        """Return a stream's events with a version above ``after``, oldest first."""

    def streams(self, kind: str) -> list[str]:
        """Return the names of the streams of a kind, sorted."""

    def read(self, after: int = 0, limit: int = 500) -> list[Recorded]:
        """Return at most ``limit`` events at positions above ``after``, in order."""

    def contents(self, after: int = 0, limit: int = 500) -> list[Stored]:
        """Return at most ``limit`` rows at positions above ``after``, in order and unchecked.

        Cheap: nothing is parsed. Whoever uses them checks them, at least against their leaf.
        """

    def leaves_at(self, positions: Sequence[int]) -> list[Leaf]:
        """Return the leaves at some positions, in the order of the log and unchecked.

        Each once, however often it is named; where there is none, there is none.
        """

    def leaves(self, after: int = 0, limit: int = 500) -> list[bytes]:
        """Return at most ``limit`` leaf hashes at positions above ``after``, in order."""

    def node(self, level: int, place: int) -> bytes:
        """Return the hash of a complete node of the tree; level 0 are the leaves, from place 0.

        Raises:
            NoNode: it is not kept.
        """

    def nodes(self, after: int, last: int) -> list[tuple[int, bytes]]:
        """Return what is kept at positions above ``after`` and up to ``last``, in order.

        With each position come the hashes of the nodes it completes, lowest first, as one.
        Positions that complete none are left out.
        """

    def root(self, size: int) -> bytes:
        """Return the root of the tree over the first ``size`` events, from the nodes kept.

        Raises:
            NoNode: the log is shorter, or a node is not kept.
        """

    def at(self, position: int) -> Recorded | None:
        """Return the event at one position."""

    def position_at(self, moment: datetime) -> int:
        """Return the last position whose clock is not after a moment, 0 if none."""

    def clock(self, position: int) -> datetime | None:
        """Return the clock at a position."""

    def document(self, digest: str) -> bytes | None:
        """Return a document's bytes."""

    def documents_of(self, digests: Collection[str]) -> dict[str, bytes]:
        """Return those of some documents that are held as bytes, by digest, in one question."""

    def documents(self, after: str = "", limit: int = 500) -> list[tuple[str, bytes]]:
        """Return at most ``limit`` documents with digests above ``after``, in their order."""

    def disclosed(self, positions: Sequence[int]) -> list[Disclosed]:
        """Return the private fields still held of the events at some positions."""

    def disclosed_of(self, stream: str, name: str) -> Disclosed | None:
        """Return the newest value still held of one private field of a stream."""

    def unreadable(self, positions: Sequence[int]) -> list[Unreadable]:
        """Return the private fields of the events at some positions that should open and do not."""

    def private_of_no_event(self, limit: int = 1_000) -> list[tuple[int, str]]:
        """Return position and name of at most ``limit`` private fields that no event stands by.

        There are none in a log nobody touched. A position that is no number is told as 0.
        """

    def private_streams(self, person: str) -> list[str]:
        """Return the streams that hold private fields of a person, sorted."""

    def disposed(self) -> list[Gone]:
        """Return what was disposed of, also by acts that an older copy of the log does not hold.

        It lies with the keys, so whoever restores a log with the newest keys knows it, too.
        """

    def keys_destroyed(self) -> frozenset[str]:
        """Return the ids of the people some key of whom was destroyed.

        Also by erasures that an older copy of the log does not hold.
        """

    def of_topic(self, topic: str, after: int = 0, limit: int = 500) -> list[Stored]:
        """Return at most ``limit`` rows of a topic at positions above ``after``, unchecked.

        Without an index: it looks through the whole log.
        """

    def command(self, command_id: str) -> CommandRow | None:
        """Return what is kept of a command."""

    def wait(self, after: int, timeout_s: float) -> int:
        """Return the head as soon as it is above ``after``, or when the time is over."""

    def close(self) -> None:
        """Stop writing and release everything held."""


class NoNode(LookupError):  # noqa: N818  a fault of the log, named for what it is
    """A node of the tree that is not kept, or not as one."""


class AlreadyDone(Exception):  # noqa: N818  an answer: this command is on record
    """The command was carried out before; its kept row says with what answer."""

    def __init__(self, row: CommandRow) -> None:
        super().__init__(row.id)
        self.row = row


class StoreUnavailable(Exception):  # noqa: N818  a state of the disk, named for what it is
    """The store cannot write: a full or read-only disk, or another process holds the lock."""
