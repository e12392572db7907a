"""Authority as of any day: who holds a seat, who stands in, up to what; gaps and overlaps."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.http.authority import ruling_boards
from api.http.inbox import board_rule, proposer_decides
from domain.base import moment_text
from domain.money import Money
from domain.person import JoinPeople
from domain.review_commands import DeclareConflict
from projections.as_of import AsOf
from projections.authority import Authority, authority
from projections.inbox import Reckoning, Waiting, inbox
from tests.authority_examples import AUTHORITY_POLICY
from tests.story import START, Story
from tests.workflows.test_grants import granted
from tests.workflows.test_stand_ins import before_the_board, delegated, deputy, ended
from workflows.calendar import day_of

FIRST = START.date()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "data").governed(AUTHORITY_POLICY)
    yield told
    told.close()


def held(office: Story, day: date = FIRST, asked: AsOf | None = None) -> Authority:
    office.house.views.catch_up()
    rules = ruling_boards(office.house, moment_text(office.now), asked, None)
    return authority(office.house.views.reading, day, rules, asked).found


def names(office: Story, people: Any) -> list[str]:
    known = {person: name for name, person in office.people.items()}
    return [known[person] for person in people]


def stands_in(office: Story, seat: str, day: date = FIRST) -> list[str]:
    row = next(row for row in held(office, day).seats if row.seat == seat)
    return names(office, [one.person for one in row.stand_ins])


def waits(office: Story, name: str) -> list[Waiting]:
    office.house.views.catch_up()
    day = day_of(office.now, "UTC").isoformat()
    house = office.house
    reckoning = Reckoning(office.now, day, proposer_decides(house), board_rule(house))
    return list(inbox(house.views.reading, office.person(name), reckoning).found)


def test_a_cover_shows_on_its_days_and_on_no_other(board: Story) -> None:
    deputy(board, from_=FIRST + timedelta(days=1), until=FIRST + timedelta(days=3))
    shown = [stands_in(board, "finance", FIRST + timedelta(days=n)) for n in range(5)]
    assert shown == [[], ["dora"], ["dora"], ["dora"], []]


def test_a_seat_nobody_holds_is_a_gap(board: Story) -> None:
    assert held(board).gaps == (("director", "director"),)
    board.appoint("director", "director", "dirk", until=FIRST + timedelta(days=1))
    assert held(board, FIRST + timedelta(days=1)).gaps == ()
    assert held(board, FIRST + timedelta(days=2)).gaps == (("director", "director"),)
    assert ("works_board", "finance") in held(board, date(2025, 1, 1)).gaps


def test_what_overlaps_is_listed(board: Story) -> None:
    deputy(board)
    assert held(board).overlaps == ()
    deputy(board, person="emil")
    delegated(board, person="fay", matters=("start",))
    delegated(board, person="gus", matters=("finish",))
    delegated(board, person="hal", matters=("start", "finish"))
    found = held(board).overlaps
    kinds = [(one.kind, names(board, one.people)) for one in found]
    assert kinds.count(("two_deputies", ["dora", "emil"])) == 1
    assert ("deputy_and_delegate", ["dora", "fay"]) in kinds
    assert ("two_delegates", ["fay", "hal"]) in kinds
    assert ("two_delegates", ["gus", "hal"]) in kinds
    assert ("two_delegates", ["fay", "gus"]) not in kinds


def test_a_delegation_passed_on_overlaps_not_with_the_one_it_came_from(board: Story) -> None:
    delegated(board, onward=True)
    delegated(board, by="dora", person="emil", of=1)
    assert held(board).overlaps == ()


def test_one_deputy_of_two_seats_is_an_overlap(board: Story) -> None:
    deputy(board)
    deputy(board, by="cem", seat="technical")
    (found,) = held(board).overlaps
    assert (found.kind, found.seats) == ("two_seats", ("finance", "technical"))
    assert names(board, found.people) == ["dora"]


def test_the_newest_grant_of_a_matter_is_what_may_be_decided(board: Story) -> None:
    board.appoint("director", "director", "dirk")
    granted(board, "9000.00")
    granted(board, "4000.00", until=FIRST + timedelta(days=1))
    row = next(row for row in held(board).seats if row.seat == "director")
    assert [(g.number, g.up_to["amount"]) for g in row.grants] == [(2, "4000.00")]
    later = next(
        row for row in held(board, FIRST + timedelta(days=2)).seats if row.seat == "director"
    )
    assert [(g.number, g.up_to["amount"]) for g in later.grants] == [(1, "9000.00")]


def test_looking_back_shows_authority_as_it_was_known(board: Story) -> None:
    deputy(board)
    then = AsOf(position=board.house.log.head(), moment=board.now)
    board.house.stand_ins.recall(ended(), board.act("ben"))
    assert stands_in(board, "finance") == []
    row = next(row for row in held(board, FIRST, then).seats if row.seat == "finance")
    assert names(board, [one.person for one in row.stand_ins]) == ["dora"]


def test_a_deputy_sees_what_waits_for_the_seat(board: Story) -> None:
    deputy(board)
    stream = before_the_board(board)
    (waiting,) = waits(board, "dora")
    assert (waiting.what, waiting.review, waiting.seat) == ("vote", stream, "finance")
    assert waiting.on_behalf_of == board.person("ben")
    board.voted(stream, "dora", "go")
    assert waits(board, "dora") == []
    board.now += timedelta(days=3)
    assert waits(board, "dora") == []


def test_a_delegate_sees_only_what_the_delegation_reaches(board: Story) -> None:
    delegated(board, up_to=Money.model_validate({"amount": "4999.99", "currency": "EUR"}))
    delegated(board, person="emil", portfolios=("APX",))
    before_the_board(board)
    assert waits(board, "dora") == []
    assert [one.seat for one in waits(board, "emil")] == ["finance"]


def test_who_may_not_vote_is_shown_no_vote(board: Story) -> None:
    deputy(board, person="pia")
    deputy(board, by="cem", seat="technical")
    stream = before_the_board(board)
    assert [one.what for one in waits(board, "pia")] == []
    reason = DeclareConflict(reason="My brother builds it.")
    board.house.reviews.declare_conflict(stream, reason, board.act("dora"))
    assert waits(board, "dora") == []


def test_what_waited_for_the_old_id_waits_for_the_one_that_stands_for_it(board: Story) -> None:
    stream = before_the_board(board)
    command = JoinPeople(
        person=board.person("ben"), into=board.person("zoe"), reason="One colleague."
    )
    board.house.people.join(command, board.act("founder"))
    assert [one.review for one in waits(board, "zoe")] == [stream]
    row = next(row for row in held(board).seats if row.seat == "finance")
    assert row.person == board.person("zoe")
