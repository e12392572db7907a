"""Inboxes: what waits for whom, and since when."""

from collections.abc import Callable
from typing import Any

from fastapi import Response

from api import door
from api.house import House
from api.http.folded import folded
from api.http.looking import Look, Looking, Seen
from api.http.section import Section
from api.http.shown import Names
from domain.base import Code
from domain.person import person_stream
from domain.policy import Board as BoardRule
from domain.refusals import NotKnown
from projections.inbox import Reckoning, Waiting, inbox
from projections.reading import Answer

router = Section(tags=["inbox"])

NOBODY = "nobody"
"""Stands for somebody who was never seen to act: ids of people are random, and never this."""


@router.get("/inbox", response_model=Seen)
def show_own_inbox(look: Look) -> Response:
    """Show what waits for you, what waits longest first."""
    person = door.known(look.house, look.person)
    return _shown(look, person)


@router.get("/people/{person}/inbox", response_model=Seen)
def show_inbox(person: Code, look: Look) -> Response:
    """Show what waits for somebody, to the office, administrators and auditors."""
    door.require_role(look.person, door.RAW)
    if folded(look.house, person_stream(person), look.here) is None:
        raise NotKnown(f"there is no person {person} at position {look.here.position}")
    return _shown(look, person)


def reckoning(look: Looking) -> Reckoning:
    """Return what an inbox depends on besides the log."""
    return Reckoning(look.moment, look.day, proposer_decides(look.house), board_rule(look.house))


def proposer_decides(house: House) -> Callable[[str, str], bool]:
    """Return what says of a policy and matter whether the proposer of a subject may vote."""

    def decides(policy: str, matter: str) -> bool:
        return house.desk.texts.policy(policy).matters[matter].proposer_may_decide

    return decides


def board_rule(house: House) -> Callable[[str, str], BoardRule]:
    """Return what says of a policy and a board whether others may stand in there."""

    def rule(policy: str, board: str) -> BoardRule:
        return house.desk.texts.policy(policy).boards[board]

    return rule


def waiting_lines(found: Answer[tuple[Waiting, ...]]) -> list[dict[str, Any]]:
    """Return what waits as shown: only the fields that go with each kind of thing."""
    return [
        {name: value for name, value in one._asdict().items() if value not in (None, ())}
        for one in found.found
    ]


def _shown(look: Looking, person: str | None) -> Response:
    found = inbox(look.views, person or NOBODY, reckoning(look), look.asked)
    lines = waiting_lines(found)
    shown = Names(look.house).person(person)
    return look.answer(found, {"day": look.day, "person": shown, "waiting": lines})
