"""What people may ask of a baseline, and the promise that comes of it."""

from pydantic import Field

from domain.base import Text, Value
from domain.baseline_events import BENEFITS_MAX, Benefit, Promise
from domain.funds import LINES_MAX, Line, PlannedLine, planned, require_lines
from domain.funds import total as sum_of
from domain.money import AMOUNT_MAX, Money
from domain.policy import Day
from domain.policy_money import MoneyRule
from domain.private import Disclosure
from domain.refusals import FieldMissing, Malformed, UnknownFact


class RequestChange(Value):
    """Ask for another baseline; what is left out stays as it is in the one that holds.

    Attributes:
        lines: the cost by period and kind. total: the cost as one sum, where the policy says
            nothing of money.
        benefits: all of them; those left out are given up.
        scope: what is in and what is out, kept as a private field.
        reason: why, kept as a private field.
    """

    lines: tuple[Line, ...] | None = Field(default=None, max_length=LINES_MAX)
    total: Money | None = None
    start: Day | None = None
    finish: Day | None = None
    benefits: tuple[Benefit, ...] | None = Field(default=None, max_length=BENEFITS_MAX)
    scope: Text | None = Field(default=None, min_length=1, max_length=20_000)
    reason: Text = Field(min_length=1, max_length=8000)


class WithdrawChange(Value):
    """Take one's own request for another baseline back."""

    reason: Text = Field(min_length=1, max_length=8000)


def promise_asked(
    before: Promise | None,
    command: RequestChange,
    rule: MoneyRule | None,
    scope: Disclosure | None,
) -> Promise:
    """Return the promise a request asks for; what it leaves out stays as it was before.

    Args:
        before: the promise that holds, None before the first.
        command: the request.
        rule: what the policy says of money, if anything.
        scope: the new private text, if there is one.

    Raises:
        FieldMissing, Malformed, UnknownFact: see `domain.baselines.request`.
    """
    lines, total = _cost(before, command, rule)
    start = command.start or (None if before is None else before.start)
    finish = command.finish or (None if before is None else before.finish)
    if start is None or finish is None:
        raise FieldMissing("the first baseline says on which days it starts and finishes")
    if finish < start:
        raise Malformed(f"it would finish on {finish}, before it starts on {start}")
    benefits = () if before is None else before.benefits
    text = None if before is None else before.scope
    return Promise(
        lines=lines,
        total=total,
        start=start,
        finish=finish,
        benefits=benefits if command.benefits is None else _benefits(command.benefits),
        scope=text if scope is None else scope.digest,
    )


def _cost(
    before: Promise | None, command: RequestChange, rule: MoneyRule | None
) -> tuple[tuple[PlannedLine, ...], Money | None]:
    if command.lines is not None and command.total is not None:
        raise Malformed("say the cost by period and kind or as one total, not both")
    if command.lines is not None:
        if rule is None:
            raise UnknownFact(
                "the policy says nothing of money", fix="Say the cost as one total instead."
            )
        lines = planned(require_lines(command.lines, rule), rule)
        if sum_of(lines) >= AMOUNT_MAX:
            raise Malformed("a cost is below 10**18")
        return lines, None
    if command.total is not None:
        if rule is not None:
            raise FieldMissing(f"say the cost by period and kind, for example {rule.example()}")
        return (), command.total
    if before is None:
        raise FieldMissing("the first baseline says what it costs")
    return before.lines, before.total


def _benefits(given: tuple[Benefit, ...]) -> tuple[Benefit, ...]:
    names = [benefit.name for benefit in given]
    for benefit in given:
        if names.count(benefit.name) > 1:
            raise Malformed(f"benefit {benefit.name} is given twice")
        if (benefit.money is None) == (benefit.number is None):
            raise Malformed(f"benefit {benefit.name} is an amount of money or a number: one of two")
        if benefit.unit is not None and benefit.number is None:
            raise Malformed(f"benefit {benefit.name} is money; only a number has a unit")
    return tuple(sorted(given, key=lambda benefit: benefit.name))
