"""Whether a merge or a split is whole: what comes out is what went in, to the last cent.

By period and kind, the money held and the money spent are the same before and after; every open
condition goes to exactly one part; promises are kept where there were some. Amounts are compared in
the planning currency, in which projects hold money.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from domain.base import Value
from domain.baseline_events import Promise
from domain.funds import Cell, Line
from domain.money import Money
from domain.parts import Part, PartPromise
from domain.project import Project
from domain.refusals import Malformed

Amounts = Mapping[tuple[str, ...], Decimal]
_ZERO = Decimal(0)


class Source(Value):
    """A project that is divided, and what it holds of its portfolio's money."""

    project: Project
    held: dict[Cell, Decimal]


def require_whole(
    sources: tuple[Source, ...], parts: tuple[Part, ...], currency: str | None
) -> None:
    """Refuse a division in which something is missing, double or from nowhere.

    Args:
        sources: the projects that are divided.
        parts: what they are divided into.
        currency: the planning currency; absent where the policy says nothing of money.

    Raises:
        Malformed: the division is not whole; every fault is named with where it is.
    """
    faults = [
        *_money("allocated", _held(sources), [(p.code, p.allocated) for p in parts], currency),
        *_money("costs", _spent(sources), [(p.code, p.costs) for p in parts], currency),
        *_conditions(sources, parts),
        *_promises(sources, parts, currency),
    ]
    if faults:
        raise Malformed(
            f"the division is not whole: {'; '.join(faults)}",
            fix="State the parts so that nothing is missing, double or new.",
        )


def _held(sources: Iterable[Source]) -> Amounts:
    return _sum((cell, amount) for one in sources for cell, amount in one.held.items())


def _spent(sources: Iterable[Source]) -> Amounts:
    return _sum((cell, amount) for one in sources for cell, amount in one.project.spent().items())


def _money(
    what: str, before: Amounts, given: list[tuple[str, tuple[Line, ...]]], currency: str | None
) -> Iterator[str]:
    """Yield what is wrong with amounts by period and kind."""
    for code, lines in given:
        yield from _written(f"part {code}: {what}", lines, currency)
    after = _sum((line.cell, line.amount.amount) for _, lines in given for line in lines)
    yield from _uneven(what, before, after)


def _written(where: str, lines: tuple[Line, ...], currency: str | None) -> Iterator[str]:
    for cell, times in Counter(line.cell for line in lines).items():
        if times > 1:
            yield f"{where} {' '.join(cell)} is given twice"
    for line in lines:
        if line.amount.currency != currency:
            wanted = "the policy says nothing of money" if currency is None else f"not {currency}"
            yield f"{where} {' '.join(line.cell)} is in {line.amount.currency}, {wanted}"


def _uneven(what: str, before: Amounts, after: Amounts) -> Iterator[str]:
    for key in sorted({*before, *after}):
        was, comes = before.get(key, _ZERO), after.get(key, _ZERO)
        if was != comes:
            yield f"{what} {' '.join(key)}: {was} before, {comes} in the parts"


def _sum(amounts: Iterable[tuple[tuple[str, ...], Decimal]]) -> Amounts:
    found: dict[tuple[str, ...], Decimal] = {}
    for key, amount in amounts:
        found[key] = found.get(key, _ZERO) + amount
    return found


def _conditions(sources: tuple[Source, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield each open condition that does not go to exactly one part."""
    wanted = {
        (one.project.code, name)
        for one in sources
        for name, condition in one.project.conditions.items()
        if condition.status == "open"
    }
    given = Counter((c.project, c.condition) for part in parts for c in part.conditions)
    for project, name in sorted(wanted - {*given}):
        yield f"condition {name} of {project} goes to no part"
    for (project, name), times in sorted(given.items()):
        if (project, name) not in wanted:
            yield f"condition {name} of {project} is not open on a project that is divided"
        elif times > 1:
            yield f"condition {name} of {project} goes to {times} parts"
    for part in parts:
        for name, times in Counter(one.condition for one in part.conditions).items():
            if times > 1:
                yield f"part {part.code}: condition {name} twice; satisfy or waive one first"


def _promises(
    sources: tuple[Source, ...], parts: tuple[Part, ...], currency: str | None
) -> Iterator[str]:
    """Yield what is wrong with what the parts promise."""
    held = [one.project.promises.current for one in sources]
    before = [one.promise for one in held if one is not None]
    for part in parts:
        if part.promise is None and before:
            yield f"part {part.code} has no promise, and what it comes from has one"
        if part.promise is not None and not before:
            yield f"part {part.code} has a promise, and what it comes from has none"
    after = [(part.code, part.promise) for part in parts if part.promise is not None]
    for code, promise in after:
        yield from _sound(f"part {code}: promise", promise, currency)
    yield from _uneven(
        "promised cost", _planned(before), _promised(promise for _, promise in after)
    )
    kept = {benefit.name for _, promise in after for benefit in promise.benefits}
    for name in sorted({benefit.name for promise in before for benefit in promise.benefits} - kept):
        yield f"benefit {name} is promised by no part"


def _planned(promises: Iterable[Promise]) -> Amounts:
    return _sum(
        pair
        for one in promises
        for pair in (
            *(((*line.cell, line.planned.currency), line.planned.amount) for line in one.lines),
            *_total(one.total),
        )
    )


def _promised(promises: Iterable[PartPromise]) -> Amounts:
    return _sum(
        pair
        for one in promises
        for pair in (
            *(((*line.cell, line.amount.currency), line.amount.amount) for line in one.lines),
            *_total(one.total),
        )
    )


def _total(total: Money | None) -> tuple[tuple[tuple[str, ...], Decimal], ...]:
    return () if total is None else (((total.currency,), total.amount),)


def _sound(where: str, promise: PartPromise, currency: str | None) -> Iterator[str]:
    yield from _written(f"{where}, cost", promise.lines, currency)
    if promise.finish < promise.start:
        yield f"{where} finishes on {promise.finish}, before it starts on {promise.start}"
    for name, times in Counter(benefit.name for benefit in promise.benefits).items():
        if times > 1:
            yield f"{where}, benefit {name} is given twice"
    for benefit in promise.benefits:
        if (benefit.money is None) == (benefit.number is None):
            yield f"{where}, benefit {benefit.name} is an amount of money or a number: one of two"
