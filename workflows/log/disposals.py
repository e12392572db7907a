"""Disposals as a verification meets them: what is gone by one is no fault, what stays is."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from domain.disposal_events import DisposalApproved, DisposalProposed, RecordDisposed
from domain.event import leaf_hash
from domain.hold import HoldLifted, HoldPlaced
from domain.person import PersonJoined
from domain.private import OFFICE_OWN
from domain.project_events import EvidenceAttached
from workflows.store.contract import Log, Recorded
from workflows.store.evidence import Evidence

PAGE = 500
_DAMAGED = (ValueError, TypeError, KeyError, AttributeError)

Doubt = tuple[int, str, str]
"""A position, the kind of fault, and why."""


class _Named(NamedTuple):
    """A disposal on record: under which class, and where."""

    under: str
    at: int


class Disposals:
    """The state of one pass over a log.

    Attributes:
        count: how many private values and files were found to be gone by a disposal.
        notes: which, by position, and under which class.
        unseen: those that no disposal on record took away; only the keys say that there was one.
    """

    def __init__(self, log: Log, evidence: Evidence) -> None:
        """Look up what was disposed of, before the first event."""
        self.count = 0
        self.notes: list[tuple[int, str]] = []
        self.unseen: list[tuple[int, str]] = []
        self._evidence = evidence
        self._named = _named(log)
        self._gone = {(one.position, one.leaf) for one in log.disposed()}
        self._attached: dict[str, int] = {}
        self._kept: set[str] = set()
        self._proposed: dict[str, str] = {}
        self._joined: dict[str, str] = {}
        self._holds: dict[str, set[int]] = {}
        self._approved: tuple[str, int] | None = None

    def said(self, recorded: Recorded) -> str | None:
        """Return how what an event had beside it came to be gone, nothing where it was not."""
        named = self._named.get(recorded.position)
        if named is not None:
            return f"disposed of under {named.under} at position {named.at}"
        if (recorded.position, leaf_hash(recorded.content)) in self._gone:
            return "disposed of by an act that came after this copy of the log"
        return None

    def gone(self, recorded: Recorded, what: str, count: int = 1) -> bool:
        """Return whether something an event had beside it was disposed of, and note it."""
        said = self.said(recorded)
        if said is not None:
            self.count += count
            notes = self.notes if recorded.position in self._named else self.unseen
            notes.append((recorded.position, f"{what} {said}"))
        return said is not None

    def take(self, recorded: Recorded) -> Iterator[Doubt]:
        """Yield what is doubtful about an event of a disposal, or that has to do with one."""
        self._note(recorded)
        event, position = recorded.event, recorded.position
        match event.data:
            case DisposalProposed():
                self._proposed[event.stream] = event.by
            case DisposalApproved():
                self._approved = (event.command, event.data.disposal)
                if self._one(event.by) == self._one(self._proposed.get(event.stream, event.by)):
                    yield position, "same_hand", "who proposed a disposal cannot approve it"
            case RecordDisposed() as body:
                if self._approved != (event.command, body.disposal):
                    yield position, "no_approval", "a disposal nobody approved"
                if self._holds.get(event.stream):
                    why = f"{event.stream} was under legal hold when a record of it was destroyed"
                    yield position, "on_hold", why

    def _note(self, recorded: Recorded) -> None:
        """Note what a disposal may depend on."""
        match recorded.event.data:
            case PersonJoined() as body:
                self._joined[body.person] = body.into
            case HoldPlaced(hold=number, subjects=(on,)):
                self._holds.setdefault(on, set()).add(number)
            case HoldLifted(hold=number, subjects=(on,)):
                self._holds.get(on, set()).discard(number)
            case EvidenceAttached(held="here", sha256=sha256) if self.said(recorded) is None:
                self._kept.add(sha256)
            case EvidenceAttached(held="here", sha256=sha256):
                self._attached[sha256] = recorded.position

    def still_held(self, recorded: Recorded, name: str) -> Iterator[Doubt]:
        """Yield that a private value is held although it was disposed of."""
        said = None if name in OFFICE_OWN else self.said(recorded)
        if said is not None:
            why = f"the private field {name} was {said}, and is held"
            yield recorded.position, "disposed_held", why

    def finish(self) -> Iterator[Doubt]:
        """Yield the files that are held although every attachment of them was disposed of."""
        for sha256, position in sorted(self._attached.items()):
            if sha256 not in self._kept and self._evidence.holds(sha256):
                yield position, "disposed_held", f"the file {sha256} was disposed of, and is held"

    def _one(self, person: str) -> str:
        while person in self._joined:
            person = self._joined[person]
        return person


def _named(log: Log) -> dict[int, _Named]:
    """Return the disposals on record by the positions they name; nothing is checked yet."""
    found: dict[int, _Named] = {}
    after = 0
    while page := log.of_topic(RecordDisposed.TOPIC, after, PAGE):
        for row in page:
            try:
                data = json.loads(row.content)["data"]
                named = _Named(data["under"], row.position)
                found |= {at: named for at in data["positions"] if at < row.position}
            except _DAMAGED:
                continue  # the pass says so where it meets the row
        after = page[-1].position
    return found
