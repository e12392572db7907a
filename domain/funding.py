"""What rulings do with money: allocate from an envelope, release what is unspent, set an envelope.

Headroom is no argument of a ruling: it guards the effect. What an allocation found and left free is
kept with it.
"""

import datetime
from decimal import Decimal

from pydantic import Field

from domain.base import Moment, Text, Value
from domain.event import Draft
from domain.funds import (
    Cell,
    Line,
    PlannedLine,
    planned,
    require_lines,
    shortfalls,
)
from domain.money import Money
from domain.money_events import CostRecorded, FundsApproved, FundsRequested
from domain.policy_money import MoneyRule
from domain.portfolio import Portfolio, portfolio_stream
from domain.portfolio_events import (
    AllocatedLine,
    EnvelopeLine,
    EnvelopeSet,
    FundsAllocated,
    FundsReleased,
    ReleasedLine,
)
from domain.project import Project, project_stream
from domain.refusals import CurrencyHeld, FundsAvailable, Malformed, NotKnown, NotNow, PeriodOver
from domain.words import Standing

FUNDABLE = frozenset({Standing.PROPOSED, Standing.ACTIVE, Standing.ON_HOLD})
"""Standings with which a project may be given money."""


class RequestFunds(Value):
    """Say what a project asks for, by period and kind."""

    lines: tuple[Line, ...] = Field(min_length=1)


class RecordCost(Value):
    """Say what was spent, by period and kind.

    Attributes:
        spent_at: when; now, when absent.
        corrects: position of a record that was wrong and is replaced.
        source: where it comes from, kept as a private field.
    """

    lines: tuple[Line, ...] = Field(min_length=1)
    spent_at: Moment | None = None
    corrects: int | None = Field(default=None, ge=1)
    source: Text | None = Field(default=None, max_length=500)


def request(project: Project, command: RequestFunds, rule: MoneyRule) -> tuple[Draft, ...]:
    """Record what a project asks for."""
    lines = require_lines(command.lines, rule)
    planned(lines, rule)
    return (Draft(stream=project_stream(project.code), data=FundsRequested(lines=lines)),)


def record_cost(
    project: Project, command: RecordCost, rule: MoneyRule, now: datetime.datetime
) -> tuple[Draft, ...]:
    """Record what was spent; also after a project was closed.

    Raises:
        Malformed: it would have been spent in the future.
        NotKnown: there is no such record to correct.
    """
    if command.spent_at is not None and command.spent_at > now:
        raise Malformed("money cannot have been spent at a moment that has not come yet")
    if command.corrects is not None and command.corrects not in project.costs:
        raise NotKnown(f"position {command.corrects} records no cost of {project.code} that stands")
    lines = planned(require_lines(command.lines, rule), rule)
    return (
        Draft(
            stream=project_stream(project.code),
            data=CostRecorded(lines=lines),
            effective_at=command.spent_at,
            corrects=command.corrects,
            private={"source": command.source} if command.source else {},
        ),
    )


def allocate(
    project: Project,
    portfolio: Portfolio,
    lines: tuple[PlannedLine, ...],
    rule: MoneyRule,
    ruling: str,
) -> tuple[Draft, ...]:
    """Approve money for a project and take it from the envelope of its portfolio.

    Raises:
        FundsAvailable: the envelope does not hold it, and the policy refuses such approvals.
        NotNow: the project was deferred, or has ended.
        PeriodOver: a period is closed.
    """
    if project.standing not in FUNDABLE:
        raise NotNow(
            f"project {project.code} is {project.standing}: it holds no money",
            fix="Resume or reopen it first.",
        )
    require_currency(portfolio, rule)
    require_open_periods(portfolio, lines)
    short = shortfalls(lines, {line.cell: portfolio.free(line.cell) for line in lines})
    if short and rule.when_short == "refuse":
        raise FundsAvailable(f"portfolio {portfolio.code} is short: {'; '.join(short)}")
    approved = FundsApproved(lines=lines, funded=not short, ruling=ruling)
    drafts = [Draft(stream=project_stream(project.code), data=approved)]
    if not short:
        taken = tuple(allocated_line(portfolio, line) for line in lines)
        body = FundsAllocated(project=project.code, lines=taken, ruling=ruling)
        drafts.append(Draft(stream=portfolio_stream(portfolio.code), data=body))
    return tuple(drafts)


