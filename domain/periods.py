"""Closing a period: what projects hold of it and have not spent lapses, or is carried on.

What lapses goes back to the envelope of the closed period, of which nothing is allocated any more.
What is carried takes its envelope along: the one is lowered, the other raised by as much, so that
sums before equal sums after.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from domain.event import Draft
from domain.funding import FUNDABLE, allocated_line, released_line
from domain.funds import Cell, PlannedLine
from domain.money import Money
from domain.pack import PackOption
from domain.policy_money import MoneyRule
from domain.portfolio import Cells, Portfolio, portfolio_stream
from domain.portfolio_events import (
    EnvelopeLine,
    EnvelopeSet,
    FundsAllocated,
    FundsReleased,
    PeriodClosed,
    UnspentSum,
)
from domain.project import Project
from domain.proposal import Proposal
from domain.refusals import FieldMissing, Malformed, NotNow, PeriodOver, UnknownFact

Fate = Literal["lapse", "carry"]


def require_closable(portfolio: Portfolio, period: str, into: str | None, rule: MoneyRule) -> None:
    """Refuse to close a period as it was asked for.

    Raises:
        UnknownFact: the policy has no such period, or does not say what becomes of unspent money.
        PeriodOver: the period, or the one into which money is to be carried, is closed.
        FieldMissing: money is carried, and nobody said into which period.
        Malformed: that period is not a later one, or nothing is ever carried.
    """
    if rule.unspent is None:
        raise UnknownFact(
            "the policy does not say what becomes of unspent money",
            fix="Adopt a version of it with unspent: lapse, carry or ask in its section money.",
        )
    for one in (period, into):
        if one is not None and not rule.has_period(one):
            raise UnknownFact(f"the policy has no period {one}; it writes {rule.example()}")
        if one in portfolio.closed:
            raise PeriodOver(f"period {one} of portfolio {portfolio.code} is closed")
    if into is None and rule.unspent == "carry":
        raise FieldMissing("say into which later period unspent money is carried")
    if into is not None and rule.unspent == "lapse":
        raise Malformed("unspent money lapses; nothing is carried", fix="Leave into out.")
    if into is not None and into <= period:
        raise Malformed(f"money of {period} is carried into a later period, not into {into}")


def require_fates(option: PackOption, proposal: Proposal | None) -> None:
    """Refuse an option that cannot be carried out when a period is closed.

    Raises:
        Malformed: a project is named twice.
        FieldMissing: money is carried, and the review says into no period.
    """
    codes = [one.project for one in option.unspent]
    if len({*codes}) != len(codes):
        raise Malformed(f"option {option.id} says twice what becomes of the money of a project")
    carries = any(one.fate == "carry" for one in option.unspent)
    if carries and (proposal is None or proposal.carry_into is None):
        raise FieldMissing(
            f"option {option.id} carries money, and the review says into no period",
            fix="Open the review anew and say into which period.",
        )


def unspent(project: Project, portfolio: Portfolio, period: str) -> dict[Cell, Decimal]:
    """Return what a project holds of a period and has not spent, by period and kind."""
    spent = project.spent()
    left = {
        cell: held - spent.get(cell, Decimal(0))
        for cell, held in portfolio.holds(project.code).items()
        if cell[0] == period
    }
    return {cell: amount for cell, amount in sorted(left.items()) if amount > 0}


def fate_of(project: Project, rule: MoneyRule, option: PackOption) -> Fate:
    """Return what becomes of the unspent money of a project.

    A project that has ended, or was deferred, needs no money in a later period: it lapses.

    Raises:
        FieldMissing: the option does not say it, and the policy asks for it.
        NotNow: it is to be carried for a project that may hold no money.
    """
    fundable = project.standing in FUNDABLE
    if rule.unspent != "ask":
        return "carry" if rule.unspent == "carry" and fundable else "lapse"
    asked = next((one.fate for one in option.unspent if one.project == project.code), None)
    if asked is None:
        raise FieldMissing(
            f"option {option.id} does not say what becomes of the money of {project.code}",
            fix="Put a pack whose option says lapse or carry for every project with unspent money.",
        )
    if asked == "carry" and not fundable:
        raise NotNow(f"project {project.code} is {project.standing}: nothing is carried for it")
    return asked


def give_up(
    portfolio: Portfolio, code: str, left: Cells, rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Take from a project what it has not spent of the period."""
    lines = tuple(released_line(portfolio, cell, left[cell], rule.currency) for cell in left)
    body = FundsReleased(project=code, lines=lines, ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def carry_envelopes(
    portfolio: Portfolio, carried: Mapping[Cell, Decimal], into: str, rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Lower the envelopes of the closed period and raise those of the later one by as much."""
    moves = {**{cell: -amount for cell, amount in carried.items()}}
    moves |= {(into, kind): amount for (_, kind), amount in carried.items()}
    lines = []
    for cell, by in sorted(moves.items()):
        before = portfolio.envelopes.get(cell)
        after = (before or Decimal(0)) + by
        lines.append(
            EnvelopeLine(
                period=cell[0],
                kind=cell[1],
                amount=_money(after, rule),
                before=None if before is None else _money(before, rule),
            )
        )
    body = EnvelopeSet(lines=tuple(lines), ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def allocate_carried(
    portfolio: Portfolio, code: str, left: Cells, into: str, rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Allocate to a project in the later period what it has not spent; nobody approves it anew."""
    lines = []
    for (_, kind), amount in left.items():
        money = _money(amount, rule)
        line = PlannedLine(period=into, kind=kind, amount=money, planned=money)
        lines.append(allocated_line(portfolio, line))
    body = FundsAllocated(project=code, lines=tuple(lines), ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def close(
    portfolio: Portfolio, proposal: Proposal, fates: Mapping[Fate, Cells], rule: MoneyRule,
    ruling: str,
) -> tuple[Draft, ...]:  # fmt: skip
    """Close the period, and say what was unspent in all.

    Args:
        portfolio: the portfolio.
        proposal: the period, and the one into which money is carried.
        fates: what lapsed and what was carried, by period and kind.
        rule: what the policy says of money.
        ruling: review that decides it.
    """
    assert proposal.period is not None, "a review that closes a period names it"
    kinds = sorted({kind for cells in fates.values() for _, kind in cells})
    sums = tuple(
        UnspentSum(
            kind=kind,
            lapsed=_money(fates["lapse"].get((proposal.period, kind), Decimal(0)), rule),
            carried=_money(fates["carry"].get((proposal.period, kind), Decimal(0)), rule),
        )
        for kind in kinds
    )
    body = PeriodClosed(
        period=proposal.period, into=proposal.carry_into, unspent=sums, ruling=ruling
    )
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def _money(amount: Decimal, rule: MoneyRule) -> Money:
    return Money(amount=amount, currency=rule.currency)
