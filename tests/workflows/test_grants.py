"""Authority with a limit: a board grants a sole decider what they may decide, up to how much."""

from datetime import timedelta
from typing import Any

import pytest

from domain.money import Money
from domain.refusals import (
    FieldMissing,
    NotASeat,
    NotInForce,
    NotPermitted,
    OutsideLimits,
    UnknownFact,
)
from tests.authority_examples import AUTHORITY_POLICY
from tests.story import START, Story
from workflows.desk import Answer
from workflows.policy_text import read_policy
from workflows.recheck import recheck
from workflows.stand_ins import GrantAuthority

FIRST = START.date()


@pytest.fixture
def directed(story: Story) -> Story:
    """An office with a director who was granted nothing yet."""
    story.governed(AUTHORITY_POLICY)
    story.appoint("director", "director", "dirk")
    return story


def granted(office: Story, amount: str = "5000.00", by: str = "hana", **fields: Any) -> Answer:
    command = GrantAuthority(
        policy="works",
        board="director",
        seat="director",
        person=fields.pop("person", office.person("dirk")),
        matters=fields.pop("matters", ("start",)),
        up_to=Money.model_validate({"amount": amount, "currency": "EUR"}),
        **fields,
    )
    return office.house.stand_ins.grant(command, office.act(by))


@pytest.mark.parametrize(
    ("amount", "asked", "board"),
    [
        (None, "5000.00", "works_board"),
        ("5000.00", "5000.00", "director"),
        ("5000.00", "5000.01", "works_board"),
        ("20000.00", "20000.00", "director"),
        ("5000.00", "1000.00", "head"),
    ],
)
def test_a_director_decides_up_to_what_was_granted(
    directed: Story, amount: str | None, asked: str, board: str
) -> None:
    if amount is not None:
        granted(directed, amount)
    code = directed.proposed(amount=asked)
    assert directed.review(directed.opened(code)).board == board


def test_the_newest_grant_governs_and_its_number_is_kept_with_the_review(directed: Story) -> None:
    granted(directed, "9000.00")
    granted(directed, "4000.00")
    code = directed.ready()
    assert directed.review(directed.opened(code)).board == "works_board"
    granted(directed, "6000.00")
    stream = directed.opened(directed.ready())
    assert (directed.review(stream).board, directed.review(stream).grant) == ("director", 3)
    directed.presented(stream)
    directed.voted(stream, "dirk", "go")
    assert directed.ruled(stream, by="dirk")["outcome"] == "approve"
    assert recheck(directed.house.log).faults == ()


def test_after_its_last_day_a_grant_lets_nobody_vote(directed: Story) -> None:
    granted(directed, until=FIRST + timedelta(days=1))
    stream = directed.opened(directed.ready())
    directed.presented(stream)
    directed.now = START.replace(day=6, hour=23, minute=58, second=59)  # an act is a minute later
    directed.voted(stream, "dirk", "no")
    with pytest.raises(NotInForce):
        directed.voted(stream, "dirk", "go")
    # What was decided while it held stands, as a deputy's ballot does after the cover.
    assert directed.ruled(stream, by="dirk")["outcome"] == "reject"


def test_no_more_is_granted_than_the_policy_allows_and_only_where_it_says(directed: Story) -> None:
    granted(directed, "20000.00")
    with pytest.raises(OutsideLimits):
        granted(directed, "20000.01")
    with pytest.raises(UnknownFact):
        granted(directed, matters=("finish",))
    with pytest.raises(NotASeat):
        granted(directed, person=directed.person("ana"))


def test_a_grant_is_decided_by_the_board_the_policy_names(directed: Story) -> None:
    stream = str(granted(directed, by="ana").content["review"])
    assert directed.review(stream).board == "head"
    directed.presented(stream, by="ana")
    directed.voted(stream, "hana", "grant")
    directed.ruled(stream, by="hana")
    board = directed.house.desk.load().board("director")
    assert board is not None
    assert [one.up_to.amount for one in board.grants] == [5000]


def test_without_a_grant_nobody_decides_where_no_other_board_would(story: Story) -> None:
    only = AUTHORITY_POLICY.replace(", {board: works_board}]\n    pack", "]\n    pack")
    only = only.replace("{up_to: 1000.00 EUR, board: head}, ", "")
    story.governed(only)
    with pytest.raises(NotPermitted):
        story.opened(story.proposed(amount="1.00"))


def test_a_policy_grants_to_a_sole_seat_and_says_how_far_at_most() -> None:
    for wrong in (
        AUTHORITY_POLICY.replace("{up_to: 20000.00 EUR, board: director,", "{board: director,"),
        AUTHORITY_POLICY.replace("board: director, granted", "board: works_board, granted"),
    ):
        with pytest.raises(Exception, match="granted"):
            read_policy(wrong, "policy")
    assert read_policy(AUTHORITY_POLICY, "policy").policy.matters["start"].decided_by[1].granted


def test_a_grant_says_what_it_is_for(directed: Story) -> None:
    with pytest.raises((FieldMissing, ValueError)):
        granted(directed, matters=())
