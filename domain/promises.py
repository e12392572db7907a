"""Two promises beside each other: what moves, by how much, and how large that makes a change.

Exact throughout: amounts are decimals by currency, dates move by whole days. Nothing is a share of
anything, so nothing is ever rounded here.
"""

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain

from domain.base import Number, Value
from domain.baseline_events import Aspect, Promise
from domain.funds import Line, PlannedLine, planned
from domain.money import Money
from domain.policy_money import MoneyRule
from domain.refusals import UnknownFact


class CostDifference(Value):
    """What a cost is before and after, in one currency.

    Attributes:
        difference: after less before; below zero where the cost falls.
    """

    currency: str
    before: Number
    after: Number
    difference: Number


class Difference(Value):
    """What one promise is beside another.

    Attributes:
        moves: what is not the same, sorted.
        cost: by the currency it was asked for in.
        planned: by the planning currency, at the rates each promise was set with.
        start_days, finish_days: by how many days later; below zero where earlier, absent where
            there is nothing before.
        benefits_added, benefits_removed, benefits_changed: their names, sorted.
    """

    moves: tuple[Aspect, ...]
    cost: tuple[CostDifference, ...] = ()
    planned: tuple[CostDifference, ...] = ()
    start_days: int | None = None
    finish_days: int | None = None
    benefits_added: tuple[str, ...] = ()
    benefits_removed: tuple[str, ...] = ()
    benefits_changed: tuple[str, ...] = ()


def compare(before: Promise | None, after: Promise) -> Difference:
    """Return what a promise is beside an earlier one, or beside none at all."""
    old = {} if before is None else {benefit.name: benefit for benefit in before.benefits}
    new = {benefit.name: benefit for benefit in after.benefits}
    return Difference(
        moves=moved(before, after),
        cost=_differences(_asked(before), _asked(after)),
        planned=_differences(_planned(before), _planned(after)),
        start_days=None if before is None else (after.start - before.start).days,
        finish_days=None if before is None else (after.finish - before.finish).days,
        benefits_added=tuple(sorted({*new} - {*old})),
        benefits_removed=tuple(sorted({*old} - {*new})),
        benefits_changed=tuple(sorted(n for n in {*old} & {*new} if old[n] != new[n])),
    )


def moved(before: Promise | None, after: Promise) -> tuple[Aspect, ...]:
    """Return what of a promise is not as before, sorted; another planning rate moves nothing."""
    same: dict[Aspect, bool] = {
        "benefits": after.benefits == (() if before is None else before.benefits),
        "cost": before is not None and _cost(before) == _cost(after),
        "finish": before is not None and before.finish == after.finish,
        "scope": after.scope == (None if before is None else before.scope),
        "start": before is not None and before.start == after.start,
    }
    return tuple(aspect for aspect, stays in same.items() if not stays)


def rise(before: Promise | None, after: Promise, rule: MoneyRule | None) -> Money:
    """Return by how much a cost rises, nothing where it does not: what decides who decides.

    Both are planned at the rates of one policy, so that only what moves counts. Where what was
    promised before cannot be said in that currency, the whole cost counts.

    Raises:
        UnknownFact: the policy states no planning rate for what is asked.
    """
    currency = _currency(after, rule)
    now = _in_currency(after, currency, rule)
    if now is None:
        raise UnknownFact(
            f"the policy has no planning rate to say in {currency} what this costs",
            fix=f"Request the change with its cost in {currency}.",
        )
    was = None
    if before is not None:
        was = now if _cost(before) == _cost(after) else _in_currency(before, currency, rule)
    return Money(amount=max(now - (was or Decimal(0)), Decimal(0)), currency=currency)


def repriced(promise: Promise, rule: MoneyRule | None) -> Promise:
    """Return a promise planned at the rates of a policy, as far as it states them."""
    return promise.changed(lines=tuple(_repriced(line, rule) for line in promise.lines))


def _repriced(line: PlannedLine, rule: MoneyRule | None) -> PlannedLine:
    if rule is None or rule.rate(line.period, line.amount.currency) is None:
        return line
    asked = Line(period=line.period, kind=line.kind, amount=line.amount)
    return planned((asked,), rule)[0]


def _currency(promise: Promise, rule: MoneyRule | None) -> str:
    if promise.total is not None:
        return promise.total.currency
    return promise.lines[0].planned.currency if rule is None else rule.currency


def _in_currency(promise: Promise, currency: str, rule: MoneyRule | None) -> Decimal | None:
    """Return what a promise costs in a planning currency, None where that cannot be said."""
    costs = [line.planned for line in repriced(promise, rule).lines]
    costs += [] if promise.total is None else [promise.total]
    if any(cost.currency != currency for cost in costs):
        return None
    return sum((cost.amount for cost in costs), Decimal(0))


def _cost(promise: Promise) -> tuple[object, ...]:
    return (promise.total, *((line.cell, line.amount) for line in promise.lines))


def _asked(promise: Promise | None) -> dict[str, Decimal]:
    if promise is None:
        return {}
    return _sums(chain((line.amount for line in promise.lines), _total(promise)))


def _planned(promise: Promise | None) -> dict[str, Decimal]:
    if promise is None:
        return {}
    return _sums(chain((line.planned for line in promise.lines), _total(promise)))


def _total(promise: Promise) -> tuple[Money, ...]:
    return () if promise.total is None else (promise.total,)


def _sums(costs: Iterable[Money]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for cost in costs:
        found[cost.currency] = found.get(cost.currency, Decimal(0)) + cost.amount
    return found


def _differences(
    before: dict[str, Decimal], after: dict[str, Decimal]
) -> tuple[CostDifference, ...]:
    rows = []
    for currency in sorted({*before, *after}):
        old, new = before.get(currency, Decimal(0)), after.get(currency, Decimal(0))
        rows.append(CostDifference(currency=currency, before=old, after=new, difference=new - old))
    return tuple(rows)