def release(
    project: Project, portfolio: Portfolio, rule: MoneyRule, ruling: str | None
) -> tuple[Draft, ...]:
    """Give back what a project holds and has not spent; nothing happens where there is none."""
    spent = project.spent()
    lines = []
    for cell, held in sorted(portfolio.holds(project.code).items()):
        unspent = held - spent.get(cell, Decimal(0))
        if unspent > 0:
            lines.append(released_line(portfolio, cell, unspent, rule.currency))
    if not lines:
        return ()
    body = FundsReleased(project=project.code, lines=tuple(lines), ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def set_envelope(
    portfolio: Portfolio, given: tuple[Line, ...], rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Set what a portfolio may allocate, by period and kind; other envelopes stay.

    Raises:
        FundsAvailable: projects hold more than the new envelope.
        PeriodOver: a period is closed.
    """
    lines = []
    require_currency(portfolio, rule)
    asked = planned(require_lines(given, rule), rule)
    require_open_periods(portfolio, asked)
    for line in asked:
        held = portfolio.allocated(line.cell)
        if line.planned.amount < held:
            raise FundsAvailable(
                f"{line.period} {line.kind}: projects hold {held} {rule.currency},"
                f" more than an envelope of {line.planned.amount}",
                fix="Release money first, or set a larger envelope.",
            )
        before = portfolio.envelopes.get(line.cell)
        lines.append(
            EnvelopeLine(
                period=line.period,
                kind=line.kind,
                amount=line.planned,
                before=None if before is None else Money(amount=before, currency=rule.currency),
            )
        )
    body = EnvelopeSet(lines=tuple(lines), ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def require_currency(portfolio: Portfolio, rule: MoneyRule | None) -> None:
    """Refuse to plan in another currency than a portfolio has money in.

    Raises:
        CurrencyHeld: it has money in another one.
    """
    planned_in = None if rule is None else rule.currency
    if portfolio.has_money and portfolio.currency not in {None, planned_in}:
        raise CurrencyHeld(
            f"portfolio {portfolio.code} has money in {portfolio.currency},"
            f" and the policy plans in {planned_in or 'none'}"
        )


def require_open_periods(portfolio: Portfolio, lines: tuple[PlannedLine, ...]) -> None:
    """Refuse money of a period that is closed.

    Raises:
        PeriodOver: one is.
    """
    closed = sorted({line.period for line in lines} & {*portfolio.closed})
    if closed:
        raise PeriodOver(f"period {', '.join(closed)} of portfolio {portfolio.code} is closed")


def allocated_line(portfolio: Portfolio, line: PlannedLine) -> AllocatedLine:
    """Return a line as it is allocated, with what it found free and what it leaves."""
    free, currency = portfolio.free(line.cell), line.planned.currency
    return AllocatedLine(
        period=line.period,
        kind=line.kind,
        amount=line.amount,
        rate=line.rate,
        allocated=line.planned,
        free_before=Money(amount=free, currency=currency),
        free_after=Money(amount=free - line.planned.amount, currency=currency),
    )


def released_line(portfolio: Portfolio, cell: Cell, amount: Decimal, currency: str) -> ReleasedLine:
    """Return a line as it is released, with what it found free and what it leaves."""
    free = portfolio.free(cell)
    return ReleasedLine(
        period=cell[0],
        kind=cell[1],
        released=Money(amount=amount, currency=currency),
        free_before=Money(amount=free, currency=currency),
        free_after=Money(amount=free + amount, currency=currency),
    )
