"""Who votes in another's place: delegates within limits, deputies within a window, nobody twice."""

import datetime
from datetime import timedelta
from typing import Any

import pytest

from domain.money import Money
from domain.portfolio import CharterPortfolio
from domain.refusals import (
    InConflict,
    Malformed,
    NotASeat,
    NotNow,
    NotPermitted,
    NotYourOwn,
    OutsideLimits,
)
from domain.review_commands import DeclareConflict, RecordSitting, RoomBallot
from domain.review_events import ReviewRuled
from tests.authority_examples import AUTHORITY_POLICY
from tests.story import START, Story
from workflows.desk import Answer
from workflows.governing import RelieveMember
from workflows.recheck import recheck
from workflows.stand_ins import Delegate, EndStandIn, NameDeputy

FIRST = START.date()


@pytest.fixture
def board(story: Story) -> Story:
    """An office whose works board allows delegation and deputies."""
    return story.governed(AUTHORITY_POLICY)


def eur(amount: str) -> Money:
    return Money.model_validate({"amount": amount, "currency": "EUR"})


def deputy(office: Story, by: str = "ben", **fields: Any) -> Answer:
    """Ben lets Dora cover for the finance seat, today and the next two days."""
    fields = {"seat": "finance", "until": FIRST + timedelta(days=2), **fields}
    fields["person"] = office.person(fields.get("person", "dora"))
    command = NameDeputy(policy="works", board="works_board", **fields)
    return office.house.stand_ins.name_deputy(command, office.act(by))


def delegated(office: Story, by: str = "ben", **fields: Any) -> Answer:
    """Ben delegates the finance seat to Dora."""
    fields = {"seat": "finance", **fields}
    fields["person"] = office.person(fields.get("person", "dora"))
    command = Delegate(policy="works", board="works_board", **fields)
    return office.house.stand_ins.delegate(command, office.act(by))


def ended(number: int = 1) -> EndStandIn:
    return EndStandIn(policy="works", board="works_board", number=number, reason="Back again.")


def before_the_board(office: Story) -> str:
    stream = office.opened(office.ready())
    office.presented(stream)
    return stream


def test_a_deputy_votes_and_the_record_says_for_whom_and_by_what(board: Story) -> None:
    deputy(board)
    stream = before_the_board(board)
    board.voted(stream, "dora", "go")
    board.voted(stream, "ana", "go")
    board.voted(stream, "cem", "no")
    assert board.ruled(stream)["outcome"] == "approve"
    cast = next(r.event for r in board.house.log.stream(stream) if r.event.topic == "ballot.cast/1")
    dora, ben = board.person("dora"), board.person("ben")
    assert (cast.by, cast.on_behalf_of, cast.recorded_by) == (dora, ben, dora)
    ruled = board.house.log.at(board.review(stream).ruled_at or 0)
    assert ruled is not None
    assert isinstance(ruled.event.data, ReviewRuled)
    assert ruled.event.data.docket is not None
    ballot = next(b for b in ruled.event.data.docket.ballots if b.seat == "finance")
    assert ballot.as_json() == {
        "seat": "finance", "person": dora, "on_behalf_of": ben, "choice": "option", "option": "go",
        "right": {"kind": "deputy", "number": 1},
    }  # fmt: skip
    found = recheck(board.house.log)
    assert (found.computed, found.equal, found.faults) == (1, 1, ())


@pytest.mark.parametrize(
    ("moment", "votes"),
    [
        ("2026-01-09T23:58:59+00:00", False),  # the evening before the first day
        ("2026-01-09T23:59:00+00:00", True),  # its first instant
        ("2026-01-12T23:58:59+00:00", True),  # 23:59:59 of the last day
        ("2026-01-12T23:59:00+00:00", False),  # the day after
    ],
)
def test_a_cover_holds_from_its_first_instant_to_its_last(
    board: Story, moment: str, votes: bool
) -> None:
    days: dict[str, Any] = {"from": datetime.date(2026, 1, 10), "until": datetime.date(2026, 1, 12)}
    deputy(board, **days)
    stream = before_the_board(board)
    board.now = datetime.datetime.fromisoformat(moment)  # an act is a minute later
    if votes:
        board.voted(stream, "dora", "go")
    else:
        with pytest.raises(NotASeat):
            board.voted(stream, "dora", "go")


