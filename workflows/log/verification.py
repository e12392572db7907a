"""Verification: one pass over the whole log that holds every byte to account.

Nothing the store says is believed: bytes are hashed and read, the tree is computed anew, and both
are held against what was kept, what was signed, and what somebody kept outside. Memory grows with
the number of streams, people and reviews under way, never with the number of events.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from domain.base import Value
from domain.catalogue import UnreadableEvent
from domain.checkpoint import Checkpoint, Note, VerifierKey
from domain.event import leaf_hash
from workflows.log.attachments import Attachments
from workflows.log.authority import Authority
from workflows.log.clock_check import ClockCheck
from workflows.log.disposals import Disposals
from workflows.log.documents import Documents
from workflows.log.misbehaviour import SplitView, split_views
from workflows.log.private_check import PrivateCheck
from workflows.log.published import PublishedTiles
from workflows.log.tree_check import TreeCheck
from workflows.named import named_in
from workflows.recheck import Rechecking
from workflows.store.contract import Log, Recorded, Stored
from workflows.store.evidence import Evidence
from workflows.store.mapper import Told, event_of

PAGE = 500
FAULTS_MAX = 1_000

Progress = Callable[[int, int], None]
_DAMAGED = (ValueError, TypeError, AttributeError, KeyError, AssertionError)


class Fault(Value):
    """Something that does not hold.

    Attributes:
        position: the event it is about, as far as it can be told; for a checkpoint its size.
        kind: name of the fault, for machines.
        why: what is wrong, for people.
    """

    position: int
    kind: str
    why: str


class Verified(Value):
    """What came of a pass over a log.

    Attributes:
        position: last position verified.
        root: of the tree over all of it, hexadecimal.
        streams: how many streams.
        checkpoints: signed ones the log was held against; held: kept elsewhere and given.
        computed, reported: rulings made again; rulings that cannot be.
        documents, private, files: how many of each were compared with their digests.
        erased: private values that are not held any more; what is erased is no fault.
        disposed: private values and files that were disposed of; that is no fault either.
        elsewhere: files held elsewhere, which nobody here can open.
        faults: what does not hold, by position; at most a thousand. faulty: how many in all.
        remarks: what holds and deserves a look.
        split: signed checkpoints of one size that contradict each other.
        disposals: what is not held any more, and under which class; at most a thousand.
    """

    position: int
    root: str
    streams: int
    checkpoints: int
    held: int
    computed: int
    reported: int
    documents: int
    private: int
    erased: int
    files: int
    elsewhere: int
    disposed: int = 0
    faulty: int
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    split: tuple[SplitView, ...] = ()
    disposals: tuple[Fault, ...] = ()


class Against(NamedTuple):
    """What a log is to be held against.

    Attributes:
        trusted: the keys whose signatures count.
        signed: checkpoints found with the log.
        held: checkpoints kept elsewhere.
        now: the clock of whoever verifies, where they have one they trust.
    """

    trusted: tuple[VerifierKey, ...] = ()
    signed: tuple[tuple[Checkpoint, Note], ...] = ()
    held: tuple[tuple[Checkpoint, Note], ...] = ()
    now: datetime | None = None


def verify(log: Log, data: Path, against: Against, progress: Progress | None = None) -> Verified:
    """Hold a log to account, from its first event to its last.

    Args:
        log: the log; one open for reading only will do.
        data: its data directory, for evidence and published files.
        against: checkpoints and keys.
        progress: told after every page.
    """
    passing = _Pass(log, data, against)
    head, position = log.head(), 0
    while position < head:
        last = min(position + PAGE, head)
        passing.page(position, last)
        position = last
        if progress is not None:
            progress(position, head)
    return passing.result(head)


class _Pass:
    """The state of one pass."""

    def __init__(self, log: Log, data: Path, against: Against) -> None:
        self._log = log
        self._disposals = Disposals(log, Evidence(data))
        self._attachments = Attachments(Evidence(data), self._disposals)
        self._tree = TreeCheck(log, against.trusted, against.signed, against.held)
        self._published = PublishedTiles(data)
        self._documents = Documents(log)
        self._rechecking = Rechecking(log)
        self._authority = Authority(self._rechecking)
        self._versions: Counter[str] = Counter()
        self._clock = ClockCheck(against.now)
        self._split = tuple(split_views((*against.signed, *against.held), against.trusted))
        self._named: dict[int, tuple[str, ...]] = {}
        self._found: dict[str, bytes] = {}
        self._faults: list[Fault] = []
        self._remarks: list[Fault] = []
        self._private = PrivateCheck(log, self._disposals)
        self._faulty = 0
        self._held = len(against.held)

    def page(self, after: int, last: int) -> None:
        """Verify the rows of a page."""
        rows = {row.position: row for row in self._log.contents(after, last - after)}
        read: dict[int, Recorded] = {}
        self._ahead(rows.values())
        for position in range(after + 1, last + 1):
            row = rows.get(position)
            if row is None:
                self._fault(position, "event_missing", "there is no event at this position")
                self._tree.skip()
                continue
            recorded = self._row(row)
            if recorded is not None:
                self._event(recorded, row.clock)
                read[position] = recorded
        self._take(self._tree.page(last))
        self._take(self._private.page(read))

    def result(self, head: int) -> Verified:
        """Return what came of it."""
        self._take(self._authority.finish())
        self._take(self._disposals.finish())
        self._take(self._tree.finish(head))
        self._take(self._published.finish())
        self._take(self._documents.finish())
        self._take(self._private.finish())
        self._take((one.position, "split_view", one.why) for one in self._split)
        for fault in self._rechecking.faults:
            if fault.kind != "unreadable_event":
                self._fault(fault.position, fault.kind, fault.why)
        for position, why in self._disposals.unseen[:FAULTS_MAX]:
            self._remarks.append(Fault(position=position, kind="disposed_unseen", why=why))
        for position, whose in self._private.erasures.unseen[:FAULTS_MAX]:
            why = f"gone with the key of {whose}, whom nobody on record erased"
            self._remarks.append(Fault(position=position, kind="erased_unseen", why=why))
        key = lambda fault: (fault.position, fault.kind)  # noqa: E731  one order for both
        return Verified(
            position=head,
            root=self._tree.root.hex(),
            streams=len(self._versions),
            checkpoints=self._tree.checkpoints,
            held=self._held,
            computed=self._rechecking.computed,
            reported=self._rechecking.reported,
            documents=self._documents.count,
            private=self._private.held,
            erased=self._private.erased,
            disposed=self._disposals.count,
            files=self._attachments.count,
            elsewhere=self._attachments.elsewhere,
            faulty=self._faulty,
            faults=tuple(sorted(self._faults, key=key)),
            remarks=tuple(sorted(self._remarks, key=key)),
            split=self._split,
            disposals=tuple(
                Fault(position=position, kind="disposed", why=why)
                for position, why in sorted(self._disposals.notes)[:FAULTS_MAX]
            ),
        )

    def _ahead(self, rows: Collection[Stored]) -> None:
        """Fetch the documents that a page names, in one question for those who look at them."""
        named = ((row.position, tuple(named_in(row))) for row in rows)
        self._named = {position: names for position, names in named if names}
        wanted = {name for names in self._named.values() for name in names}
        self._found = self._log.documents_of(wanted)
        self._rechecking.ahead(self._found)

    def _row(self, row: Stored) -> Recorded | None:
        """Check the bytes of a row, and return its event if it is one."""
        if not isinstance(row.content, bytes):
            self._fault(row.position, "leaf_differs", "the row holds no bytes")
            self._tree.take(leaf_hash(b""))
            return None
        leaf = leaf_hash(row.content)
        if leaf != row.leaf:
            self._fault(row.position, "leaf_differs", "the bytes do not have their kept hash")
        self._take(self._tree.take(leaf))
        if row.position <= self._published.size:
            self._take(self._published.take(row.position, row.content, leaf))
        self._documents.named_by(row, self._named.get(row.position, ()), self._found)
        try:
            told = Told(row.position, row.stream, row.version, row.topic)
            event = event_of(told, row.content)
            clock = datetime.fromisoformat(row.clock)
        except UnreadableEvent as fault:
            self._fault(row.position, "unreadable_event", str(fault))
            return None
        except (ValueError, TypeError):
            self._fault(row.position, "clock_differs", "the clock of the row is no moment")
            return None
        return Recorded(row.position, clock, row.content, event)

    def _event(self, recorded: Recorded, clock: str) -> None:
        self._order(recorded, clock)
        try:
            self._take(self._authority.take(recorded))
            self._take(self._disposals.take(recorded))
            self._rechecking.take(recorded)
        except _DAMAGED as fault:
            why = f"it cannot have happened after what is on record: {fault}"
            self._fault(recorded.position, "impossible", why)
        self._take(self._attachments.take(recorded))

    def _order(self, recorded: Recorded, clock: str) -> None:
        event, position = recorded.event, recorded.position
        expected = self._versions[event.stream] + 1
        if event.version != expected:
            why = f"version {event.version} of {event.stream}, where {expected} was to come"
            self._fault(position, "version_differs", why)
        self._versions[event.stream] = event.version
        for at, kind, why in self._clock.take(position, event.at):
            if len(self._remarks) < FAULTS_MAX:
                self._remarks.append(Fault(position=at, kind=kind, why=why))
        if clock != self._clock.latest:
            self._fault(position, "clock_differs", "the clock kept is not the greatest time so far")
        if event.basis >= position:
            self._fault(position, "basis_differs", "it was decided on what came after it")

    def _take(self, doubts: Iterable[tuple[int, str, str]]) -> None:
        for position, kind, why in doubts:
            self._fault(position, kind, why)

    def _fault(self, position: int, kind: str, why: str) -> None:
        self._faulty += 1
        if len(self._faults) < FAULTS_MAX:
            self._faults.append(Fault(position=position, kind=kind, why=why))
