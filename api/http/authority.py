"""Authority: who may decide what on a day, and letting others decide in one's place."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import Field

from api.house import House
from api.http.acting import Member, Told
from api.http.looking import Look, Seen
from api.http.section import Section
from api.http.shown import ALL_ROWS, Names
from domain.base import INTEGER_MAX, Code, Text, Texts, Value, moment_text
from domain.money import Money
from domain.policy import Board as BoardRule
from domain.policy import Day, Name
from domain.refusals import NotKnown
from domain.review_commands import Words
from projections.as_of import AsOf
from projections.authority import Authority, Rules, SeatRow, StandIn, authority
from projections.policies import policies
from workflows.stand_ins import Delegate, EndStandIn, GrantAuthority, NameDeputy

router = Section(tags=["authority"])

Number = Annotated[int, Path(ge=1, le=INTEGER_MAX)]


class Delegating(Value):
    """Delegate the vote of your seat of this board; see `Delegate`."""

    policy: Code
    seat: Name
    person: Text
    matters: Texts = ()
    up_to: Money | None = None
    portfolios: Texts = ()
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    onward: bool = False
    of: Annotated[int, Field(ge=1, le=INTEGER_MAX)] | None = None


class Covering(Value):
    """Let a person cover for the member of a seat of this board; see `NameDeputy`."""

    policy: Code
    seat: Name
    person: Text
    from_: Day | None = Field(default=None, alias="from")
    until: Day


class Ending(Value):
    """End a delegation or a cover at once."""

    policy: Code
    reason: Words | None = None


class Granting(Value):
    """Grant the member of this board's sole seat authority; see `GrantAuthority`."""

    policy: Code
    seat: Name
    person: Text
    matters: Texts = Field(min_length=1)
    up_to: Money
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None


@router.get("/authority", response_model=Seen)
def show_authority(
    look: Look,
    on: Annotated[Day | None, Query(description="The day asked about; it may lie ahead.")] = None,
    board: Annotated[Name | None, Query(description="Only of this board.")] = None,
) -> Response:
    """Show who may decide on a day: seats, who stands in, grants; gaps and overlaps."""
    day = on or date.fromisoformat(look.day)
    rules = ruling_boards(look.house, moment_text(look.moment), look.asked, board)
    found = authority(look.views, day, rules, look.asked)
    lines = authority_lines(found.found, Names(look.house))
    return look.answer(found, {"on": day.isoformat(), **lines})


@router.post("/boards/{name}/delegations", status_code=201)
def delegate(name: Name, asked: Delegating, member: Member) -> Told:
    """Let another person vote for your seat, standing, within limits."""
    command = Delegate.model_validate({"board": name, **dict(asked)})
    return member.made(member.house.stand_ins.delegate(command, member.act), "/authority")


@router.post("/boards/{name}/delegations/{number}/revocation")
def revoke_delegation(name: Name, number: Number, asked: Ending, member: Member) -> Told:
    """Revoke a delegation at once, with all that was passed on from it."""
    command = EndStandIn(board=name, number=number, **dict(asked))
    return member.told(member.house.stand_ins.revoke(command, member.act))


@router.post("/boards/{name}/deputies", status_code=201)
def name_deputy(name: Name, asked: Covering, member: Member) -> Told:
    """Name a deputy for the member of a seat, from a first to a last day, both whole."""
    command = NameDeputy.model_validate({"board": name, **dict(asked)})
    return member.made(member.house.stand_ins.name_deputy(command, member.act), "/authority")


@router.post("/boards/{name}/deputies/{number}/recall")
def recall_deputy(name: Name, number: Number, asked: Ending, member: Member) -> Told:
    """Recall a deputy at once."""
    command = EndStandIn(board=name, number=number, **dict(asked))
    return member.told(member.house.stand_ins.recall(command, member.act))


@router.post("/boards/{name}/grants", status_code=201)
def grant_authority(name: Name, asked: Granting, member: Member) -> Told:
    """Open the review that grants authority; a sole decider grants it at once."""
    command = GrantAuthority.model_validate({"board": name, **dict(asked)})
    return member.made_review(member.house.stand_ins.grant(command, member.act))


def ruling_boards(house: House, moment: str, asked: AsOf | None, board: str | None) -> Rules:
    """Return the boards of the policies in force at a moment, given as canonical text.

    Raises:
        NotKnown: no policy in force then has the board wanted.
    """
    found: dict[str, tuple[BoardRule, ...]] = {}
    for row in policies(house.views.reading, asked, ALL_ROWS).found:
        version = row.in_force(moment)
        text = None if version is None else house.desk.texts.policy(version.digest)
        for name, rule in () if text is None else text.boards.items():
            found[name] = (*found.get(name, ()), rule)
    if board is None:
        return found
    if board not in found:
        raise NotKnown(f"no policy in force has a board {board}")
    return {board: found[board]}


def authority_lines(found: Authority, names: Names) -> dict[str, Any]:
    """Return authority as shown, people with their names."""
    return {
        "seats": [_seat(row, names) for row in found.seats],
        "gaps": [{"board": board, "seat": seat} for board, seat in found.gaps],
        "overlaps": [
            {**one._asdict(), "people": [names.person(who) for who in one.people]}
            for one in found.overlaps
        ],
    }


def _seat(row: SeatRow, names: Names) -> dict[str, Any]:
    return {
        **names.of(row._asdict(), "person"),
        "stand_ins": _stand_ins(row.stand_ins, names),
        "grants": [one._asdict() for one in row.grants],
    }


def _stand_ins(rows: Iterable[StandIn], names: Names) -> list[dict[str, Any]]:
    shown = (names.of(one._asdict(), "person") for one in rows)
    return [{k: v for k, v in one.items() if v is not None} for one in shown]