def test_whole_days_are_days_of_the_offices_zone(tmp_path: Any) -> None:
    told = Story(tmp_path / "tokyo", zone="Asia/Tokyo").governed(AUTHORITY_POLICY)
    deputy(told, until=FIRST)
    stream = before_the_board(told)
    told.now = datetime.datetime.fromisoformat("2026-01-05T23:57:59+09:00")
    told.voted(stream, "dora", "go")
    told.now = datetime.datetime.fromisoformat("2026-01-05T23:59:00+09:00")
    with pytest.raises(NotASeat):
        told.voted(stream, "dora", "no")
    told.close()


@pytest.mark.parametrize(
    ("limits", "votes"),
    [
        ({"up_to": "5000.00"}, True),  # exactly at the limit
        ({"up_to": "4999.99"}, False),
        ({"up_to": "5000.01"}, True),
        ({"matters": ("start",)}, True),
        ({"matters": ("finish",)}, False),
        ({"portfolios": ("APX",)}, True),
        ({"portfolios": ("BPX",)}, False),
        ({"until": FIRST}, True),
    ],
)
def test_a_delegation_reaches_as_far_as_its_limits(
    board: Story, limits: dict[str, Any], votes: bool
) -> None:
    charter = CharterPortfolio(code="BPX", title="Other", policy="works")
    board.house.portfolios.charter(charter, board.act("founder"))
    if "up_to" in limits:
        limits = {"up_to": eur(limits["up_to"])}
    delegated(board, **limits)
    stream = before_the_board(board)
    if votes:
        board.voted(stream, "dora", "go")
        assert board.review(stream).ballots[0].ballot.on_behalf_of == board.person("ben")
    else:
        with pytest.raises(OutsideLimits, match="delegation 1 of seat finance"):
            board.voted(stream, "dora", "go")


def test_a_delegation_is_revoked_at_once(board: Story) -> None:
    delegated(board)
    stream = before_the_board(board)
    board.house.stand_ins.revoke(ended(), board.act("ben"))
    with pytest.raises(NotASeat):
        board.voted(stream, "dora", "go")
    with pytest.raises(NotNow):
        board.house.stand_ins.revoke(ended(), board.act("ben"))


def test_a_delegation_is_passed_on_only_where_both_allow_it_and_never_widened(
    board: Story,
) -> None:
    delegated(board, up_to=eur("6000.00"))
    with pytest.raises(NotPermitted):
        delegated(board, by="dora", person="emil", of=1, up_to=eur("6000.00"))
    delegated(board, up_to=eur("6000.00"), onward=True, until=FIRST + timedelta(days=3))
    last = {"of": 2, "until": FIRST + timedelta(days=3)}
    for further in ({"up_to": eur("6000.01")}, {}, {"up_to": eur("1.00"), "until": None}):
        with pytest.raises(OutsideLimits):
            delegated(board, by="dora", person="emil", **{**last, **further})
    delegated(board, by="dora", person="emil", up_to=eur("6000.00"), **last)
    stream = before_the_board(board)
    board.voted(stream, "emil", "go")
    board.house.stand_ins.revoke(ended(2), board.act("ben"))
    with pytest.raises(NotASeat):
        board.voted(stream, "emil", "no")


def test_without_a_word_in_the_policy_nobody_stands_in(office: Story) -> None:
    for attempt in (deputy, delegated):
        with pytest.raises(NotPermitted, match="the policy allows no"):
            attempt(office)


def test_only_the_member_delegates_and_the_chair_may_name_deputies(board: Story) -> None:
    with pytest.raises(NotASeat):
        delegated(board, by="cem")
    with pytest.raises(NotPermitted):
        deputy(board, by="cem")
    deputy(board, by="ana")
    board.house.stand_ins.recall(ended(), board.act("ana"))
    stream = before_the_board(board)
    with pytest.raises(NotASeat):
        board.voted(stream, "dora", "go")


def test_a_cover_is_no_longer_than_the_policy_allows(board: Story) -> None:
    deputy(board, until=FIRST + timedelta(days=29))
    with pytest.raises(Malformed, match="at most 30 days, not 31"):
        deputy(board, until=FIRST + timedelta(days=30))
    with pytest.raises(Malformed):
        deputy(board, until=FIRST - timedelta(days=1))
    with pytest.raises(Malformed):
        deputy(board, from_=FIRST - timedelta(days=1))


def test_who_sits_on_the_board_stands_in_for_nobody_there(board: Story) -> None:
    for attempt in (deputy, delegated):
        with pytest.raises(Malformed, match="holds seat technical"):
            attempt(board, person="cem")


