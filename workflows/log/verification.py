"""Verification: one pass over the whole log that holds every byte to account.

Nothing the store says is believed: bytes are hashed and read, the tree is computed anew, and both
are held against what was kept, what was signed, and what somebody kept outside. Memory grows with
the number of streams, people and reviews under way, never with the number of events.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from domain.base import Value
from domain.catalogue import UnreadableEvent
from domain.checkpoint import Checkpoint, Note, VerifierKey
from domain.event import leaf_hash
from domain.private import disclosure_digest, open_disclosure
from domain.project_events import EvidenceAttached
from workflows.log.authority import Authority
from workflows.log.clock_check import ClockCheck
from workflows.log.documents import Documents
from workflows.log.misbehaviour import SplitView, split_views
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
        elsewhere: files held elsewhere, which nobody here can open.
        faults: what does not hold, by position; at most a thousand. faulty: how many in all.
        remarks: what holds and deserves a look.
        split: signed checkpoints of one size that contradict each other.
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
    faulty: int
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    split: tuple[SplitView, ...] = ()


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
        self._evidence = Evidence(data)
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
        self._faulty = self._private = self._bound = self._files = self._elsewhere = 0
        self._held = len(against.held)

    def page(self, after: int, last: int) -> None:
        """Verify the rows of a page."""
        rows = {row.position: row for row in self._log.contents(after, last - after)}
        disclosed: dict[int, tuple[str, ...]] = {}
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
                disclosed[position] = recorded.event.sd or ()
        self._take(self._tree.page(last))
        self._take(self._disclosed(disclosed))

    def result(self, head: int) -> Verified:
        """Return what came of it."""
        self._take(self._authority.finish())
        self._take(self._tree.finish(head))
        self._take(self._published.finish())
        self._take(self._documents.finish())
        self._take((one.position, "split_view", one.why) for one in self._split)
        for fault in self._rechecking.faults:
            if fault.kind != "unreadable_event":
                self._fault(fault.position, fault.kind, fault.why)
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
            private=self._private,
            erased=self._bound - self._private,
            files=self._files,
            elsewhere=self._elsewhere,
            faulty=self._faulty,
            faults=tuple(sorted(self._faults, key=key)),
            remarks=tuple(sorted(self._remarks, key=key)),
            split=self._split,
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
            self._rechecking.take(recorded)
        except _DAMAGED as fault:
            why = f"it cannot have happened after what is on record: {fault}"
            self._fault(recorded.position, "impossible", why)
        if isinstance(recorded.event.data, EvidenceAttached):
            self._file(recorded.position, recorded.event.data)

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

    def _disclosed(self, digests: Mapping[int, tuple[str, ...]]) -> Iterator[tuple[int, str, str]]:
        """Compare the private values still held with what their events bind."""
        self._bound += sum(map(len, digests.values()))
        for held in self._log.disclosed(list(digests)):
            self._private += 1
            try:
                name = open_disclosure(held.text)[0]
                sound = disclosure_digest(held.text) in digests[held.position]
            except _DAMAGED:
                name, sound = "", False
            if not sound or name != held.name:
                why = f"the private field {held.name} is not the one the event binds"
                yield held.position, "private_altered", why
        for shut in self._log.unreadable(list(digests)):
            self._private += 1
            if shut.why == "no_key":
                why = f"the key of the private field {shut.name} is not in the vault"
                yield shut.position, "private_unreadable", why
            else:
                why = f"the private field {shut.name} was altered and cannot be opened"
                yield shut.position, "private_altered", why

    def _file(self, position: int, attached: EvidenceAttached) -> None:
        if attached.held == "elsewhere":
            self._elsewhere += 1
            return
        self._files += 1
        try:
            self._evidence.open(attached.sha256).close()
        except Exception as fault:  # noqa: BLE001  whatever keeps it from being read is the finding
            why = f"the file {attached.sha256} cannot be opened: {fault}"
            self._fault(position, "evidence_missing", why)
            return
        if not self._evidence.check(attached.sha256):
            why = f"the file {attached.sha256} has other bytes"
            self._fault(position, "evidence_altered", why)

    def _take(self, doubts: Iterable[tuple[int, str, str]]) -> None:
        for position, kind, why in doubts:
            self._fault(position, kind, why)

    def _fault(self, position: int, kind: str, why: str) -> None:
        self._faulty += 1
        if len(self._faults) < FAULTS_MAX:
            self._faults.append(Fault(position=position, kind=kind, why=why))
