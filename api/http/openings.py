"""What could be decided about a project now: gates and matters, and why others cannot."""

from typing import Any

from fastapi import Response

from api import door
from api.http.brief_seats import refused
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from domain.base import Code
from projections.register import project
from workflows.openable import Openable

router = Section(tags=["reviews"])


@router.get("/projects/{code}/openings", response_model=Seen)
def list_openings(code: Code, look: Look) -> Response:
    """List the gates and matters a review of a project could be opened about, now."""
    found = project(look.views, code, look.asked)
    act = door.onlooker(look.house, look.person)
    who = door.known(look.house, look.person)
    if who is not None:
        act = act.changed(by=who, recorded_by=who)
    every = () if look.asked is not None else look.house.outlooks.openings(code, act)
    return look.answer(found, {"openings": [_shown(look, one) for one in every]})


def _shown(look: Looking, one: Openable) -> dict[str, Any]:
    return {**one._asdict(), "refusal": refused(look, one.refusal)}
