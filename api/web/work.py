"""My work: what waits for whoever is signed in, what comes back, and who has the ball."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response

from api.http.changes import list_changes
from api.http.inbox import show_own_inbox
from api.http.projects import list_projects
from api.http.reviews import list_reviews
from api.web.visit import Visit, Visiting, told
from domain.base import moment_text
from domain.words import Standing

router = APIRouter(include_in_schema=False)
ROWS = 100
"""Rows looked through of each kind; the newest."""


@router.get("/")
def show_work(visit: Visiting) -> Response:
    """Show what waits for the reader."""
    inbox = told(show_own_inbox(visit.look))
    me = None if inbox["person"] is None else inbox["person"]["id"]
    paging = visit.whole(ROWS)
    open_reviews = told(list_reviews(visit.look, paging, status="open"))["reviews"]
    deferred = told(list_projects(visit.look, paging, standing=Standing.DEFERRED))["projects"]
    changes = told(list_changes(visit.look, paging, status="requested"))["changes"]
    waiting = [{"late": _late(one, visit), **one} for one in inbox["waiting"]]
    return visit.page(
        "work.html",
        day=inbox["day"],
        ballots=[one for one in waiting if one["what"] == "vote"],
        conditions=[one for one in waiting if one["what"] == "satisfy"],
        others=[one for one in waiting if one["what"] not in {"vote", "satisfy"}],
        deferred=sorted(deferred, key=lambda one: (one["review_date"] or "9999", one["code"])),
        changes=changes,
        reviews=[
            {**one, "mine": one["opened_by"]["id"] == me, "awaited": list(_awaited(one))}
            for one in open_reviews
        ],
    )


def _late(one: dict[str, Any], visit: Visit) -> bool:
    closes = one.get("closes_at")
    over = closes is not None and closes <= moment_text(visit.look.moment)
    return bool(one.get("overdue")) or over


def _awaited(review: dict[str, Any]) -> Iterator[str]:
    """Name whose ballots are missing; while there is no pack, whoever opened it has the ball."""
    if review["pack"] is None:
        yield _named(review["opened_by"])
        return
    voted = {ballot["seat"] for ballot in review["ballots"]} | set(review["conflicts"])
    for one in review["panel"]:
        if one["person"] is not None and one["seat"] not in voted:
            yield _named(one["person"])


def _named(person: dict[str, Any]) -> str:
    return str(person["name"] or person["id"])
