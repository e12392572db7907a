"""Keeping: the retention schedule, what is due, and disposals that two people decide."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from api import door
from api.http.keeping import (
    Declining,
    Number,
    approve_disposal,
    decline_disposal,
    list_disposals,
    list_due,
    propose_disposal,
    set_retention,
    show_disposal,
    show_retention,
)
from api.http.validity import validated
from api.web.post import Post, Posting
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told
from domain.disposal import ProposeDisposal
from domain.refusals import Malformed
from domain.retention import Begins, RecordKind, SetSchedule

router = APIRouter(include_in_schema=False)
PAGE = "/keeping"
EMPTY_ROWS = 2
"""Rows beside the classes there are, for new ones."""

_FIELDS = ("name", "kind", "evidence", "begins", "months", "basis")


@router.get(PAGE)
def show_keeping(visit: Visiting) -> Response:
    """Show the schedule, what is due and what is held, and every disposal."""
    return _page(visit)


@router.post(f"{PAGE}/schedule")
def set_schedule(post: Posting, visit: Visiting) -> Response:
    """Set the retention schedule; a row without a name is none."""

    def act() -> Response:
        member = post.member(door.FOUNDING)
        given = {"classes": _classes(post), "replaces": post.text("replaces")}
        command = validated(SetSchedule, given, "form")
        return post.done(PAGE, set_retention(command, member).position, "scheduled")

    return attempt(post, "schedule", act, lambda sent: _page(visit, sent))


@router.post(f"{PAGE}/disposals")
def propose(post: Posting, visit: Visiting) -> Response:
    """Propose to dispose of the records that were ticked."""

    def act() -> Response:
        member = post.member(door.FOUNDING)
        if not post.texts("record"):
            raise Malformed("no record is ticked", fix="Tick what is to be disposed of.")
        chosen = [one.rpartition("=") for one in post.texts("record")]
        records = [{"subject": subject, "under": under} for subject, _, under in chosen]
        command = validated(ProposeDisposal, {"records": records}, "form")
        return post.done(PAGE, propose_disposal(command, member).position, "disposal_proposed")

    return attempt(post, "propose", act, lambda sent: _page(visit, sent))


@router.post(f"{PAGE}/disposals/{{number}}/approval")
def approve(number: Number, post: Posting, visit: Visiting) -> Response:
    """Approve a disposal somebody else proposed."""

    def act() -> Response:
        answer = approve_disposal(number, post.member(door.FOUNDING))
        return post.done(PAGE, answer.position, "disposal_approved")

    return attempt(post, "approve", act, lambda sent: _page(visit, sent), about=str(number))


@router.post(f"{PAGE}/disposals/{{number}}/declining")
def decline(number: Number, post: Posting, visit: Visiting) -> Response:
    """Turn a proposed disposal down, or take one's own back."""

    def act() -> Response:
        declining = validated(Declining, post.filled("reason"), "form")
        answer = decline_disposal(number, declining, post.member(door.FOUNDING))
        return post.done(PAGE, answer.position, "disposal_declined")

    return attempt(post, "decline", act, lambda sent: _page(visit, sent), about=str(number))


def _classes(post: Post) -> list[dict[str, Any]]:
    columns = zip(*(post.texts(field) for field in _FIELDS), strict=False)
    rows = (dict(zip(_FIELDS, map(str.strip, row), strict=True)) for row in columns)
    return [{name: value for name, value in row.items() if value} for row in rows if row["name"]]


def _page(visit: Visit, sent: Returned | None = None) -> Response:
    look = visit.look
    found = told(list_due(look, visit.paging(), date.fromisoformat(look.day)))
    disposals = told(list_disposals(look))["disposals"]
    schedule = told(show_retention(look))["schedule"]
    return visit.page(
        "keeping.html",
        number=schedule["number"],
        classes=[{"evidence": "", **one} for one in schedule["classes"]],
        due=[one for one in found["due"] if not one["holds"]],
        held=[one for one in found["due"] if one["holds"]],
        next=found["next"],
        open=[
            told(show_disposal(one["disposal"], look))["disposal"]
            for one in disposals
            if one["status"] == "proposed"
        ],
        settled=[one for one in disposals if one["status"] != "proposed"],
        runs=not look.person.roles.isdisjoint(door.FOUNDING),
        kinds=[one.value for one in RecordKind],
        begins=[one.value for one in Begins],
        empty_rows=EMPTY_ROWS,
        sent=sent,
    )