def test_one_deputy_of_two_members_casts_one_ballot(board: Story) -> None:
    deputy(board)
    deputy(board, by="cem", seat="technical")
    stream = before_the_board(board)
    board.voted(stream, "dora", "go", seat="technical")
    with pytest.raises(NotPermitted, match="second ballot"):
        board.voted(stream, "dora", "go", seat="finance")


def test_who_proposed_it_votes_neither_for_themselves_nor_for_another(board: Story) -> None:
    deputy(board, person="pia")
    stream = before_the_board(board)
    with pytest.raises(NotYourOwn):
        board.voted(stream, "pia", "go")


def test_a_deputy_does_not_vote_for_a_member_who_proposed_it(board: Story) -> None:
    board.people["pia"] = board.person("ben")
    deputy(board)
    stream = before_the_board(board)
    with pytest.raises(NotYourOwn):
        board.voted(stream, "dora", "go")


def test_a_conflict_of_interest_of_the_member_bars_the_deputy_too(board: Story) -> None:
    deputy(board)
    stream = before_the_board(board)
    reason = DeclareConflict(reason="My sister builds it.")
    board.house.reviews.declare_conflict(stream, reason, board.act("ben"))
    with pytest.raises(InConflict):
        board.voted(stream, "dora", "go")


def test_a_conflict_of_interest_of_the_deputy_bars_the_deputy_alone(board: Story) -> None:
    deputy(board)
    stream = before_the_board(board)
    board.voted(stream, "dora", "go")
    reason = DeclareConflict(reason="My brother builds it.")
    board.house.reviews.declare_conflict(stream, reason, board.act("dora"))
    assert board.review(stream).ballots == ()
    with pytest.raises(InConflict):
        board.voted(stream, "dora", "go")
    board.voted(stream, "ben", "no")
    assert board.review(stream).ballots[0].ballot.person == board.person("ben")


def test_a_member_who_is_back_replaces_the_ballot_of_the_deputy_and_not_the_other_way(
    board: Story,
) -> None:
    deputy(board)
    stream = before_the_board(board)
    board.voted(stream, "dora", "go")
    board.voted(stream, "ben", "no")
    assert [b.ballot.option for b in board.review(stream).ballots] == ["no"]
    with pytest.raises(NotPermitted, match="has voted"):
        board.voted(stream, "dora", "go")


def test_who_leaves_the_seat_takes_delegates_and_deputies_along(board: Story) -> None:
    deputy(board)
    delegated(board, person="emil")
    stream = before_the_board(board)
    command = RelieveMember(
        policy="works", board="works_board", seat="finance", person=board.person("ben"), on=FIRST
    )
    board.house.governing.relieve(command, board.act("hana"))
    for name in ("dora", "emil"):
        with pytest.raises(NotASeat):
            board.voted(stream, name, "go")


def test_the_deputy_of_the_chair_calls_for_the_ruling_of_a_sitting(board: Story) -> None:
    deputy(board, by="ana", seat="chair")
    code = board.ready("APX-042")
    minutes = board.attached(code, "minutes", b"Dora for Ana, Ben: both in favour.")
    stream = board.opened(code)
    board.presented(stream)
    sitting = RecordSitting(
        on=FIRST,
        present=("chair", "finance"),
        minutes=minutes,
        ballots=(
            RoomBallot(seat="chair", option="go", person=board.person("dora")),
            RoomBallot(seat="finance", option="go"),
        ),
    )
    board.house.reviews.record_sitting(stream, sitting, board.act("secretary"))
    chair = board.review(stream).ballots[0].ballot
    assert (chair.person, chair.on_behalf_of) == (board.person("dora"), board.person("ana"))
    with pytest.raises(NotPermitted):
        board.ruled(stream, by="ben")
    assert board.ruled(stream, by="dora")["outcome"] == "approve"
    assert recheck(board.house.log).faults == ()


def test_nobody_is_entered_as_having_voted_for_a_seat_they_do_not_stand_in_for(
    board: Story,
) -> None:
    code = board.ready("APX-042")
    minutes = board.attached(code, "minutes", b"Dora was there.")
    stream = board.opened(code)
    board.presented(stream)
    ballot = RoomBallot(seat="chair", option="go", person=board.person("dora"))
    sitting = RecordSitting(on=FIRST, present=("chair",), minutes=minutes, ballots=(ballot,))
    with pytest.raises(NotASeat, match="did not stand in"):
        board.house.reviews.record_sitting(stream, sitting, board.act("secretary"))
