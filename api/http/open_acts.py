"""Acts that are open to whoever asks, each with why it is not where it is not."""

from typing import Any

from fastapi import Response

from api import door
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from domain.act import Act
from domain.base import Code
from domain.refusals import NotPermitted, Refused
from projections.register import project
from workflows.rehearsal import OpenAct

router = Section(tags=["projects"])


@router.get("/projects/{code}/acts", response_model=Seen)
def list_open_acts(code: Code, look: Look) -> Response:
    """List what you can do about a project now; nothing can be done in the past."""
    project(look.views, code, look.asked)
    found: tuple[OpenAct, ...] = ()
    shut = _shut(look)
    if look.asked is None:
        found = look.house.open_acts.of_project(code, _act(look))
    shown = [_shown(one, shut or one.refusal) for one in found]
    return look.answer(look.here, {"acts": shown})


def _act(look: Looking) -> Act:
    """Return the act of whoever looks; nothing is ever recorded of it."""
    act = door.onlooker(look.house, look.person).changed(unseen=look.sight.hidden)
    who = door.known(look.house, look.person)
    return act if who is None else act.changed(by=who, recorded_by=who)


def _shut(look: Looking) -> Refused | None:
    try:
        door.require_role(look.person, door.ACTING)
    except NotPermitted as refusal:
        return refusal
    return None


def _shown(one: OpenAct, refusal: Refused | None) -> dict[str, Any]:
    told: dict[str, Any] = {"act": one.act, "about": one.about, "open": refusal is None}
    if refusal is not None:
        told |= {"code": refusal.code, "why": refusal.why, "fix": refusal.fix}
    return told
