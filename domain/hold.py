"""Legal holds: while one is in force, nothing about its subject is erased or disposed of."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from domain.base import INTEGER_MAX, Code, Text, Value
from domain.event import Body, Draft, Event
from domain.refusals import NotKnown, OnHold


class HoldPlaced(Body):
    """Nothing about a subject is to be erased or disposed of. The reason is a private field.

    Attributes:
        hold: its number on this subject, from 1.
        subjects: the stream of the subject: a person, project, portfolio or another.
        reference: what it is called, for example a case number; shown to whoever is held up by it.
    """

    TOPIC: ClassVar[str] = "hold.placed/1"
    hold: int
    subjects: tuple[str]
    reference: Code


class HoldLifted(Body):
    """A hold is no longer in force. The reason is a private field.

    Attributes:
        hold: its number on this subject.
        subjects: the stream of the subject.
    """

    TOPIC: ClassVar[str] = "hold.lifted/1"
    hold: int
    subjects: tuple[str]


class PlaceHold(Value):
    """Place a hold on a subject.

    Attributes:
        on: stream of the subject, for example ``project:APX-042`` or ``person:…``.
        reference: what it is called.
        reason: why.
    """

    on: Text = Field(min_length=3, max_length=300)
    reference: Code
    reason: Text = Field(min_length=1, max_length=8000)


class LiftHold(Value):
    """Lift a hold.

    Attributes:
        on: stream of the subject.
        hold: number of the hold.
        reason: why.
    """

    on: Text = Field(min_length=3, max_length=300)
    hold: int = Field(ge=1, le=INTEGER_MAX)
    reason: Text = Field(min_length=1, max_length=8000)


class Hold(Value):
    """A hold in force."""

    hold: int
    on: str
    reference: str


class Holds(Value):
    """Every hold on one subject.

    Attributes:
        placed: how many there ever were. in_force: those not lifted.
    """

    placed: int = 0
    in_force: tuple[Hold, ...] = ()


def hold_stream(subject: str) -> str:
    """Return the stream of the holds on a subject."""
    return f"hold:{subject.replace(':', '.', 1)}"


def place(holds: Holds | None, command: PlaceHold) -> tuple[Draft, ...]:
    """Place a hold; a subject may be under several."""
    number = (0 if holds is None else holds.placed) + 1
    body = HoldPlaced(hold=number, subjects=(command.on,), reference=command.reference)
    stream = hold_stream(command.on)
    return (Draft(stream=stream, data=body, private={"reason": command.reason}),)


def lift(holds: Holds | None, command: LiftHold) -> tuple[Draft, ...]:
    """Lift a hold.

    Raises:
        NotKnown: no such hold is in force.
    """
    if holds is None or command.hold not in {one.hold for one in holds.in_force}:
        raise NotKnown(f"no hold {command.hold} on {command.on} is in force")
    stream = hold_stream(command.on)
    body = HoldLifted(hold=command.hold, subjects=(command.on,))
    return (Draft(stream=stream, data=body, private={"reason": command.reason}),)


def require_free(holds: Iterable[Holds]) -> None:
    """Refuse while a hold is in force, and name it.

    Raises:
        OnHold: one is.
    """
    for one in holds:
        for hold in one.in_force:
            raise OnHold(f"{hold.on} is under legal hold {hold.hold}, {hold.reference}")


def evolve(holds: Holds | None, event: Event, _position: int) -> Holds | None:
    """Apply one event of the holds on a subject."""
    known = holds or Holds()
    match event.data:
        case HoldPlaced(hold=number, subjects=(on,), reference=reference):
            placed = Hold(hold=number, on=on, reference=reference)
            return Holds(placed=number, in_force=(*known.in_force, placed))
        case HoldLifted(hold=number):
            left = tuple(one for one in known.in_force if one.hold != number)
            return known.changed(in_force=left)
    return holds
