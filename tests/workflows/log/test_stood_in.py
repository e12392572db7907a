"""The log holds where people stand in, are granted authority or are one after all; only then."""

from datetime import timedelta
from typing import Any

import pytest

from domain.docket import Right
from domain.portfolio import CharterPortfolio
from domain.review_events import BallotCast, ReviewOpened
from tests.authority_examples import AUTHORITY_POLICY
from tests.examples import BOARD_POLICY
from tests.story import Story
from tests.workflows.test_currency import adopted
from tests.workflows.test_grants import granted
from tests.workflows.test_people import joined
from tests.workflows.test_stand_ins import before_the_board, delegated, deputy
from workflows.governing import RelieveMember
from workflows.log.authority import Authority
from workflows.log.verification import Against, verify
from workflows.recheck import Rechecking


@pytest.fixture
def board(story: Story) -> Story:
    """An office whose works board allows stand-ins, with a director."""
    story.governed(AUTHORITY_POLICY)
    story.appoint("director", "director", "dirk")
    return story


def faults(office: Story) -> list[str]:
    report = verify(office.house.log, office.house.directory, Against())
    return [f"{fault.kind} at {fault.position}: {fault.why}" for fault in report.faults]


def ruled(office: Story, stream: str, *voters: str) -> None:
    for name in voters:
        office.voted(stream, name, "go")
    office.ruled(stream)


def test_votes_of_deputies_and_delegates_hold(board: Story) -> None:
    deputy(board)
    delegated(board, by="cem", seat="technical", person="emil", onward=True)
    delegated(board, by="emil", seat="technical", person="fritz", of=1)
    ruled(board, before_the_board(board), "ana", "dora", "fritz")
    assert faults(board) == []


def test_what_was_decided_by_a_grant_holds(board: Story) -> None:
    granted(board, "5000.00")
    code = board.proposed(amount="5000.00")
    assert board.review(board.opened(code)).board == "director"
    assert faults(board) == []


@pytest.mark.parametrize("late", [False, True])
def test_what_joined_people_did_holds_before_and_after(board: Story, late: bool) -> None:
    if not late:
        joined(board, "ben", board.person("benny"))
        board.people["ben"] = board.person("benny")
    stream = before_the_board(board)
    if late:
        joined(board, "ben", board.person("benny"))
        board.people["ben"] = board.person("benny")
    ruled(board, stream, "ana", "ben", "cem")
    assert faults(board) == []


def sat(office: Story, review: str) -> list[str | None]:
    """Return who held the second and the third seat, as the opening of a review says."""
    opened = next(office.house.log.stream(review)).event.data
    assert isinstance(opened, ReviewOpened)
    return [seat.person for seat in opened.panel[1:]]


def test_who_sits_on_a_board_is_worked_out_anew_after_every_change_of_a_day(board: Story) -> None:
    held = board.opened(board.ready())
    ben = board.person("ben")
    relieve = RelieveMember(policy="works", board="works_board", seat="finance", person=ben)
    board.house.governing.relieve(relieve, board.act("hana"))
    vacant = board.opened(board.ready())
    joined(board, "cem", board.person("cem at home"))
    home = board.opened(board.ready())
    cem, other = board.person("cem"), board.person("cem at home")
    assert [sat(board, one) for one in (held, vacant, home)] == [
        [ben, cem],
        [None, cem],
        [None, other],
    ]
    assert faults(board) == []


def test_a_panel_that_did_not_sit_is_found_beside_one_that_did(board: Story) -> None:
    for _ in range(3):
        board.opened(board.ready())
    rechecking = Rechecking(board.house.log)
    authority, found, opened = Authority(rechecking), [], 0
    for recorded in board.house.log.read(0, 1_000):
        event = recorded.event
        if isinstance(event.data, ReviewOpened):
            opened += 1
            if opened == 2:
                data = event.data.changed(panel=event.data.panel[:1])
                recorded = recorded._replace(event=event.changed(data=data))  # noqa: PLW2901
        found += [(opened, kind) for _, kind, _ in authority.take(recorded)]
        rechecking.take(recorded)
    assert found == [(2, "panel_differs")]


