"""Portfolios: what projects belong to, under which policy, and the money they may allocate."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field

from domain.base import Code, Text, Value
from domain.event import Draft, Event
from domain.funds import Cell
from domain.portfolio_events import (
    EnvelopeSet,
    FundsAllocated,
    FundsDivided,
    FundsReleased,
    HeldShare,
    NumberGiven,
    PeriodClosed,
    PortfolioChartered,
    ProjectsPrioritised,
)
from domain.refusals import Taken
from domain.taken_over_events import EnvelopeTakenOver, FundsTakenOver

BY_ITS_PROPOSER = "its proposer"
"""What released the money of a project that was withdrawn: no ruling."""

Cells = Mapping[Cell, Decimal]
"""Amounts in the planning currency by period and kind."""


ORDERS_KEPT = 100
"""How many orders a portfolio remembers, so that one after the other can be undone."""


class CharterPortfolio(Value):
    """Begin a portfolio under a policy."""

    code: Code
    title: Text = Field(min_length=1, max_length=500)
    policy: Code


class Ordering(Value):
    """A ruling that put the projects in an order, and the order before it."""

    ruling: str
    before: tuple[str, ...]


class Portfolio(Value):
    """A portfolio as its events leave it.

    Attributes:
        numbered: how many projects it numbered.
        currency: of everything below; absent before there was any money.
        envelopes: what may be allocated.
        taken: what all projects together hold, by period and kind.
        held: what each project holds.
        moved: by ruling and project, what it allocated, or with a minus released.
        closed: periods that were closed.
        order: projects that have a rank, the most important one first.
        ordered: the rulings that gave an order and still stand, the newest at the end.
    """

    code: str
    title: str
    policy: str
    numbered: int = 0
    currency: str | None = None
    envelopes: dict[Cell, Decimal] = Field(default_factory=dict)
    taken: dict[Cell, Decimal] = Field(default_factory=dict)
    held: dict[str, dict[Cell, Decimal]] = Field(default_factory=dict)
    moved: dict[str, dict[str, dict[Cell, Decimal]]] = Field(default_factory=dict)

    closed: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    ordered: tuple[Ordering, ...] = ()

    def allocated(self, cell: Cell) -> Decimal:
        """Return what all projects hold of one kind of money in one period."""
        return self.taken.get(cell, Decimal(0))

    def free(self, cell: Cell) -> Decimal:
        """Return what is left to allocate; nothing where there is no envelope."""
        return self.envelopes.get(cell, Decimal(0)) - self.allocated(cell)

    @property
    def has_money(self) -> bool:
        """Return whether it has any envelope, or projects that hold anything."""
        return any(self.envelopes.values()) or any(self.taken.values())

    def holds(self, project: str) -> Cells:
        """Return what a project holds, where it holds anything."""
        return {cell: amount for cell, amount in self.held.get(project, {}).items() if amount}


def portfolio_stream(code: str) -> str:
    """Return the stream of a portfolio."""
    return f"portfolio:{code}"


def charter(portfolio: Portfolio | None, command: CharterPortfolio) -> tuple[Draft, ...]:
    """Begin a portfolio.

    Raises:
        Taken: the code is in use.
    """
    if portfolio is not None:
        raise Taken(f"portfolio {command.code} exists already")
    body = PortfolioChartered(title=command.title, policy=command.policy)
    return (Draft(stream=portfolio_stream(command.code), data=body),)


def number(portfolio: Portfolio, is_taken: Callable[[str], bool]) -> tuple[str, Draft]:
    """Return the next code of a portfolio and the event that gives it away.

    Codes that projects brought with them are passed over.
    """
    given = portfolio.numbered + 1
    while is_taken(f"{portfolio.code}-{given:03d}"):
        given += 1
    code = f"{portfolio.code}-{given:03d}"
    body = NumberGiven(number=given, project=code)
    return code, Draft(stream=portfolio_stream(portfolio.code), data=body)


def evolve(portfolio: Portfolio | None, event: Event, _position: int) -> Portfolio | None:
    """Apply one event. Total and silent: what happened is never refused."""
    if isinstance(event.data, PortfolioChartered):
        code = event.stream.partition(":")[2]
        return Portfolio(code=code, title=event.data.title, policy=event.data.policy)
    return None if portfolio is None else portfolio.changed(**_changes(portfolio, event))


def _changes(portfolio: Portfolio, event: Event) -> dict[str, Any]:
    match event.data:
        case NumberGiven(number=last):
            return {"numbered": last}
        case EnvelopeSet() | EnvelopeTakenOver() as body:
            changed = {(line.period, line.kind): line.amount.amount for line in body.lines}
            currency = body.lines[0].amount.currency if body.lines else portfolio.currency
            return {"envelopes": {**portfolio.envelopes, **changed}, "currency": currency}
        case PeriodClosed(period=period):
            return {"closed": (*portfolio.closed, period)}
        case ProjectsPrioritised() as body:
            return _ordered(portfolio, body)
        case FundsAllocated() as body:
            given = {(line.period, line.kind): line.allocated.amount for line in body.lines}
            return _moved(portfolio, body, given)
        case FundsReleased() as body:
            back = {(line.period, line.kind): -line.released.amount for line in body.lines}
            return _moved(portfolio, body, back)
        case FundsDivided(sources=sources, parts=parts):
            return {"held": _divided(portfolio.held, sources, parts)}
        case FundsTakenOver() as body:
            return _holding(
                portfolio, body.project, {line.cell: line.planned.amount for line in body.lines}
            )
    return {}


def _divided(
    held: dict[str, dict[Cell, Decimal]],
    sources: tuple[HeldShare, ...],
    parts: tuple[HeldShare, ...],
) -> dict[str, dict[Cell, Decimal]]:
    found = {**held}
    for shares, sign in ((sources, -1), (parts, 1)):
        for share in shares:
            amounts = {(one.period, one.kind): sign * one.amount.amount for one in share.lines}
            found[share.project] = _sum(found.get(share.project, {}), amounts)
    return found


def _ordered(portfolio: Portfolio, body: ProjectsPrioritised) -> dict[str, Any]:
    if body.undone is not None:
        return {"order": body.order, "ordered": portfolio.ordered[:-1]}
    given = Ordering(ruling=body.ruling, before=body.before)
    return {"order": body.order, "ordered": (*portfolio.ordered, given)[-ORDERS_KEPT:]}


def _moved(
    portfolio: Portfolio, body: FundsAllocated | FundsReleased, amounts: Cells
) -> dict[str, Any]:
    ruling = body.ruling or BY_ITS_PROPOSER
    by_project = portfolio.moved.get(ruling, {})
    moved = {**by_project, body.project: _sum(by_project.get(body.project, {}), amounts)}
    return {
        **_holding(portfolio, body.project, amounts),
        "moved": {**portfolio.moved, ruling: moved},
    }


def _holding(portfolio: Portfolio, project: str, amounts: Cells) -> dict[str, Any]:
    held = _sum(portfolio.held.get(project, {}), amounts)
    return {
        "taken": _sum(portfolio.taken, amounts),
        "held": {**portfolio.held, project: held},
    }


def _sum(amounts: Cells, others: Cells) -> dict[Cell, Decimal]:
    cells = {**amounts, **others}
    return {cell: amounts.get(cell, Decimal(0)) + others.get(cell, Decimal(0)) for cell in cells}
