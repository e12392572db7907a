"""Erasing people, and legal holds that stand against it."""

from fastapi import Response

from api.http.acting import Founder, Told
from api.http.folded import folded
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from domain.base import Code
from domain.erasure import ErasePerson
from domain.hold import Hold, Holds, LiftHold, PlaceHold
from projections.hiding import names_hidden

router = Section(tags=["privacy"])


@router.post("/people/{person}/erasure", status_code=201)
def erase_person(person: Code, command: ErasePerson, office: Founder) -> Told:
    """Destroy name, address and words of a person; what happened stays on record."""
    answer = office.house.privacy.erase(person, command, office.act)
    return office.made(answer, "/people/{person}")


@router.post("/holds", status_code=201)
def place_hold(command: PlaceHold, office: Founder) -> Told:
    """Place a legal hold: nothing about the subject is erased while it is in force."""
    return office.made(office.house.privacy.place(command, office.act), "/holds")


@router.post("/holds/lifting", status_code=201)
def lift_hold(command: LiftHold, office: Founder) -> Told:
    """Lift a legal hold."""
    return office.made(office.house.privacy.lift(command, office.act), "/holds")


@router.get("/holds", response_model=Seen)
def list_holds(look: Look) -> Response:
    """List the legal holds in force."""
    return look.answer(look.here, {"holds": [one.as_json() for one in holds_shown(look)]})


def holds_shown(look: Looking) -> list[Hold]:
    """Return the holds in force at the place looked at, without those on what is not shown."""
    found: list[Hold] = []
    for stream in look.house.log.streams("hold"):
        state: Holds | None = folded(look.house, stream, look.here)
        found += () if state is None else state.in_force
    return [one for one in found if not names_hidden(one.on, look.sight.hidden)]
