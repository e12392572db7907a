"""What closing a period does: to what projects have not spent, to envelopes, to the period."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from domain.effects import Ordered
from domain.event import Draft
from domain.funds import Cell
from domain.periods import (
    Fate,
    allocate_carried,
    carry_envelopes,
    close,
    fate_of,
    give_up,
    require_closable,
    unspent,
)
from domain.policy import Policy
from domain.portfolio import Portfolio
from domain.project import Project, project_stream
from workflows.money import money_rule

State = Callable[[str], Any]
"""What a stream has come to so far."""


def closed(policy: Policy, order: Ordered, state: State) -> Iterator[tuple[Draft, ...]]:
    """Yield what closing a period does, in steps: releases, envelopes, allocations, the closing.

    Args:
        policy: the policy the review is ruled by.
        order: the effect, on the portfolio, with the period.
        state: what each stream has come to so far, with everything yielded before.
    """
    rule, home, ruling = money_rule(policy), order.subject, order.ruling
    period, into = order.proposal.period, order.proposal.carry_into
    assert period is not None, "a review that closes a period names it"
    require_closable(state(home), period, into, rule)
    left = _unspent(state, home, period)
    fates = {code: fate_of(state(project_stream(code)), rule, order.option) for code in left}
    sums: dict[Fate, defaultdict[Cell, Decimal]] = {
        "lapse": defaultdict(Decimal),
        "carry": defaultdict(Decimal),
    }
    for code, cells in left.items():
        yield give_up(state(home), code, cells, rule, ruling)
        for cell, amount in cells.items():
            sums[fates[code]][cell] += amount
    if into is not None and sums["carry"]:
        yield carry_envelopes(state(home), sums["carry"], into, rule, ruling)
        for code, cells in left.items():
            if fates[code] == "carry":
                yield allocate_carried(state(home), code, cells, into, rule, ruling)
    yield close(state(home), order.proposal, sums, rule, ruling)


def total_unspent(state: State, home: str, period: str) -> Decimal:
    """Return what the projects of a portfolio together hold of a period and have not spent."""
    left = _unspent(state, home, period)
    return sum((amount for cells in left.values() for amount in cells.values()), Decimal(0))


def _unspent(state: State, home: str, period: str) -> dict[str, dict[Cell, Decimal]]:
    portfolio: Portfolio = state(home)
    found = {}
    for code in sorted(portfolio.held):
        if any(cell[0] == period for cell in portfolio.holds(code)):
            project: Project = state(project_stream(code))
            if cells := unspent(project, portfolio, period):
                found[code] = cells
    return found
