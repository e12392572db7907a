"""Disposals in a bundle: the events that say why a value or a file is not there any more."""

from collections.abc import Mapping
from typing import Any

from domain.disposal_events import RecordDisposed
from domain.event import stream_kind
from domain.project_events import EvidenceAttached
from workflows.store.contract import Log, Recorded
from workflows.store.evidence import Evidence

KINDS = frozenset({"project", "review"})


def disposals_of(
    log: Log, evidence: Evidence, events: Mapping[int, Recorded], end: int
) -> dict[int, Recorded]:
    """Return the disposals that took away what was beside some events, by the events' positions.

    Args:
        log: the log.
        evidence: the files held.
        events: the events of a bundle.
        end: last position the checkpoint covers.
    """
    missing = _incomplete(log, evidence, events)
    streams = {events[at].event.stream for at in missing}
    return {
        at: recorded
        for stream in sorted(one for one in streams if stream_kind(one) in KINDS)
        for recorded in log.stream(stream)
        if recorded.position <= end and isinstance(recorded.event.data, RecordDisposed)
        for at in recorded.event.data.positions
        if at in missing
    }


def _incomplete(log: Log, evidence: Evidence, events: Mapping[int, Recorded]) -> set[int]:
    """Return the positions of the events beside which something is not held any more."""
    bound = {at: len(one.event.sd or ()) for at, one in events.items()}
    for held in log.disclosed(list(events)):
        bound[held.position] -= 1
    files = {
        at
        for at, one in events.items()
        if isinstance(one.event.data, EvidenceAttached)
        and not evidence.holds(one.event.data.sha256)
    }
    return files | {at for at, count in bound.items() if count > 0}


def files_held(
    evidence: Evidence, events: Mapping[int, Recorded], disposed: Mapping[int, Recorded]
) -> dict[str, dict[str, Any]]:
    """Return of each file that some events attach, by digest, whether it is here and why not."""
    bodies = ((at, one.event.data) for at, one in events.items())
    return {
        body.sha256: _state(evidence, at, body, disposed)
        for at, body in bodies
        if isinstance(body, EvidenceAttached)
    }


def _state(
    evidence: Evidence, at: int, body: EvidenceAttached, disposed: Mapping[int, Recorded]
) -> dict[str, Any]:
    if body.held == "elsewhere":
        return {"state": "elsewhere"}
    if at in disposed and not evidence.holds(body.sha256):
        return {"state": "disposed", "attached": at, "disposal": disposed[at].position}
    return {"state": "here" if evidence.check(body.sha256) else "missing"}
