"""What a policy says of money: fiscal years, periods, kinds, rates, and what happens when short."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from domain.base import Value
from domain.money import Currency
from domain.policy_terms import Figure, Name

PERIODS_A_YEAR = {"year": 1, "half": 2, "quarter": 4, "month": 12}
_MARK = {"half": "H", "quarter": "Q", "month": "M"}
_PERIOD = re.compile(r"FY([0-9]{4})(?:-([HQM])([0-9]{1,2}))?")

FiscalYear = Annotated[str, Field(pattern=r"^FY[0-9]{4}$")]


def _day_of_year(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(
        r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", value
    ):
        raise ValueError("write month-day, for example 04-01; days 29 to 31 are not in every month")
    return value


class MoneyRule(Value):
    """How money is planned and allocated.

    Attributes:
        currency: the planning currency of envelopes and allocations.
        kinds: kinds of money, for example capex and opex.
        fiscal_year_starts: first day of a fiscal year, month-day; a year bears the number of the
            calendar year in which it begins.
        periods: into what a fiscal year is divided.
        when_short: whether an approval for which there is no money is refused, or recorded as
            approved and not funded.
        unspent: what becomes at the end of a period of money that projects hold and have not spent:
            it lapses to the envelope, is carried into a later period, or the board is asked for
            each project. Absent, no period is closed.
        rates: planning rates by fiscal year: what one unit of a currency is in the planning one.
    """

    currency: Currency
    kinds: tuple[Name, ...] = Field(min_length=1, max_length=20)
    fiscal_year_starts: Annotated[str, BeforeValidator(_day_of_year)] = "01-01"
    periods: Literal["year", "half", "quarter", "month"] = "year"
    when_short: Literal["refuse", "approve_unfunded"] = "refuse"
    unspent: Literal["lapse", "carry", "ask"] | None = None
    rates: dict[FiscalYear, dict[Currency, Figure]] = Field(default_factory=dict)

    def has_period(self, period: str) -> bool:
        """Return whether a code names one of the periods into which money is divided."""
        match = _PERIOD.fullmatch(period)
        if match is None:
            return False
        _year, mark, number = match.groups()
        if self.periods == "year":
            return mark is None
        few = PERIODS_A_YEAR[self.periods]
        width = 2 if self.periods == "month" else 1
        return mark == _MARK[self.periods] and len(number) == width and 1 <= int(number) <= few

    def example(self) -> str:
        """Return a period as this policy writes them."""
        if self.periods == "year":
            return "FY2027"
        return f"FY2027-{_MARK[self.periods]}{'01' if self.periods == 'month' else '1'}"

    def rate(self, period: str, currency: str) -> Decimal | None:
        """Return what one unit of a currency is in the planning currency in a period.

        None where the policy states no rate. For the planning currency itself the rate is 1.
        """
        if currency == self.currency:
            return Decimal(1)
        return self.rates.get(period[:6], {}).get(currency)
