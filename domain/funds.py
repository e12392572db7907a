"""Money split by period and kind: planned, converted at stated rates, and held against envelopes.

Nothing is ever rounded in silence: a conversion rounds half up to the planning currency's own
digits, once per line, and the event keeps the rate and both amounts.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from pydantic import Field

from domain.base import Number, Value
from domain.money import AMOUNT_MAX, MINOR_DIGITS, Money
from domain.policy_money import MoneyRule
from domain.policy_terms import Name
from domain.refusals import Malformed, UnknownFact

LINES_MAX = 400
Cell = tuple[str, str]
"""A period and a kind of money."""


class Line(Value):
    """An amount of one kind of money in one period.

    Attributes:
        period: ``FY2027``, ``FY2027-H1``, ``FY2027-Q3`` or ``FY2027-M09``, as the policy divides.
        kind: one of the policy's kinds, for example ``capex``.
    """

    period: str = Field(pattern=r"^FY[0-9]{4}(-[HQM][0-9]{1,2})?$")
    kind: Name
    amount: Money

    @property
    def cell(self) -> Cell:
        """Return its period and kind."""
        return self.period, self.kind


class PlannedLine(Value):
    """A line with what it is in the planning currency.

    Attributes:
        amount: as it was asked for.
        rate: planning rate used; absent for the planning currency itself.
        planned: the amount in the planning currency.
    """

    period: str
    kind: Name
    amount: Money
    rate: Number | None = None
    planned: Money

    @property
    def cell(self) -> Cell:
        """Return its period and kind."""
        return self.period, self.kind


def require_lines(lines: tuple[Line, ...], rule: MoneyRule) -> tuple[Line, ...]:
    """Return lines sorted by period and kind.

    Raises:
        Malformed: none, too many, or one period and kind twice.
        UnknownFact: a period or kind the policy does not have.
    """
    if not 1 <= len(lines) <= LINES_MAX:
        raise Malformed(f"give 1 to {LINES_MAX} lines of money")
    for line in lines:
        if not rule.has_period(line.period):
            raise UnknownFact(f"the policy has no period {line.period}; it writes {rule.example()}")
        if line.kind not in rule.kinds:
            raise UnknownFact(
                f"the policy has no kind of money {line.kind}; it has {', '.join(rule.kinds)}"
            )
    cells = [line.cell for line in lines]
    for cell in cells:
        if cells.count(cell) > 1:
            raise Malformed(f"{cell[0]} {cell[1]} is given twice", fix="Give each once, as a sum.")
    return tuple(sorted(lines, key=lambda line: line.cell))


def planned(lines: Iterable[Line], rule: MoneyRule) -> tuple[PlannedLine, ...]:
    """Return lines with what they are in the planning currency.

    Raises:
        UnknownFact: the policy states no planning rate for a currency in a fiscal year.
    """
    return tuple(_planned(line, rule) for line in lines)


def _planned(line: Line, rule: MoneyRule) -> PlannedLine:
    currency = line.amount.currency
    rate = rule.rate(line.period, currency)
    if rate is None:
        raise UnknownFact(
            f"the policy has no planning rate of {currency} for {line.period[:6]}",
            fix=f"State the amount in {rule.currency}, or adopt a policy with that rate.",
        )
    digit = Decimal(1).scaleb(-MINOR_DIGITS[rule.currency])
    amount = (line.amount.amount * rate).quantize(digit, ROUND_HALF_UP)
    if amount >= AMOUNT_MAX:
        raise Malformed(f"{line.period} {line.kind}: an amount of money is below 10**18")
    return PlannedLine(
        period=line.period,
        kind=line.kind,
        amount=line.amount,
        rate=None if currency == rule.currency else rate,
        planned=Money(amount=amount, currency=rule.currency),
    )


def total(lines: Iterable[PlannedLine]) -> Decimal:
    """Return the sum of lines in the planning currency."""
    return sum((line.planned.amount for line in lines), Decimal(0))


def shortfalls(lines: Iterable[PlannedLine], free: Mapping[Cell, Decimal]) -> tuple[str, ...]:
    """Return, for each line above what is free, a text that says so."""
    return tuple(
        f"{line.period} {line.kind}: {line.planned.amount} asked, {free.get(line.cell, 0)} free"
        for line in lines
        if line.planned.amount > free.get(line.cell, Decimal(0))
    )
