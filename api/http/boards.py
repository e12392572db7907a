"""Boards: who sits in which seat, since when and until when."""

from typing import Any

from fastapi import Response
from pydantic import Field

from api.http.acting import Founder, Told
from api.http.looking import Look, Looking, Pages, Seen
from api.http.section import Section
from api.http.shown import Names
from domain.base import Code, Text, Value
from domain.policy import Day, Name
from projections.boards import BoardRow, board, boards
from workflows.governing import AppointMember, RelieveMember

router = Section(tags=["boards"])


class Appointment(Value):
    """Give a seat of this board to a person.

    Attributes:
        policy: code of a policy that has the board.
        person: id of the person.
        from_: first day with the seat; written ``from``. Today, when absent.
        until: last day with the seat.
    """

    policy: Code
    seat: Name
    person: Text
    from_: Day | None = Field(default=None, alias="from")
    until: Day | None = None

    def at(self, name: str) -> AppointMember:
        """Return the command for a board."""
        return AppointMember.model_validate({"board": name, **dict(self)})


class Relief(Value):
    """Take a seat of this board from the person who holds it.

    Attributes:
        policy: code of a policy that has the board.
        person: id of the person.
        on: first day without the seat. Today, when absent.
    """

    policy: Code
    seat: Name
    person: Text
    on: Day | None = None

    def at(self, name: str) -> RelieveMember:
        """Return the command for a board."""
        return RelieveMember.model_validate({"board": name, **dict(self)})


@router.post("/boards/{name}/members", status_code=201)
def appoint_member(name: Name, appointment: Appointment, office: Founder) -> Told:
    """Give a seat to a person, or open the review that decides on it."""
    answer = office.house.governing.appoint(appointment.at(name), office.act)
    return office.made(answer, "/boards/{board}")


@router.post("/boards/{name}/reliefs", status_code=201)
def relieve_member(name: Name, relief: Relief, office: Founder) -> Told:
    """Take a seat from the person who holds it, or open the review that decides on it."""
    answer = office.house.governing.relieve(relief.at(name), office.act)
    return office.made(answer, "/boards/{board}")


@router.get("/boards", response_model=Seen)
def list_boards(look: Look, pages: Pages) -> Response:
    """List the boards that ever had a member, in the order of their codes."""
    found = boards(look.views, look.asked, pages.by_code())
    names = Names(look.house)
    return look.page(found, {"boards": [_shown(row, names, look) for row in found.found]})


@router.get("/boards/{name}", response_model=Seen)
def show_board(name: Name, look: Look) -> Response:
    """Show one board: every tenure, and who holds which seat on that day."""
    found = board(look.views, name, look.asked)
    return look.answer(found, {"board": _shown(found.found, Names(look.house), look)})


def _shown(row: BoardRow, names: Names, look: Looking) -> dict[str, Any]:
    return {
        "code": row.code,
        "members": [
            {"seat": tenure.seat, "person": names.person(tenure.person)}
            for tenure in row.tenures
            if tenure.holds_on(look.day)
        ],
        "tenures": [names.of(tenure._asdict(), "person") for tenure in row.tenures],
    }
