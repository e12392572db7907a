"""Periods as a policy divides a year, and planning rates by fiscal year."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.policy_money import MoneyRule


def rule(**fields: object) -> MoneyRule:
    return MoneyRule.model_validate({"currency": "EUR", "kinds": ["capex"], **fields})


PERIODS = {
    "year": (
        ["FY2027"],
        ["FY2027-Q1", "FY2027-H1", "FY27", "2027", "FY2027 ", "FY\u0662\u0660\u0662\u0667"],
    ),
    "half": (["FY2027-H1", "FY2027-H2"], ["FY2027", "FY2027-H0", "FY2027-H3", "FY2027-H01"]),
    "quarter": (["FY2027-Q1", "FY2027-Q4"], ["FY2027-Q0", "FY2027-Q5", "FY2027-Q01", "FY2027-H1"]),
    "month": (["FY2027-M01", "FY2027-M12"], ["FY2027-M1", "FY2027-M00", "FY2027-M13"]),
}


@pytest.mark.parametrize("periods", PERIODS)
def test_a_period_is_one_of_those_the_policy_divides_a_year_into(periods: str) -> None:
    money = rule(periods=periods)
    known, unknown = PERIODS[periods]
    assert [period for period in known if not money.has_period(period)] == []
    assert [period for period in unknown if money.has_period(period)] == []
    assert money.has_period(money.example())


def test_a_rate_is_that_of_the_fiscal_year_and_of_no_other() -> None:
    money = rule(periods="quarter", rates={"FY2027": {"GBP": "1.15"}})
    assert money.rate("FY2027-Q3", "GBP") == Decimal("1.15")
    assert money.rate("FY2028-Q1", "GBP") is None
    assert money.rate("FY2027-Q3", "USD") is None
    assert money.rate("FY2028-Q1", "EUR") == 1


@pytest.mark.parametrize("day", ["01-01", "04-01", "02-28", "12-28"])
def test_a_fiscal_year_starts_on_a_day_every_month_has(day: str) -> None:
    assert rule(fiscal_year_starts=day).fiscal_year_starts == day


@pytest.mark.parametrize("day", ["02-29", "01-31", "13-01", "00-10", "1-1", "04-00"])
def test_another_day_starts_no_fiscal_year(day: str) -> None:
    with pytest.raises(ValidationError, match="month-day"):
        rule(fiscal_year_starts=day)
