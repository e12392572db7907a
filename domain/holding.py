"""What is kept beside the events of a project or a review, folded from its stream."""

from datetime import datetime

from domain.base import Moment, Value
from domain.baselines import GOING
from domain.disposal_events import RecordDisposed
from domain.event import Event
from domain.project_events import (
    EvidenceAttached,
    ProjectMoved,
    ProjectProposed,
    ProjectRested,
    ProjectResumed,
    ProjectWithdrawn,
)
from domain.retention import Item
from domain.review_events import ReviewRuled, ReviewWithdrawn
from domain.succession_events import ProjectSuperseded
from domain.taken_over_events import ProjectTakenOver
from domain.undoing_events import ProjectRestored
from domain.words import Standing

_PLACING = (
    ProjectProposed,
    ProjectTakenOver,
    ProjectMoved,
    ProjectRested,
    ProjectResumed,
    ProjectWithdrawn,
    ProjectRestored,
    ProjectSuperseded,
)


class Traces(Value):
    """What one stream keeps beside its events, and when it came to its end.

    Attributes:
        ended_at: since when the project has ended; absent while it goes on.
        ruled_at: since when the review is ruled or withdrawn.
        items: what was not disposed of, by position.
    """

    ended_at: Moment | None = None
    ruled_at: Moment | None = None
    items: tuple[Item, ...] = ()


def evolve(traces: Traces | None, event: Event, position: int) -> Traces:
    """Apply one event of the stream."""
    known = traces or Traces()
    body = event.data
    if isinstance(body, RecordDisposed):
        gone = {*body.positions}
        return known.changed(items=tuple(one for one in known.items if one.position not in gone))
    if event.sd or isinstance(body, EvidenceAttached):
        known = known.changed(items=(*known.items, _item(event, position)))
    if isinstance(body, _PLACING):
        return known.changed(ended_at=_ended(known.ended_at, body.standing, event))
    if isinstance(body, ReviewRuled | ReviewWithdrawn):
        return known.changed(ruled_at=event.effective_at)
    return known


def _item(event: Event, position: int) -> Item:
    body, people = event.data, (event.by,)
    if not isinstance(body, EvidenceAttached):
        return Item(position=position, people=people)
    here = body.sha256 if body.held == "here" else None
    return Item(position=position, people=people, evidence=body.evidence, sha256=here)


def _ended(before: datetime | None, standing: Standing, event: Event) -> datetime | None:
    """Return since when it has ended: one end after another, as superseded once closed, is one."""
    return None if standing in GOING else before or event.effective_at
