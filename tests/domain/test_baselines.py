"""Two promises beside each other: every comparison at its bound, every amount exact."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.baseline_events import Benefit, Promise
from domain.funds import Line, planned
from domain.money import Money
from domain.policy import MoneyRule
from domain.promises import compare, moved, repriced, rise
from domain.refusals import UnknownFact
from tests.domain.anything import values

RULE = MoneyRule.model_validate(
    {"currency": "EUR", "kinds": ["capex", "opex"], "rates": {"FY2027": {"GBP": "1.15"}}}
)
DEARER = RULE.changed(rates={"FY2027": {"GBP": RULE.rates["FY2027"]["GBP"] * 2}})


def eur(amount: str, currency: str = "EUR") -> Money:
    return Money.model_validate({"amount": amount, "currency": currency})


def line(amount: str, currency: str = "EUR", kind: str = "capex") -> Line:
    return Line(period="FY2027", kind=kind, amount=eur(amount, currency))


def promise(*lines: Line, **fields: Any) -> Promise:
    days = {"start": date(2027, 1, 1), "finish": date(2027, 12, 31)}
    return Promise(**{"lines": planned(lines, RULE), **days, **fields})


def saved(name: str = "energy", **fields: Any) -> Benefit:
    asked = {"name": name, "money": eur("10.00"), "due": date(2028, 1, 1), **fields}
    return Benefit.model_validate(asked)


BEFORE = promise(line("100.00"), line("10.00", "GBP", "opex"), benefits=(saved(),))


def test_nothing_moves_between_equal_promises() -> None:
    found = compare(BEFORE, BEFORE)
    assert (found.moves, found.start_days, found.finish_days) == ((), 0, 0)
    assert [one.difference for one in (*found.cost, *found.planned)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("amount", "difference", "rises"),
    [("99.99", "-0.01", "0.00"), ("100.00", "0", "0.00"), ("100.01", "0.01", "0.01")],
)
def test_a_cost_moves_by_the_last_cent(amount: str, difference: str, rises: str) -> None:
    after = promise(line(amount), line("10.00", "GBP", "opex"), benefits=(saved(),))
    euros = compare(BEFORE, after).cost[0].as_json()
    assert (euros["currency"], euros["difference"]) == ("EUR", difference)
    assert rise(BEFORE, after, RULE).as_json()["amount"] == rises
    assert ("cost" in moved(BEFORE, after)) is (difference != "0")


@pytest.mark.parametrize(("day", "days"), [(30, -1), (31, 0)])
def test_dates_move_by_whole_days(day: int, days: int) -> None:
    after = BEFORE.changed(finish=date(2027, 12, day))
    assert compare(BEFORE, after).finish_days == days
    assert moved(BEFORE, after) == (("finish",) if days else ())


def test_days_are_counted_across_a_leap_day() -> None:
    before = BEFORE.changed(start=date(2028, 2, 28))
    assert compare(before, BEFORE.changed(start=date(2028, 3, 1))).start_days == 2


def test_benefits_are_known_again_by_their_names() -> None:
    before = BEFORE.changed(benefits=(saved("a"), saved("b"), saved("c")))
    after = BEFORE.changed(benefits=(saved("b"), saved("c", due=date(2028, 1, 2)), saved("d")))
    found = compare(before, after)
    assert found.benefits_added == ("d",)
    assert found.benefits_removed == ("a",)
    assert found.benefits_changed == ("c",)
    assert found.moves == ("benefits",)


def test_the_first_promise_is_all_new() -> None:
    found = compare(None, BEFORE.changed(scope="digest"))
    assert found.moves == ("benefits", "cost", "finish", "scope", "start")
    assert (found.start_days, found.finish_days) == (None, None)
    assert [(c.currency, str(c.before), str(c.after)) for c in found.planned] == [
        ("EUR", "0", "111.50")
    ]
    assert rise(None, BEFORE, RULE) == eur("111.50")


def test_another_planning_rate_alone_moves_nothing() -> None:
    after = repriced(BEFORE, DEARER)
    assert moved(BEFORE, after) == ()
    assert rise(BEFORE, after, DEARER) == eur("0.00")


def test_both_sides_of_a_rise_are_planned_at_the_same_rates() -> None:
    after = repriced(promise(line("100.00"), line("11.00", "GBP", "opex")), DEARER)
    assert rise(BEFORE, after, DEARER) == eur("2.30")


def test_what_was_promised_in_another_currency_counts_as_nothing() -> None:
    before = BEFORE.changed(lines=(), total=eur("900.00", "GBP"))
    assert rise(before, BEFORE.changed(lines=(), total=eur("5.00")), None) == eur("5.00")


def test_a_cost_that_cannot_be_planned_is_refused() -> None:
    with pytest.raises(UnknownFact, match="no planning rate to say in CHF"):
        rise(None, BEFORE, MoneyRule(currency="CHF", kinds=("capex",)))


@settings(deadline=None)
@given(values(Promise), values(Promise))
def test_there_and_back_moves_by_nothing(one: Promise, other: Promise) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there.moves == back.moves
    assert [c.difference for c in there.cost] == [-c.difference for c in back.cost]
    assert (there.start_days or 0) + (back.start_days or 0) == 0
    assert there.benefits_added == back.benefits_removed


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_rise_is_never_below_nothing(old: int, new: int) -> None:
    before, after = promise(line(f"{old}.00")), promise(line(f"{new}.00"))
    assert rise(before, after, RULE).amount == max(new - old, 0)
