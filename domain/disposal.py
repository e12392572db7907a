"""Disposal: records that are due are destroyed once one person proposed it and another approved."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from domain.act import Act
from domain.base import INTEGER_MAX, Code, Text, Value
from domain.disposal_events import (
    DisposalApproved,
    DisposalDeclined,
    DisposalProposed,
    FileListed,
    RecordDisposed,
    RecordListed,
)
from domain.event import Draft, Event
from domain.hold import Holds, require_free
from domain.refusals import Malformed, NotDue, NotYourOwn, StepNotOpen
from domain.retention import Record

RECORDS_MAX = 100
EVENTS_MAX = 400
"""How many events one disposal reaches: what it lists has to fit into one event of its own."""


class Chosen(Value):
    """One record somebody wants disposed of: a subject, under a class."""

    subject: Text = Field(min_length=3, max_length=300)
    under: Code


class ProposeDisposal(Value):
    """Propose to dispose of records that are due.

    Attributes:
        records: which ones, as the list of what is due shows them.
    """

    records: tuple[Chosen, ...] = Field(min_length=1, max_length=RECORDS_MAX)


class ApproveDisposal(Value):
    """Approve a disposal that somebody else proposed, and have it carried out."""

    disposal: int = Field(ge=1, le=INTEGER_MAX)


class DeclineDisposal(Value):
    """Turn a proposed disposal down, or take one's own back.

    Attributes:
        reason: why.
    """

    disposal: int = Field(ge=1, le=INTEGER_MAX)
    reason: Text = Field(min_length=1, max_length=8000)


class Disposal(Value):
    """A disposal as its events leave it.

    Attributes:
        settled_by: id of who approved or declined it.
    """

    number: int
    status: Literal["proposed", "declined", "approved"] = "proposed"
    schedule: int
    subjects: tuple[str, ...]
    records: tuple[RecordListed, ...]
    proposed_by: str
    settled_by: str | None = None


class Due(Value):
    """A record that is due, with every legal hold on whatever it is about."""

    record: Record
    holds: tuple[Holds, ...] = ()


def disposal_stream(number: int) -> str:
    """Return the stream of a disposal."""
    return f"disposal:{number}"


def listed(record: Record) -> RecordListed:
    """Return what is to be destroyed of a record; of a very long one what comes first.

    What is left of it stays due.
    """
    items = record.items[:EVENTS_MAX]
    return RecordListed(
        under=record.under,
        basis=record.basis,
        subject=record.subject,
        positions=tuple(item.position for item in items),
        files=tuple(
            FileListed(position=item.position, sha256=item.sha256)
            for item in items
            if item.sha256 is not None
        ),
    )


def propose(
    command: ProposeDisposal, number: int, schedule: int, found: Mapping[Chosen, Due]
) -> tuple[Draft, ...]:
    """Propose a disposal.

    Args:
        command: what was asked.
        number: the number it gets.
        schedule: number of the schedule in force.
        found: those of the records asked for that are due.

    Raises:
        Malformed: a record is named twice, or the proposal reaches too many events.
        NotDue: one is not due.
        OnHold: one is under a legal hold.
    """
    if len(set(command.records)) != len(command.records):
        raise Malformed("a record is named twice", fix="Name each record once.")
    for chosen in command.records:
        if chosen not in found:
            raise _not_due(chosen.subject, chosen.under)
        require_free(found[chosen].holds)
    records = tuple(listed(found[one].record) for one in command.records)
    reached = sum(len(one.positions) for one in records)
    if reached > EVENTS_MAX:
        raise Malformed(
            f"the proposal reaches {reached} events; one disposal reaches at most {EVENTS_MAX}",
            fix="Propose fewer records at once.",
        )
    body = DisposalProposed(
        disposal=number,
        schedule=schedule,
        subjects=tuple(sorted({one.subject for one in records})),
        records=records,
    )
    return (Draft(stream=disposal_stream(number), data=body),)


def approve(
    disposal: Disposal, act: Act, proposers: Iterable[str], found: Mapping[Chosen, Due],
    elsewhere: frozenset[str],
) -> tuple[Draft, ...]:  # fmt: skip
    """Approve a disposal, and carry it out.

    Args:
        disposal: what was proposed.
        act: whose act it is.
        proposers: every id of who proposed it.
        found: those of its records that are due still.
        elsewhere: digests of files that records hold which are not in this disposal.

    Raises:
        StepNotOpen: it was approved or declined before.
        NotYourOwn: the person proposed it.
        NotDue: a record is not due any more, or is not what was proposed.
        OnHold: a legal hold was placed meanwhile.
    """
    _require_open(disposal)
    if act.by in set(proposers):
        raise NotYourOwn(f"disposal {disposal.number} was proposed by you, {act.by}")
    drafts = [
        Draft(
            stream=disposal_stream(disposal.number),
            data=DisposalApproved(
                disposal=disposal.number,
                subjects=disposal.subjects,
                proposed_by=disposal.proposed_by,
            ),
        )
    ]
    for one in disposal.records:
        now = found.get(Chosen(subject=one.subject, under=one.under))
        if now is None:
            raise _not_due(one.subject, one.under)
        require_free(now.holds)
        if listed(now.record) != one:
            raise NotDue(
                f"what is kept of {one.subject} under {one.under} is not what was proposed",
                fix=f"Decline disposal {disposal.number}, and propose it again as it is now.",
            )
        drafts.append(Draft(stream=one.subject, data=_disposed(disposal, one, elsewhere)))
    return tuple(drafts)


def decline(disposal: Disposal, command: DeclineDisposal) -> tuple[Draft, ...]:
    """Turn a disposal down.

    Raises:
        StepNotOpen: it was approved or declined before.
    """
    _require_open(disposal)
    body = DisposalDeclined(disposal=disposal.number, subjects=disposal.subjects)
    stream = disposal_stream(disposal.number)
    return (Draft(stream=stream, data=body, private={"reason": command.reason}),)


def _disposed(disposal: Disposal, one: RecordListed, elsewhere: frozenset[str]) -> RecordDisposed:
    return RecordDisposed(
        disposal=disposal.number,
        proposed_by=disposal.proposed_by,
        under=one.under,
        basis=one.basis,
        positions=one.positions,
        files=one.files,
        kept=tuple(sorted({file.sha256 for file in one.files} & elsewhere)),
    )


def _require_open(disposal: Disposal) -> None:
    if disposal.status != "proposed":
        raise StepNotOpen(
            f"disposal {disposal.number} was {disposal.status} before",
            fix="Propose another one for what is due still.",
        )


def _not_due(subject: str, under: str) -> NotDue:
    return NotDue(f"there is nothing of {subject} that is due under {under}")


def evolve(disposal: Disposal | None, event: Event, _position: int) -> Disposal | None:
    """Apply one event of a disposal."""
    match event.data:
        case DisposalProposed() as body:
            return Disposal(
                number=body.disposal,
                schedule=body.schedule,
                subjects=body.subjects,
                records=body.records,
                proposed_by=event.by,
            )
        case DisposalDeclined() if disposal is not None:
            return disposal.changed(status="declined", settled_by=event.by)
        case DisposalApproved() if disposal is not None:
            return disposal.changed(status="approved", settled_by=event.by)
    return disposal
