"""Who may decide on a day, and the boards: their seats, their members, and giving a seat."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import TypeAdapter, ValidationError

from api import door
from api.http.authority import show_authority
from api.http.boards import Appointment, Relief, appoint_member, list_boards, relieve_member
from api.http.people import list_people
from api.http.validity import validated
from api.web import vocabulary
from api.web.landing import landed
from api.web.post import Posting
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told
from domain.policy import Day, Name
from domain.refusals import Malformed

router = APIRouter(include_in_schema=False)
BOARDS = "/boards"
_DAY: TypeAdapter[Any] = TypeAdapter(Day)


@router.get("/authority")
def show_who_decides(visit: Visiting) -> Response:
    """Show seats, stand-ins, grants, gaps and overlaps of a day."""
    on, board = visit.text("on", 10), visit.text("board", 60)
    found = told(show_authority(visit.look, _day(on), board or None))
    every = sorted({name for one in vocabulary.every_policy(visit).values() for name in one.boards})
    return visit.page("authority.html", found=found, asked={"on": on, "board": board}, boards=every)


@router.get(BOARDS)
def show_boards(visit: Visiting) -> Response:
    """Show the boards of the policies in force, with who sits where."""
    return _boards_page(visit)


@router.post("/boards/{name}/members")
def appoint(name: Name, post: Posting, visit: Visiting) -> Response:
    """Give a seat to a person, or open the review that decides on it."""

    def act() -> Response:
        content = post.filled("policy", "seat", "person", "from", "until")
        appointment = validated(Appointment, content, "form")
        answer = appoint_member(name, appointment, post.member(door.FOUNDING))
        return landed(post, answer, BOARDS)

    return attempt(post, "appoint", act, lambda sent: _boards_page(visit, sent), about=name)


@router.post("/boards/{name}/reliefs")
def relieve(name: Name, post: Posting, visit: Visiting) -> Response:
    """Take a seat from the person who holds it, or open the review that decides on it."""

    def act() -> Response:
        seat, _, person = post.text("holder").partition("|")
        content = {**post.filled("policy", "on"), "seat": seat, "person": person}
        relief = validated(Relief, content, "form")
        answer = relieve_member(name, relief, post.member(door.FOUNDING))
        return landed(post, answer, BOARDS)

    return attempt(post, "relieve", act, lambda sent: _boards_page(visit, sent), about=name)


def _day(text: str) -> Any:
    """Return a day that was asked about, None where none was.

    Raises:
        Malformed: it is no day.
    """
    if not text:
        return None
    try:
        return _DAY.validate_python(text)
    except ValidationError:
        raise Malformed(f"“{text}” is no day", fix="Write it like 2026-11-22.") from None


def _boards_page(visit: Visit, sent: Returned | None = None) -> Response:
    sitting = {one["code"]: one for one in told(list_boards(visit.look, visit.whole()))["boards"]}
    boards = [
        {
            "name": name,
            "label": vocabulary.label(visit, rule.label, name),
            "policy": code,
            "rule": rule,
            "seats": [_seat(visit, seat, sitting.get(name)) for seat in rule.seats],
            "tenures": sitting.get(name, {}).get("tenures", []),
        }
        for code, policy in vocabulary.every_policy(visit).items()
        for name, rule in policy.boards.items()
    ]
    return visit.page(
        "boards.html",
        boards=boards,
        people=told(list_people(visit.look, visit.whole()))["people"],
        runs=not visit.look.person.roles.isdisjoint(door.FOUNDING),
        sent=sent,
    )


def _seat(visit: Visit, seat: Any, board: dict[str, Any] | None) -> dict[str, Any]:
    members = [] if board is None else board["members"]
    holder = next((one["person"] for one in members if one["seat"] == seat.id), None)
    return {"id": seat.id, "label": vocabulary.label(visit, seat.label, seat.id), "person": holder}
