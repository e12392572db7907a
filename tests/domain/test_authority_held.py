"""How far authority reaches: each limit met exactly, missed by a cent, a name or a day."""

import datetime

import pytest

from domain.authority import board_for
from domain.authority_held import About, beyond, wider, within
from domain.docket import PanelSeat
from domain.doubles import seated_once
from domain.money import Money
from domain.policy import Matter
from domain.refusals import NotPermitted
from domain.stand_in_events import Limits


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money.model_validate({"amount": amount, "currency": currency})


def limits(**given: object) -> Limits:
    named = {**given, **({"up_to": money(str(given["up_to"]))} if "up_to" in given else {})}
    return Limits.model_validate(named)


def about(matter: str = "fund", amount: str | None = "100 EUR", *portfolios: str) -> About:
    return About(matter, None if amount is None else money(amount), portfolios)


@pytest.mark.parametrize(
    ("given", "asked", "reaches"),
    [
        (limits(), about(amount=None), True),
        (limits(up_to="100 EUR"), about(), True),
        (limits(up_to="99.99 EUR"), about(), False),
        (limits(up_to="100.01 EUR"), about(), True),
        (limits(up_to="100 USD"), about(), False),
        (limits(up_to="100 EUR"), about(amount=None), False),
        (limits(matters=["fund"]), about("fund"), True),
        (limits(matters=["fund", "hold"]), about("hold"), True),
        (limits(matters=["hold"]), about("fund"), False),
        (limits(portfolios=["A"]), about("fund", "100 EUR", "A"), True),
        (limits(portfolios=["A"]), about("fund", "100 EUR", "A", "B"), False),
        (limits(portfolios=["A", "B"]), about("fund", "100 EUR", "A", "B"), True),
        (limits(portfolios=["A"]), about("fund", "100 EUR"), False),
    ],
)
def test_a_delegation_reaches_to_its_limits_and_not_beyond(
    given: Limits, asked: About, reaches: bool
) -> None:
    assert (beyond(given, asked) is None) is reaches


@pytest.mark.parametrize(
    ("ours", "theirs", "no_more"),
    [
        (limits(), limits(), True),
        (limits(up_to="1 EUR"), limits(), True),
        (limits(), limits(up_to="1 EUR"), False),
        (limits(up_to="1 EUR"), limits(up_to="1 EUR"), True),
        (limits(up_to="1.01 EUR"), limits(up_to="1 EUR"), False),
        (limits(up_to="1 USD"), limits(up_to="1 EUR"), False),
        (limits(matters=["a"]), limits(matters=["a", "b"]), True),
        (limits(matters=["a", "c"]), limits(matters=["a", "b"]), False),
        (limits(), limits(portfolios=["A"]), False),
    ],
)
def test_nobody_passes_on_more_than_they_have(ours: Limits, theirs: Limits, no_more: bool) -> None:
    assert (wider(ours, theirs) is None) is no_more


@pytest.mark.parametrize(
    ("day", "holds"), [(9, False), (10, True), (11, True), (12, True), (13, False)]
)
def test_first_and_last_day_are_included(day: int, holds: bool) -> None:
    first, last = datetime.date(2026, 1, 10), datetime.date(2026, 1, 12)
    assert within(datetime.date(2026, 1, day), first, last) is holds
    assert within(datetime.date(2026, 1, day), first, None) is (day >= 10)


def test_two_seats_of_one_human_being_count_once_and_two_of_one_id_stay() -> None:
    panel = [PanelSeat(seat=s, person=p) for s, p in (("a", "x"), ("b", "y"), ("c", "x"))]
    people = [place.person for place in seated_once(panel, {})]
    assert people == ["x", "y", "x"]
    assert [place.person for place in seated_once(panel, {"y": "x"})] == ["x", None, "x"]
    assert [place.person for place in seated_once(panel, {"x": "z"})] == ["z", "y", "z"]


RUNGS = [
    {"up_to": "10 EUR", "board": "head"},
    {"up_to": "50 EUR", "board": "director", "granted": True},
    {"board": "board"},
]


@pytest.mark.parametrize(
    ("amount", "granted", "board"),
    [
        ("10 EUR", "40 EUR", "head"),
        ("10.01 EUR", "40 EUR", "director"),
        ("40 EUR", "40 EUR", "director"),
        ("40.01 EUR", "40 EUR", "board"),
        ("50 EUR", "60 EUR", "director"),
        ("50.01 EUR", "60 EUR", "board"),
        ("10.01 EUR", None, "board"),
        ("10.01 EUR", "0 EUR", "board"),
    ],
)
def test_a_granted_rung_reaches_to_the_lesser_of_grant_and_policy(
    amount: str, granted: str | None, board: str
) -> None:
    options = [{"id": "go", "outcome": "approve"}]
    given = {"kind": "fund", "decided_by": RUNGS, "options": options}
    grants = {} if granted is None else {"director": money(granted)}
    assert board_for(Matter.model_validate(given), money(amount), grants) == board


def test_where_only_a_granted_rung_is_left_nobody_decides_without_a_grant() -> None:
    options = [{"id": "go", "outcome": "approve"}]
    given = {"kind": "fund", "decided_by": RUNGS[1:2], "options": options}
    with pytest.raises(NotPermitted):
        board_for(Matter.model_validate(given), money("1 EUR"))
