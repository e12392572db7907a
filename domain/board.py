"""Boards: who sits in which seat, since when and until when."""

import datetime
from typing import Any, ClassVar

from pydantic import Field

from domain.authority_held import Delegation, Deputy, Grant
from domain.base import Value
from domain.docket import PanelSeat
from domain.event import Body, Draft, Event
from domain.policy import Board as BoardRule
from domain.policy import Name
from domain.refusals import NotKnown, Taken, UnknownFact
from domain.stand_in_events import (
    AuthorityDelegated,
    AuthorityGranted,
    DelegationRevoked,
    DeputyNamed,
    DeputyRecalled,
)


class MemberAppointed(Body):
    """A person was given a seat.

    Attributes:
        seat: the seat, as the policy names it.
        person: id of the member.
        from_: first day, whole, in the office's zone; written ``from``.
        until: last day, whole; open when absent.
        ruling: review that decided it; absent when the founder did, or when the tenure was taken
            over (the header's channel says which).
    """

    TOPIC: ClassVar[str] = "member.appointed/1"
    seat: Name
    person: str
    from_: datetime.date = Field(alias="from")
    until: datetime.date | None = None
    ruling: str | None = None


class MemberRelieved(Body):
    """A person gave up or lost a seat.

    Attributes:
        seat: the seat.
        person: id of the member.
        on: first day without the seat.
        ruling: review that decided it; absent when the founder did.
    """

    TOPIC: ClassVar[str] = "member.relieved/1"
    seat: Name
    person: str
    on: datetime.date
    ruling: str | None = None


class Tenure(Value):
    """One person's time in one seat; both days included, open without an end."""

    seat: str
    person: str
    from_: datetime.date
    until: datetime.date | None = None

    def holds_on(self, day: datetime.date) -> bool:
        """Return whether the seat is held on a day."""
        return self.from_ <= day and (self.until is None or day <= self.until)


class Board(Value):
    """A board as its events leave it; delegations, deputies and grants in order of numbers."""

    tenures: tuple[Tenure, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    grants: tuple[Grant, ...] = ()

    def member(self, seat: str, day: datetime.date) -> str | None:
        """Return who holds a seat on a day."""
        return next((t.person for t in self.tenures if t.seat == seat and t.holds_on(day)), None)


def board_stream(board: str) -> str:
    """Return the stream of a board."""
    return f"board:{board}"


def panel(rule: BoardRule, board: Board | None, day: datetime.date) -> tuple[PanelSeat, ...]:
    """Return every seat of the board with whoever holds it on a day."""
    held = board or Board()
    return tuple(PanelSeat(seat=s.id, person=held.member(s.id, day)) for s in rule.seats)


def appoint(
    name: str, rule: BoardRule, board: Board | None, appointed: MemberAppointed
) -> tuple[Draft, ...]:
    """Give a seat to a person.

    Raises:
        UnknownFact: the board has no such seat.
        Taken: somebody holds the seat on one of those days.
    """
    if appointed.seat not in {seat.id for seat in rule.seats}:
        seats = ", ".join(seat.id for seat in rule.seats)
        raise UnknownFact(f"board {name} has no seat {appointed.seat}; it has {seats}")
    for tenure in (board or Board()).tenures:
        if tenure.seat == appointed.seat and overlap(tenure, appointed):
            raise Taken(
                f"seat {appointed.seat} of board {name} is held from {tenure.from_}",
                fix="Relieve the member first, or appoint from a later day.",
            )
    return (Draft(stream=board_stream(name), data=appointed),)


def relieve(name: str, board: Board | None, relieved: MemberRelieved) -> tuple[Draft, ...]:
    """Take a seat from the person who holds it.

    Raises:
        NotKnown: that person does not hold that seat then.
    """
    day_before = relieved.on - datetime.timedelta(days=1)
    for tenure in (board or Board()).tenures:
        if (tenure.seat, tenure.person) == (relieved.seat, relieved.person) and (
            tenure.holds_on(relieved.on) or tenure.holds_on(day_before)
        ):
            return (Draft(stream=board_stream(name), data=relieved),)
    raise NotKnown(f"this person does not hold seat {relieved.seat} of board {name} then")


def overlap(tenure: Tenure, appointed: MemberAppointed) -> bool:
    """Return whether somebody held a seat on one of the days of an appointment."""
    starts_before_end = appointed.until is None or tenure.from_ <= appointed.until
    ends_after_start = tenure.until is None or appointed.from_ <= tenure.until
    return starts_before_end and ends_after_start


def evolve(board: Board | None, event: Event, _position: int) -> Board | None:
    """Apply one event."""
    return after(board, event.data)


def after(board: Board | None, body: Body) -> Board | None:
    """Return what a board comes to by what an event says."""
    held = board or Board()
    match body:
        case MemberAppointed():
            tenure = Tenure(seat=body.seat, person=body.person, from_=body.from_, until=body.until)
            return held.changed(tenures=(*held.tenures, tenure))
        case MemberRelieved():
            return held.changed(tenures=tuple(_ended(t, body) for t in held.tenures))
        case AuthorityGranted():
            granted = Grant(number=body.grant, **_fields(body, "grant", "ruling"))
            return held.changed(grants=(*held.grants, granted))
    return _stood_in(held, body) or board


def _stood_in(held: Board, body: Body) -> Board | None:
    match body:
        case AuthorityDelegated():
            given = Delegation(number=body.delegation, **_fields(body, "delegation"))
            return held.changed(delegations=(*held.delegations, given))
        case DeputyNamed():
            named = Deputy(number=body.deputy, **_fields(body, "deputy"))
            return held.changed(deputies=(*held.deputies, named))
        case DelegationRevoked(delegation=number):
            kept = (d.changed(revoked=d.revoked or d.number == number) for d in held.delegations)
            return held.changed(delegations=tuple(kept))
        case DeputyRecalled(deputy=number):
            kept_on = (d.changed(recalled=d.recalled or d.number == number) for d in held.deputies)
            return held.changed(deputies=tuple(kept_on))
    return None


def _fields(body: Body, *left_out: str) -> dict[str, Any]:
    return {name: value for name, value in dict(body).items() if name not in left_out}


def _ended(tenure: Tenure, body: MemberRelieved) -> Tenure:
    if (tenure.seat, tenure.person) == (body.seat, body.person) and (
        tenure.until is None or tenure.until >= body.on
    ):
        return tenure.changed(until=body.on - datetime.timedelta(days=1))
    return tenure