def doubts(office: Story, **changes: object) -> list[str]:
    """What is found where the ballot for the finance seat is another one than it was."""
    rechecking = Rechecking(office.house.log)
    authority, found = Authority(rechecking), []
    for recorded in office.house.log.read(0, 1_000):
        event = recorded.event
        if isinstance(event.data, BallotCast) and event.data.seat == "finance":
            data = event.data.changed(**{k: v for k, v in changes.items() if k == "right"})
            rest = {k: v for k, v in changes.items() if k != "right"}
            changed = recorded._replace(event=event.changed(data=data, **rest))
            found += [kind for _, kind, _ in authority.take(changed)]
        else:
            found += [kind for _, kind, _ in authority.take(recorded)]
        rechecking.take(recorded)
    return found


def test_a_ballot_that_rests_on_nothing_is_found(board: Story) -> None:
    deputy(board)
    deputy(board, by="cem", seat="technical", person="emil")
    ruled(board, before_the_board(board), "ana", "dora")
    assert doubts(board) == []
    for right in (
        None,
        Right(kind="deputy", number=2),
        Right(kind="deputy", number=3),
        Right(kind="delegation", number=1),
    ):
        assert doubts(board, right=right) == ["not_named"]
    emil = board.person("emil")
    assert doubts(board, by=emil, recorded_by=emil) == ["not_named"]


def test_a_ballot_after_the_last_day_of_a_cover_is_found(board: Story) -> None:
    deputy(board)
    stream = before_the_board(board)
    board.voted(stream, "dora", "go")
    cast = next(one.event for one in board.house.log.stream(stream) if one.event.on_behalf_of)
    assert doubts(board, at=cast.at + timedelta(days=2)) == []
    assert doubts(board, at=cast.at + timedelta(days=3)) == ["not_named"]


def test_a_ballot_beyond_the_limits_of_its_delegation_is_found(board: Story) -> None:
    charter = CharterPortfolio(code="OTHER", title="Other", policy="works")
    board.house.portfolios.charter(charter, board.act("founder"))
    limited: tuple[tuple[str, dict[str, Any]], ...] = (
        ("dora", {}),
        ("emil", {"matters": ("finish",)}),
        ("fritz", {"portfolios": ("OTHER",)}),
        ("gerd", {"portfolios": ("APX",), "matters": ("start",)}),
    )
    for person, limits in limited:
        delegated(board, person=person, **limits, onward=person == "emil")
    delegated(board, by="emil", person="hans", of=2, matters=("finish",))
    ruled(board, before_the_board(board), "ana", "dora")
    for number, name, expected in (
        (1, "dora", []),
        (2, "emil", ["not_reached"]),
        (3, "fritz", ["not_reached"]),
        (4, "gerd", []),
        (5, "hans", ["not_reached"]),
    ):
        person, right = board.person(name), Right(kind="delegation", number=number)
        assert doubts(board, by=person, recorded_by=person, right=right) == expected, name


def test_a_review_under_a_policy_that_was_not_in_force_is_found(story: Story) -> None:
    office = story.governed()
    older = office.review(office.opened(office.ready("APX-1"))).policy
    adopted(office, BOARD_POLICY.replace("title: ", "title: Edited, "))
    stream = office.opened(office.ready("APX-2"))
    assert office.review(stream).policy != older
    assert faults(office) == []

    rechecking = Rechecking(office.house.log)
    authority, found = Authority(rechecking), []
    for recorded in office.house.log.read(0, 1_000):
        event = recorded.event
        if event.stream == stream and isinstance(event.data, ReviewOpened):
            event = event.changed(data=event.data.changed(policy=older))
        found += [kind for _, kind, _ in authority.take(recorded._replace(event=event))]
        rechecking.take(recorded)
    assert found == ["policy_differs"]
