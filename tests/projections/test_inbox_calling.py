"""Whom the ruling waits for: after a sitting its chair alone, as the domain has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http.inbox import board_rule, proposer_decides
from domain.refusals import NotPermitted
from domain.review_commands import RecordSitting, RoomBallot
from projections.inbox import Reckoning, inbox
from tests.story import Story
from workflows.calendar import day_of

PANEL = {"chair": "ana", "finance": "ben", "technical": "cem"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path).governed()
    yield told
    told.close()


def things(office: Story, name: str) -> list[str]:
    office.house.views.catch_up()
    day = day_of(office.now, "UTC").isoformat()
    house = office.house
    reckoning = Reckoning(office.now, day, proposer_decides(house), board_rule(house))
    found = inbox(house.views.reading, office.person(name), reckoning).found
    return [one.what for one in found]


def sat(office: Story) -> str:
    """A sitting voted for all seats, by the minutes."""
    stream = office.opened(office.ready("APX-A"))
    office.presented(stream)
    minutes = office.attached("APX-A", "minutes", b"All agreed.")
    sitting = RecordSitting(
        on=office.now.date(),
        present=tuple(PANEL),
        minutes=minutes,
        ballots=tuple(RoomBallot(seat=seat, option="go") for seat in PANEL),
    )
    office.house.reviews.record_sitting(stream, sitting, office.act("sue"))
    return stream


def test_the_ruling_of_a_sitting_waits_for_its_chair_and_for_nobody_else(office: Story) -> None:
    stream = sat(office)
    assert {name: things(office, name) for name in ("ana", "ben", "cem", "pia")} == {
        "ana": ["rule"], "ben": [], "cem": [], "pia": [],
    }  # fmt: skip
    with pytest.raises(NotPermitted):
        office.house.rulings.rule(stream, office.act("ben"))
    office.ruled(stream)
    assert things(office, "ana") == []


def test_ballots_of_a_sitting_that_no_longer_count_leave_the_call_to_all(office: Story) -> None:
    stream = sat(office)
    for name in PANEL.values():
        office.voted(stream, name, "go")
    waits = [things(office, name) for name in ("ana", "ben", "cem", "pia")]
    assert waits == [["rule"]] * 4
    office.house.rulings.rule(stream, office.act("ben"))
