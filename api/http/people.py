"""People: random ids for ever, names joined when they are shown."""

from fastapi import APIRouter, Response

from api.http.acting import Founder, Told
from api.http.folded import folded
from api.http.looking import Look, Seen
from api.http.shown import Names
from domain.base import Code
from domain.person import RegisterPerson, person_stream
from domain.refusals import NotKnown

router = APIRouter(tags=["people"])


@router.post("/people", status_code=201)
def register_person(command: RegisterPerson, office: Founder) -> Told:
    """Make a person known before they first sign in, by e-mail address or by name."""
    return office.made(office.house.people.register(command, office.act), "/people/{person}")


@router.get("/people/{person}", response_model=Seen)
def show_person(person: Code, look: Look) -> Response:
    """Show a person: id, and the name while it is held."""
    if folded(look.house, person_stream(person), look.here) is None:
        raise NotKnown(f"there is no person {person} at position {look.here.position}")
    return look.answer(look.here, {"person": Names(look.house).person(person)})
