"""People: random ids for ever, names joined when they are shown."""

from typing import Any

from fastapi import Response

from api.http.acting import Founder, Told
from api.http.folded import folded
from api.http.looking import Look, Pages, Seen
from api.http.section import Section
from api.http.shown import Names
from domain.base import Code, Value
from domain.office import OFFICE, Office
from domain.person import JoinPeople, LinkIdentity, RegisterPerson, person_stream
from domain.refusals import NotKnown
from domain.review_commands import Words
from projections.people import people

router = Section(tags=["people"])


class Joining(Value):
    """Whom this person was joined into, and how that is known."""

    into: Code
    reason: Words


@router.post("/people", status_code=201)
def register_person(command: RegisterPerson, office: Founder) -> Told:
    """Make a person known before they first sign in, by e-mail address or by name."""
    return office.made(office.house.people.register(command, office.act), "/people/{person}")


@router.post("/people/{person}/identities", status_code=201)
def link_identity(person: Code, command: LinkIdentity, office: Founder) -> Told:
    """Let an identity of an issuer belong to a person, before they first sign in with it."""
    return office.made(office.house.people.link(person, command, office.act), "/people/{person}")


@router.post("/people/{person}/joining", status_code=201)
def join_people(person: Code, joining: Joining, office: Founder) -> Told:
    """Say that this person is another one on record; that id stands for both from now on."""
    command = JoinPeople(person=person, into=joining.into, reason=joining.reason)
    return office.made(office.house.people.join(command, office.act), "/people/{person}")


@router.get("/people", response_model=Seen)
def list_people(look: Look, pages: Pages) -> Response:
    """List everybody on record, by id; names while they are held, addresses never."""
    found = people(look.views, look.asked, pages.by_code())
    names = Names(look.house)
    shown = [
        {
            **names.of(row._asdict(), "by", "joined_into"),
            "person": names.person(row.person),
        }
        for row in found.found
    ]
    return look.page(found, {"people": shown})


@router.get("/people/{person}", response_model=Seen)
def show_person(person: Code, look: Look) -> Response:
    """Show a person: id, the name while it is held, and whether another id stands for them."""
    if folded(look.house, person_stream(person), look.here) is None:
        raise NotKnown(f"there is no person {person} at position {look.here.position}")
    names = Names(look.house)
    shown: dict[str, Any] = {**(names.person(person) or {})}
    office: Office | None = folded(look.house, OFFICE, look.here)
    if office is not None and person in office.joined:
        shown = {**shown, "joined_into": names.person(office.one(person))}
    return look.answer(look.here, {"person": shown})
