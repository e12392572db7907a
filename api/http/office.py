"""The office, and whoever is asking."""

from typing import Any

from fastapi import Response

from api import door
from api.http.acting import Founder, Member, Told
from api.http.folded import folded
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from api.http.shown import ALL_ROWS, Names
from domain.office import OFFICE, FoundOffice, Office
from domain.refusals import NotKnown
from projections.boards import boards
from workflows.desk import Answer

router = Section(tags=["office"])


@router.post("/office", status_code=201)
def found_office(command: FoundOffice, founder: Founder) -> Told:
    """Found the office; you become its founder."""
    who = door.founder_of(founder.person)
    answer = founder.house.offices.found(command, founder.founding, who)
    return founder.made(answer, "/office")


@router.get("/office", response_model=Seen)
def show_office(look: Look) -> Response:
    """Show the office: its title, time zone, currency, languages and founder."""
    office: Office | None = folded(look.house, OFFICE, look.here)
    if office is None:
        raise NotKnown("there is no office yet", fix="Found it first: POST /api/v1/office.")
    told = {name: value for name, value in office.as_json().items() if name != "joined"}
    shown = Names(look.house).of(told, "founder")
    return look.answer(look.here, {"office": shown})


@router.post("/me", status_code=201)
def sign_in(member: Member) -> Told:
    """Become known, if you are not yet: the answer holds the id others appoint you by."""
    person = member.act.by
    answer = Answer(position=member.house.log.head(), content={"person": person})
    return member.made(answer, "/people/{person}")


@router.get("/me", response_model=Seen)
def show_me(look: Look) -> Response:
    """Show who you are here: your id, once you were seen to act, your roles and your seats."""
    person = door.known(look.house, look.person)
    shown = None if person is None else Names(look.house).person(person)
    me = {
        "person": shown,
        "signed_in_as": look.person.name,
        "roles": sorted(look.person.roles),
        "seats": [] if person is None else _seats(look, person),
    }
    return look.answer(look.here, {"me": me})


def _seats(look: Looking, person: str) -> list[dict[str, Any]]:
    office: Office = look.house.desk.load().office()
    return [
        {"board": board.code, "seat": tenure.seat, "since": tenure.since, "until": tenure.until}
        for board in boards(look.views, look.asked, ALL_ROWS).found
        for tenure in board.tenures
        if office.one(tenure.person) == person and tenure.holds_on(look.day)
    ]
